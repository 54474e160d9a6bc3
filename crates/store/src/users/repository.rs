//! Users: everything but the reads of every request.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{
    Authority, Detail, NewUser, NumberedPage, Page, PageRequest, Patch, Precondition,
    ProfileChange, RepositoryError, UniqueKey, UniqueValues, User, UserId, UserKey, UserProfile,
    UserRepository,
};

use crate::credentials::epoch::set_password;
use crate::database::connection::DbConnection;
use crate::database::error::StoreError;
use crate::database::rows::{UserRow, stored};
use crate::database::schema::users;
use crate::database::store::Store;
use crate::media;
use crate::users::accounts::AccountFlags;

/// What an account without a password stores: Django takes any text behind `!` for unusable.
const UNUSABLE_PASSWORD: &str = "!";

impl UserRepository for Store {
    fn find_user(&self, key: &UserKey) -> Result<Option<User>, RepositoryError> {
        let row: Option<UserRow> = self.read(|connection| {
            let query = users::table.select(UserRow::as_select()).into_boxed();
            let query = match key {
                UserKey::Id(id) => query.filter(users::id.eq(id.0)),
                UserKey::Username(name) => query.filter(users::username.eq(name.as_str())),
                UserKey::Email(email) => query.filter(users::email.eq(email.as_str())),
            };
            query.first(connection).optional()
        })?;
        row.map(User::try_from).transpose()
    }

    fn find_profile(
        &self,
        id: UserId,
        detail: Detail,
    ) -> Result<Option<UserProfile>, RepositoryError> {
        self.profile(id.0, detail)
    }

    fn list_users(&self, page: PageRequest) -> Result<Page<User>, RepositoryError> {
        let (rows, total): (Vec<UserRow>, i64) = self.read(|connection| {
            let rows = users::table
                .order(users::id)
                .offset(page.offset)
                .limit(page.limit)
                .select(UserRow::as_select())
                .load(connection)?;
            Ok((rows, users::table.count().get_result(connection)?))
        })?;
        let items = rows
            .into_iter()
            .map(User::try_from)
            .collect::<Result<_, _>>()?;
        Ok(Page { items, total })
    }

    fn list_profiles(&self, page: NumberedPage) -> Result<Page<UserProfile>, RepositoryError> {
        self.profiles_page(page)
    }

    fn create_user(
        &self,
        new: &NewUser,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<User, RepositoryError> {
        let row = self.write(|connection| {
            self.admit(connection, by, None)?;
            Ok(insert_user(connection, new, now)?)
        })?;
        row.try_into()
    }

    fn update_profile(
        &self,
        id: UserId,
        change: &ProfileChange,
        precondition: &Precondition,
        by: Option<&Authority>,
    ) -> Result<Option<UserProfile>, RepositoryError> {
        if !change.is_empty() || *precondition != Precondition::None {
            self.write(|connection| {
                self.admit(connection, by, Some(id))?;
                change_profile(connection, id, change, precondition)
            })?;
        }
        self.profile(id.0, Detail::Groups)
    }

    fn find_taken(
        &self,
        own: UserId,
        wanted: &UniqueValues,
    ) -> Result<Vec<UniqueKey>, RepositoryError> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(Option<String>, Option<String>, Option<String>)> =
            self.read(|connection| {
                users::table
                    .filter(users::id.ne(own.0))
                    .filter(
                        users::username
                            .eq(wanted.username.as_deref())
                            .or(users::email.eq(wanted.email.as_deref()))
                            .or(users::mobile_number.eq(wanted.mobile_number.as_deref())),
                    )
                    .select((users::username, users::email, users::mobile_number))
                    .load(connection)
            })?;
        let held = rows
            .iter()
            .flat_map(|(username, email, mobile)| wanted.held_by(username, email, mobile));
        Ok(held.collect())
    }

    fn ping(&self) -> Result<(), RepositoryError> {
        self.read(|connection| {
            diesel::select(diesel::dsl::exists(users::table.select(users::id)))
                .get_result::<bool>(connection)
        })
        .map(drop)
    }
}

/// Stores a new user in the transaction of the caller.
pub(crate) fn insert_user(
    connection: &mut DbConnection,
    new: &NewUser,
    now: DateTime<Utc>,
) -> QueryResult<UserRow> {
    let text = |value: &Option<String>| value.clone();
    let password = new
        .password
        .as_ref()
        .map_or(UNUSABLE_PASSWORD, |hash| hash.as_encoded());
    let id: i64 = diesel::insert_into(users::table)
        .values((
            users::username.eq(new.username.as_ref().map(profiled_domain::Username::as_str)),
            users::email.eq(new
                .email
                .as_ref()
                .map(profiled_domain::EmailAddress::as_str)),
            users::mobile_number.eq(new
                .mobile_number
                .as_ref()
                .map(profiled_domain::MobileNumber::as_str)),
            users::first_name.eq(text(&new.first_name)),
            users::last_name.eq(text(&new.last_name)),
            users::gender.eq(new.gender.map(profiled_domain::Gender::as_str)),
            users::is_active.eq(new.is_active),
            users::is_staff.eq(new.is_staff),
            users::is_superuser.eq(new.is_superuser),
            users::ldap_dn.eq(""),
            users::password.eq(password),
            users::date_joined.eq(stored(now)),
        ))
        .returning(users::id)
        .get_result(connection)?;
    users::table
        .find(id)
        .select(UserRow::as_select())
        .first(connection)
}

/// Writes a change if the precondition holds. The row is locked before its version is looked at.
fn change_profile(
    connection: &mut DbConnection,
    id: UserId,
    change: &ProfileChange,
    precondition: &Precondition,
) -> Result<(), StoreError> {
    let Some(version) = lock_user(connection, id)? else {
        return Ok(());
    };
    if !precondition.holds(version) {
        return Err(RepositoryError::Stale.into());
    }
    write_profile(connection, id, change, AccountFlags::default())
}

/// Writes a change of a user, whom the caller has locked.
pub(crate) fn write_profile(
    connection: &mut DbConnection,
    id: UserId,
    change: &ProfileChange,
    flags: AccountFlags,
) -> Result<(), StoreError> {
    let values = Changed {
        is_staff: flags.is_staff,
        is_superuser: flags.is_superuser,
        ..Changed::new(change)
    };
    if !values.is_empty() {
        diesel::update(users::table.find(id.0))
            .set(&values)
            .execute(connection)?;
    }
    if let Some(new) = &change.password {
        set_password(connection, id, &new.password, &new.keep, new.at)?;
    }
    if let Patch::Set(key) = &change.avatar {
        media::use_reserved(connection, key)?;
    }
    Ok(())
}

/// Keeps other writers from a user until the transaction ends, and tells its version. SQLite has one
/// writer at a time anyway.
fn lock_user(connection: &mut DbConnection, id: UserId) -> QueryResult<Option<i64>> {
    let version = users::table.find(id.0).select(users::version);
    match connection {
        DbConnection::Sqlite(c) => version.first(c).optional(),
        DbConnection::Postgres(c) => version.for_no_key_update().first(c).optional(),
    }
}

/// `None` stays, `Some(None)` becomes null.
#[derive(AsChangeset, Default, PartialEq)]
#[diesel(table_name = users)]
#[expect(clippy::option_option, reason = "diesel's form of keep, clear and set")]
struct Changed {
    username: Option<Option<String>>,
    email: Option<Option<String>>,
    mobile_number: Option<Option<String>>,
    number_phone: Option<Option<String>>,
    first_name: Option<Option<String>>,
    last_name: Option<Option<String>>,
    gender: Option<Option<String>>,
    avatar: Option<Option<String>>,
    is_staff: Option<bool>,
    is_superuser: Option<bool>,
}

impl Changed {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn new(change: &ProfileChange) -> Self {
        let text = |patch: &Patch<String>| patch.as_change().map(Option::<&String>::cloned);
        let gender = change.gender.as_change();
        Self {
            username: text(&change.username),
            email: text(&change.email),
            mobile_number: text(&change.mobile_number),
            number_phone: text(&change.number_phone),
            first_name: text(&change.first_name),
            last_name: text(&change.last_name),
            gender: gender.map(|value| value.map(|gender| gender.as_str().to_owned())),
            avatar: text(&change.avatar),
            is_staff: None,
            is_superuser: None,
        }
    }
}
