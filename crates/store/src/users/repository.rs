//! Users: everything but the reads of every request.

use diesel::dsl::{exists, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use profiled_domain::{
    Model, NewUser, NumberedPage, Page, PageRequest, Precondition, ProfileChange, ProfileDepth,
    ProfileFilter, ProfileRepository, RepositoryError, StorageMode, UniqueKey, UniqueValues, User,
    UserId, UserLookup, UserProfile, UserRepository, WriteContext,
};

use super::changes::{AccountFlags, insert_user, write_profile};
use super::lists;
use super::lookup::{is_user, stored};
use crate::database::rows::UserRow;
use crate::database::schema::users;
use crate::database::{DbConnection, PersonRow, Store, StoreError};
use crate::profiles::{profile, profile_rows};
use crate::selection::Plan;

impl UserRepository for Store {
    fn find_user(&self, key: &UserLookup) -> Result<Option<User>, RepositoryError> {
        let row: Option<UserRow> = self.read(|connection| {
            let Some(key) = stored(connection, key)? else {
                return Ok(None);
            };
            let query = users::table.filter(is_user(&key));
            query
                .select(UserRow::as_select())
                .first(connection)
                .optional()
        })?;
        row.map(User::try_from).transpose()
    }

    fn ensure_external_id(&self, id: UserId, new: &str) -> Result<Option<String>, RepositoryError> {
        let user = users::table.find(id.0);
        let found: Option<Option<String>> = self.read(|connection| {
            let query = user.select(users::external_id);
            query.first(connection).optional()
        })?;
        if found != Some(None) {
            return Ok(found.flatten());
        }
        let ensured: Option<Option<String>> = self.write(|connection| {
            // Another server may have been faster: the first one stays.
            diesel::update(user.filter(users::external_id.is_null()))
                .set(users::external_id.eq(new))
                .execute(connection)?;
            let query = user.select(users::external_id);
            Ok::<_, StoreError>(query.first(connection).optional()?)
        })?;
        Ok(ensured.flatten())
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
        let page = Page { items: rows, total };
        page.try_map(User::try_from)
    }

    fn list_profiles(
        &self,
        filter: &ProfileFilter,
        page: NumberedPage,
    ) -> Result<Page<UserProfile>, RepositoryError> {
        let page = self.read(|connection| {
            if filter.is_empty() {
                return connection.snapshot(|connection| lists::page(connection, page));
            }
            let plan = Plan::new(Model::User, connection, self.shapes());
            connection.snapshot(|connection| lists::found(connection, &plan, filter, page))
        })?;
        page.try_map(|(user, groups)| profile(user, groups))
    }

    fn create_user(&self, new: &NewUser, by: WriteContext<'_>) -> Result<User, RepositoryError> {
        let row = self.write(|connection| {
            self.admit(connection, by, None)?;
            Ok(insert_user(connection, new, by.at)?)
        })?;
        row.try_into()
    }

    fn update_profile(
        &self,
        id: UserId,
        change: &ProfileChange,
        precondition: &Precondition,
        by: WriteContext<'_>,
    ) -> Result<Option<UserProfile>, RepositoryError> {
        if change.is_empty() && *precondition == Precondition::None {
            return self.find_profile(id, ProfileDepth::Groups);
        }
        // Read within the transaction: what another change makes of the profile is not the answer to this one.
        let written = self.write(|connection| {
            self.admit(connection, by, Some(id))?;
            change_profile(connection, id, change, precondition, by)?;
            Ok(profile_rows(connection, id)?)
        })?;
        written
            .map(|(user, groups)| profile(user, groups))
            .transpose()
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

    fn ping(&self) -> Result<StorageMode, RepositoryError> {
        let place = self.manager().place().check();
        place.map_err(|moved| RepositoryError::Unavailable(moved.into()))?;
        let mode = self.read_ready(mode)?;
        if self.disk_is_full() {
            let text = "the disk of the database is full";
            return Err(RepositoryError::Unavailable(text.into()));
        }
        Ok(mode)
    }
}

/// Asks for a row, too: that is what the service lives on.
fn mode(connection: &mut DbConnection) -> QueryResult<StorageMode> {
    let row = exists(users::table.select(users::id));
    let is_read_only = match connection {
        DbConnection::Sqlite(c) => {
            let _is_there: bool = diesel::select(row).get_result(c)?;
            false
        }
        DbConnection::Postgres(c) => {
            let is_read_only = sql::<Bool>("current_setting('transaction_read_only')::boolean");
            let (_is_there, is_read_only): (bool, bool) =
                diesel::select((row, is_read_only)).get_result(c)?;
            is_read_only
        }
    };
    Ok(if is_read_only {
        StorageMode::ReadOnly
    } else {
        StorageMode::ReadWrite
    })
}

/// Writes a change if the precondition holds. The row is locked before its version is looked at.
fn change_profile(
    connection: &mut DbConnection,
    id: UserId,
    change: &ProfileChange,
    precondition: &Precondition,
    by: WriteContext<'_>,
) -> Result<(), StoreError> {
    let Some((version, stored)) = lock_user(connection, id)? else {
        return Ok(());
    };
    if !precondition.holds(version) {
        return Err(RepositoryError::Stale.into());
    }
    write_profile(connection, id, stored, change, AccountFlags::default(), by)
}

/// Keeps other writers from a user until the transaction ends, and reads its version and its person. SQLite has one
/// writer at a time anyway.
fn lock_user(connection: &mut DbConnection, id: UserId) -> QueryResult<Option<(i64, PersonRow)>> {
    let columns = (users::version, PersonRow::columns());
    let row = users::table.find(id.0).select(columns);
    match connection {
        DbConnection::Sqlite(c) => row.first(c).optional(),
        DbConnection::Postgres(c) => row.for_no_key_update().first(c).optional(),
    }
}
