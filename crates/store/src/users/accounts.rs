//! The life of accounts: deactivated, deleted, restored, erased.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{
    AccountChangeOutcome, AccountRepository, CredentialRef, ProfileChange, RepositoryError, UserId,
    WriteContext,
};

use super::changes::{AccountFlags, write_profile};
use crate::credentials::revoke_all;
use crate::database::schema::{deleted_users, groups, user_groups, users};
use crate::database::{DbConnection, PersonRow, Store, StoreError, on_each, stored};

/// What decides whether an account may be changed.
#[derive(Queryable)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are columns of the table"
)]
struct State {
    person: PersonRow,
    is_active: bool,
    is_staff: bool,
    is_superuser: bool,
    is_deleted: bool,
}

/// What a deleted user held.
#[derive(Queryable, Selectable)]
#[diesel(table_name = deleted_users)]
struct DeletedIdentity {
    username: Option<String>,
    email: Option<String>,
    mobile_number: Option<String>,
    group_ids: String,
    was_active: bool,
}

impl AccountRepository for Store {
    fn deactivate(&self, id: UserId) -> Result<AccountChangeOutcome, RepositoryError> {
        self.write(|connection| {
            lock_superusers_of(connection, id)?;
            let Some(state) = lock(connection, id)?.filter(|state| !state.is_deleted) else {
                return Ok(AccountChangeOutcome::Missing);
            };
            if !state.is_active {
                return Ok(AccountChangeOutcome::Unchanged);
            }
            if is_last_superuser(connection, id, &state)? {
                return Ok(AccountChangeOutcome::LastSuperuser);
            }
            diesel::update(users::table.find(id.0))
                .set(users::is_active.eq(false))
                .execute(connection)?;
            Ok::<_, StoreError>(AccountChangeOutcome::Done)
        })
    }

    fn activate(
        &self,
        id: UserId,
        now: DateTime<Utc>,
    ) -> Result<AccountChangeOutcome, RepositoryError> {
        self.write(|connection| {
            let Some(state) = lock(connection, id)?.filter(|state| !state.is_deleted) else {
                return Ok(AccountChangeOutcome::Missing);
            };
            if state.is_active {
                return Ok(AccountChangeOutcome::Unchanged);
            }
            // What was given out before the deactivation must not come back to life.
            revoke_all(connection, id.0, &CredentialRef::None, now)?;
            diesel::update(users::table.find(id.0))
                .set(users::is_active.eq(true))
                .execute(connection)?;
            Ok::<_, StoreError>(AccountChangeOutcome::Done)
        })
    }

    fn delete_account(
        &self,
        id: UserId,
        by: WriteContext<'_>,
    ) -> Result<AccountChangeOutcome, RepositoryError> {
        self.write(|connection| {
            lock_superusers_of(connection, id)?;
            self.admit(connection, by, Some(id))?;
            let Some(state) = lock(connection, id)?.filter(|state| !state.is_deleted) else {
                return Ok(AccountChangeOutcome::Missing);
            };
            if is_last_superuser(connection, id, &state)? {
                return Ok(AccountChangeOutcome::LastSuperuser);
            }
            soft_delete(connection, id.0, by.at)?;
            Ok::<_, StoreError>(AccountChangeOutcome::Done)
        })
    }

    fn change_account(
        &self,
        id: UserId,
        change: &ProfileChange,
        is_superuser: Option<bool>,
        by: WriteContext<'_>,
    ) -> Result<AccountChangeOutcome, RepositoryError> {
        let flags = AccountFlags {
            is_superuser,
            ..AccountFlags::default()
        };
        self.change(id, change, flags, by, |state| {
            state.is_active && !state.is_deleted
        })
    }

    fn restore_account(
        &self,
        id: UserId,
        now: DateTime<Utc>,
    ) -> Result<AccountChangeOutcome, RepositoryError> {
        self.write(|connection| {
            if lock(connection, id)?.is_none_or(|state| !state.is_deleted) {
                return Ok(AccountChangeOutcome::Missing);
            }
            let held: DeletedIdentity = deleted_users::table
                .find(id.0)
                .select(DeletedIdentity::as_select())
                .first(connection)?;
            revoke_all(connection, id.0, &CredentialRef::None, now)?;
            diesel::update(users::table.find(id.0))
                .set((
                    users::username.eq(held.username),
                    users::email.eq(held.email),
                    users::mobile_number.eq(held.mobile_number),
                    users::is_active.eq(held.was_active),
                    users::deleted_at.eq(None::<chrono::NaiveDateTime>),
                ))
                .execute(connection)?;
            restore_memberships(connection, id, &held.group_ids)?;
            diesel::delete(deleted_users::table.find(id.0)).execute(connection)?;
            Ok::<_, StoreError>(AccountChangeOutcome::Done)
        })
    }

    fn erase_accounts(
        &self,
        deleted_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<UserId>, RepositoryError> {
        self.write(|connection| {
            let due = users::table
                .filter(users::deleted_at.le(stored(deleted_until)))
                .order(users::deleted_at)
                .limit(i64::from(limit))
                .select(users::id);
            let ids: Vec<i64> = match connection {
                DbConnection::Postgres(c) => due.for_update().skip_locked().load(c)?,
                DbConnection::Sqlite(c) => due.load(c)?,
            };
            for id in &ids {
                diesel::delete(users::table.find(id)).execute(connection)?;
            }
            Ok::<_, StoreError>(ids.into_iter().map(UserId).collect())
        })
    }
}

impl Store {
    /// Changes an account as [`AccountRepository::change_account`] does, for an operator: also one that is not
    /// active, and the right to use the `drf` dialect.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken username, e-mail address or mobile number.
    pub fn change_any_account(
        &self,
        id: UserId,
        change: &ProfileChange,
        flags: AccountFlags,
        now: DateTime<Utc>,
    ) -> Result<AccountChangeOutcome, RepositoryError> {
        self.change(id, change, flags, WriteContext::operator(now), |state| {
            !state.is_deleted
        })
    }

    fn change(
        &self,
        id: UserId,
        change: &ProfileChange,
        flags: AccountFlags,
        by: WriteContext<'_>,
        is_changeable: fn(&State) -> bool,
    ) -> Result<AccountChangeOutcome, RepositoryError> {
        let takes_flag = flags.is_superuser == Some(false);
        self.write(|connection| {
            if takes_flag {
                lock_superusers_of(connection, id)?;
            }
            self.admit(connection, by, Some(id))?;
            let Some(state) = lock(connection, id)?.filter(is_changeable) else {
                return Ok(AccountChangeOutcome::Missing);
            };
            if takes_flag && is_last_superuser(connection, id, &state)? {
                return Ok(AccountChangeOutcome::LastSuperuser);
            }
            let flags = AccountFlags {
                is_staff: flags.is_staff.filter(|wanted| *wanted != state.is_staff),
                is_superuser: flags
                    .is_superuser
                    .filter(|wanted| *wanted != state.is_superuser),
            };
            write_profile(connection, id, state.person, change, flags, by)?;
            Ok::<_, StoreError>(AccountChangeOutcome::Done)
        })
    }
}

/// The state of an account, locked until the transaction ends.
fn lock(connection: &mut DbConnection, id: UserId) -> QueryResult<Option<State>> {
    let row = users::table.find(id.0).select((
        PersonRow::columns(),
        users::is_active,
        users::is_staff,
        users::is_superuser,
        users::deleted_at.is_not_null(),
    ));
    match connection {
        DbConnection::Sqlite(c) => row.first(c).optional(),
        DbConnection::Postgres(c) => row.for_update().first(c).optional(),
    }
}

/// Locks all superusers if the user is one of them. It comes before the lock of the user: two of them that go at
/// once must not wait for each other.
fn lock_superusers_of(connection: &mut DbConnection, id: UserId) -> QueryResult<()> {
    let row = users::table
        .find(id.0)
        .select(users::is_superuser.and(users::is_active));
    if row.first(connection).optional()?.unwrap_or(false) {
        lock_superusers(connection)?;
    }
    Ok(())
}

/// Whether no other active superuser is left.
fn is_last_superuser(
    connection: &mut DbConnection,
    id: UserId,
    state: &State,
) -> QueryResult<bool> {
    if !state.is_superuser || !state.is_active {
        return Ok(false);
    }
    let ids = lock_superusers(connection)?;
    Ok(ids.iter().all(|other| *other == id.0))
}

/// Those who may do everything, locked in the order of their ids: two of them cannot go at once.
fn lock_superusers(connection: &mut DbConnection) -> QueryResult<Vec<i64>> {
    let all = users::table
        .filter(users::is_superuser.and(users::is_active))
        .order(users::id)
        .select(users::id);
    match connection {
        DbConnection::Sqlite(c) => all.load(c),
        DbConnection::Postgres(c) => all.for_update().load(c),
    }
}

/// Takes an account away and keeps what it held. Its opaque tokens stay known, and are dead with it.
pub(crate) fn soft_delete(
    connection: &mut DbConnection,
    id: i64,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let (username, email, mobile_number, was_active): (
        Option<String>,
        Option<String>,
        Option<String>,
        bool,
    ) = users::table
        .find(id)
        .select((
            users::username,
            users::email,
            users::mobile_number,
            users::is_active,
        ))
        .first(connection)?;
    let memberships = user_groups::table.filter(user_groups::user_id.eq(id));
    let group_ids: Vec<i64> = memberships
        .select(user_groups::group_id)
        .order(user_groups::group_id)
        .load(connection)?;
    let group_ids: Vec<String> = group_ids.iter().map(i64::to_string).collect();
    diesel::insert_into(deleted_users::table)
        .values((
            deleted_users::user_id.eq(id),
            deleted_users::username.eq(username),
            deleted_users::email.eq(email),
            deleted_users::mobile_number.eq(mobile_number),
            deleted_users::group_ids.eq(group_ids.join(",")),
            deleted_users::was_active.eq(was_active),
        ))
        .execute(connection)?;
    diesel::delete(memberships).execute(connection)?;
    diesel::update(users::table.find(id))
        .set((
            users::username.eq(None::<String>),
            users::email.eq(None::<String>),
            users::mobile_number.eq(None::<String>),
            users::is_active.eq(false),
            users::deleted_at.eq(stored(now)),
        ))
        .execute(connection)
        .map(drop)
}

/// Memberships of those groups that are still there.
fn restore_memberships(
    connection: &mut DbConnection,
    id: UserId,
    group_ids: &str,
) -> QueryResult<()> {
    for group in group_ids.split(',').filter_map(|id| id.parse::<i64>().ok()) {
        let known = groups::table.find(group).select(groups::id);
        let known: Option<i64> = known.first(connection).optional()?;
        if let Some(group) = known {
            let row = (
                user_groups::user_id.eq(id.0),
                user_groups::group_id.eq(group),
            );
            on_each!(connection, |c| diesel::insert_into(user_groups::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c))?;
        }
    }
    Ok(())
}
