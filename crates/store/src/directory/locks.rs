//! Rows that a change of the directory locks, until its transaction ends. SQLite has one writer at a time anyway.
//!
//! Locks are taken in one order, so that two writers never wait for each other: organizations, teams, users. Only the
//! erasure of an account begins with the user: where it meets the deletion of an organization of that user, the database
//! ends one of the two.

use diesel::prelude::*;
use profiled_domain::{Membership, OrganizationId, RepositoryError, TeamId, UserId};

use crate::database::schema::{organization_admins, organizations, teams, users};
use crate::database::{DbConnection, StoreError};

/// What others may do to a locked row until the transaction ends.
#[derive(Clone, Copy)]
pub(super) enum Lock {
    /// Refer to it.
    Shared,
    /// Nothing.
    Exclusive,
}

/// Locks a row by its id, and returns whether it is there.
macro_rules! lock_row {
    ($connection:expr, $table:ident, $id:expr, $lock:expr) => {{
        let row = $table::table.find($id).select($table::id);
        let found: Option<i64> = match ($connection, $lock) {
            (DbConnection::Sqlite(c), _) => row.first(c).optional(),
            (DbConnection::Postgres(c), Lock::Shared) => row.for_key_share().first(c).optional(),
            (DbConnection::Postgres(c), Lock::Exclusive) => row.for_update().first(c).optional(),
        }?;
        Ok(found.is_some())
    }};
}

/// Locks an organization; `false` if there is none.
pub(super) fn lock_organization(
    connection: &mut DbConnection,
    id: OrganizationId,
    lock: Lock,
) -> QueryResult<bool> {
    lock_row!(connection, organizations, id.0, lock)
}

/// Locks a team; `false` if there is none.
pub(super) fn lock_team(
    connection: &mut DbConnection,
    id: TeamId,
    lock: Lock,
) -> QueryResult<bool> {
    lock_row!(connection, teams, id.0, lock)
}

/// Keeps an organization from being deleted.
pub(super) fn lock_organization_shared(
    connection: &mut DbConnection,
    id: OrganizationId,
) -> Result<(), StoreError> {
    let is_there = lock_organization(connection, id, Lock::Shared)?;
    found(is_there, "organization")
}

/// Keeps the organization or the team of a membership from being deleted.
pub(super) fn lock_target(
    connection: &mut DbConnection,
    membership: Membership,
) -> Result<(), StoreError> {
    match membership {
        Membership::OrganizationUser(id) | Membership::OrganizationAdmin(id) => {
            lock_organization_shared(connection, id)
        }
        Membership::TeamUser(id) => found(lock_team(connection, id, Lock::Shared)?, "team"),
    }
}

/// Keeps a user who may log in as one, and its rights as they are.
pub(super) fn lock_active_user(
    connection: &mut DbConnection,
    id: UserId,
) -> Result<(), StoreError> {
    found(lock_member(connection, id)? == Some(true), "user")
}

fn found(is_there: bool, what: &'static str) -> Result<(), StoreError> {
    let missing = || RepositoryError::Missing(what).into();
    is_there.then_some(()).ok_or_else(missing)
}

/// Whether a user may log in, and locks the row: rights depend on memberships (`crate::authority`).
pub(super) fn lock_member(connection: &mut DbConnection, id: UserId) -> QueryResult<Option<bool>> {
    let is_active = users::is_active.and(users::deleted_at.is_null());
    let user = users::table.find(id.0).select(is_active);
    match connection {
        DbConnection::Sqlite(c) => user.first(c).optional(),
        DbConnection::Postgres(c) => user.for_no_key_update().first(c).optional(),
    }
}

/// Locks all whose rights end with an organization, and who asks for it, in the order of their ids. Its teams,
/// which lose it, come before them.
pub(super) fn lock_rights(
    connection: &mut DbConnection,
    organization: OrganizationId,
    actor: Option<UserId>,
) -> QueryResult<()> {
    if let DbConnection::Postgres(c) = connection {
        let own = teams::table.filter(teams::organization_id.eq(organization.0));
        let own = own.order(teams::id).select(teams::id);
        own.for_update().load::<i64>(c)?;
        // No administrator is added meanwhile: the organization is locked.
        let admins = organization_admins::table
            .filter(organization_admins::organization_id.eq(organization.0));
        let mut ids: Vec<i64> = admins.select(organization_admins::user_id).load(c)?;
        ids.extend(actor.map(|actor| actor.0));
        users::table
            .filter(users::id.eq_any(ids))
            .order(users::id)
            .select(users::id)
            .for_no_key_update()
            .load::<i64>(c)?;
    }
    Ok(())
}
