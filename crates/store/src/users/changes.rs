//! What is written of a user, in the transaction of the caller.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{
    EmailAddress, Gender, MobileNumber, NewUser, Patch, ProfileChange, UserId, Username,
    WriteContext,
};

use crate::credentials::set_password;
use crate::database::rows::UserRow;
use crate::database::schema::users;
use crate::database::{DbConnection, StoreError, stored};
use crate::media;

/// What an account without a password stores: Django takes any text after `!` for unusable.
const UNUSABLE_PASSWORD: &str = "!";

/// Flags of an account that operators change; `None` stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountFlags {
    /// May use the `drf` dialect.
    pub is_staff: Option<bool>,
    /// Has every permission.
    pub is_superuser: Option<bool>,
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
            users::username.eq(new.username.as_ref().map(Username::as_str)),
            users::email.eq(new.email.as_ref().map(EmailAddress::as_str)),
            users::mobile_number.eq(new.mobile_number.as_ref().map(MobileNumber::as_str)),
            users::first_name.eq(text(&new.first_name)),
            users::last_name.eq(text(&new.last_name)),
            users::gender.eq(new.gender.map(Gender::as_str)),
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

/// Writes a change of a user, whom the caller has locked.
pub(crate) fn write_profile(
    connection: &mut DbConnection,
    id: UserId,
    change: &ProfileChange,
    flags: AccountFlags,
    by: WriteContext<'_>,
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
        set_password(connection, id, &new.password, &new.keep, by.at)?;
    }
    if let Patch::Set(key) = &change.avatar {
        media::use_reserved(connection, key)?;
    }
    Ok(())
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
