//! Single organizations and teams, read and locked within a transaction that changes them.
//!
//! Locks are taken in one order, so that two writers never wait for each other: organizations, teams, users. Only the
//! erasure of an account begins with the user: where it meets the deletion of an organization of that user, the database
//! ends one of the two.

use diesel::prelude::*;
use profiled_domain::{
    Membership, Organization, OrganizationId, OrganizationSummary, RepositoryError, Team, TeamId,
    UserId, UserSummary,
};

use crate::database::schema::{organizations, teams, users};
use crate::database::{DbConnection, Instant, StoreError};
use crate::selection::{OrganizationSummaryRow, UserSummaryRow};

#[derive(Queryable)]
pub(crate) struct OrganizationRow {
    id: i64,
    name: String,
    description: String,
    created_by: Option<i64>,
    modified_by: Option<i64>,
    created: Instant,
    modified: Instant,
}

#[derive(Queryable)]
pub(crate) struct TeamRow {
    id: i64,
    pub(crate) organization_id: Option<i64>,
    name: String,
    description: String,
    created_by: Option<i64>,
    modified_by: Option<i64>,
    created: Instant,
    modified: Instant,
}

/// What others may do to a locked row until the transaction ends.
#[derive(Clone, Copy)]
pub(crate) enum Lock {
    /// Refer to it.
    Shared,
    /// Nothing.
    Exclusive,
}

/// An organization, locked. SQLite has one writer at a time anyway.
pub(crate) fn lock_organization(
    connection: &mut DbConnection,
    id: i64,
    lock: Lock,
) -> QueryResult<Option<OrganizationRow>> {
    let row = organizations::table.find(id);
    match (connection, lock) {
        (DbConnection::Sqlite(c), _) => row.first(c).optional(),
        (DbConnection::Postgres(c), Lock::Shared) => row.for_key_share().first(c).optional(),
        (DbConnection::Postgres(c), Lock::Exclusive) => row.for_update().first(c).optional(),
    }
}

/// A team, locked.
pub(crate) fn lock_team(
    connection: &mut DbConnection,
    id: i64,
    lock: Lock,
) -> QueryResult<Option<TeamRow>> {
    let row = teams::table.find(id);
    match (connection, lock) {
        (DbConnection::Sqlite(c), _) => row.first(c).optional(),
        (DbConnection::Postgres(c), Lock::Shared) => row.for_key_share().first(c).optional(),
        (DbConnection::Postgres(c), Lock::Exclusive) => row.for_update().first(c).optional(),
    }
}

/// Keeps an organization or a team from being deleted.
pub(crate) fn lock_place(
    connection: &mut DbConnection,
    membership: Membership,
) -> Result<(), StoreError> {
    let (is_there, name) = match membership {
        Membership::OrganizationUser(id) | Membership::OrganizationAdmin(id) => {
            let row = lock_organization(connection, id.0, Lock::Shared)?;
            (row.is_some(), "organization")
        }
        Membership::TeamUser(id) => (lock_team(connection, id.0, Lock::Shared)?.is_some(), "team"),
    };
    if is_there {
        Ok(())
    } else {
        Err(RepositoryError::Missing(name).into())
    }
}

/// Keeps a user who may log in as one, and its rights as they are.
pub(crate) fn lock_active_user(
    connection: &mut DbConnection,
    id: UserId,
) -> Result<(), StoreError> {
    match lock_member(connection, id)? {
        Some(true) => Ok(()),
        Some(false) | None => Err(RepositoryError::Missing("user").into()),
    }
}

/// Whether a user may log in, and locks the row: rights depend on memberships (`crate::authority`).
pub(crate) fn lock_member(connection: &mut DbConnection, id: UserId) -> QueryResult<Option<bool>> {
    let is_active = users::is_active.and(users::deleted_at.is_null());
    let user = users::table.find(id.0).select(is_active);
    match connection {
        DbConnection::Sqlite(c) => user.first(c).optional(),
        DbConnection::Postgres(c) => user.for_no_key_update().first(c).optional(),
    }
}

pub(crate) fn organization(
    connection: &mut DbConnection,
    id: i64,
) -> Result<Organization, StoreError> {
    let row: Option<OrganizationRow> =
        organizations::table.find(id).first(connection).optional()?;
    let row = row.ok_or(RepositoryError::Missing("organization"))?;
    let [created_by, modified_by] = summaries(connection, row.created_by, row.modified_by)?;
    Ok(Organization {
        created_by,
        modified_by,
        ..row.into()
    })
}

pub(crate) fn team(connection: &mut DbConnection, id: i64) -> Result<Team, StoreError> {
    let row: Option<TeamRow> = teams::table.find(id).first(connection).optional()?;
    let row = row.ok_or(RepositoryError::Missing("team"))?;
    let [created_by, modified_by] = summaries(connection, row.created_by, row.modified_by)?;
    let organization = organization_of(connection, &row)?;
    Ok(Team {
        created_by,
        modified_by,
        organization,
        ..row.into()
    })
}

pub(crate) fn organization_of(
    connection: &mut DbConnection,
    team: &TeamRow,
) -> QueryResult<Option<OrganizationSummary>> {
    let Some(id) = team.organization_id else {
        return Ok(None);
    };
    let row = organizations::table
        .find(id)
        .select(OrganizationSummaryRow::as_select());
    let row = row.first(connection).optional()?;
    Ok(row.map(OrganizationSummary::from))
}

fn summaries(
    connection: &mut DbConnection,
    created_by: Option<i64>,
    modified_by: Option<i64>,
) -> QueryResult<[Option<UserSummary>; 2]> {
    let creator = summary(connection, created_by)?;
    let modifier = if modified_by == created_by {
        creator.clone()
    } else {
        summary(connection, modified_by)?
    };
    Ok([creator, modifier])
}

/// What objects tell of a user, if that one may log in.
fn summary(connection: &mut DbConnection, id: Option<i64>) -> QueryResult<Option<UserSummary>> {
    let Some(id) = id else {
        return Ok(None);
    };
    let row = users::table
        .find(id)
        .filter(users::is_active.and(users::deleted_at.is_null()))
        .select(UserSummaryRow::as_select());
    let row = row.first(connection).optional()?;
    Ok(row.map(UserSummary::from))
}

/// Without those whom the row names by their ids alone.
impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        Self {
            id: OrganizationId(row.id),
            name: row.name,
            description: row.description,
            created_by: None,
            modified_by: None,
            created: row.created.0.and_utc(),
            modified: row.modified.0.and_utc(),
        }
    }
}

/// Without what the row names by its id alone.
impl From<TeamRow> for Team {
    fn from(row: TeamRow) -> Self {
        Self {
            id: TeamId(row.id),
            name: row.name,
            description: row.description,
            organization: None,
            created_by: None,
            modified_by: None,
            created: row.created.0.and_utc(),
            modified: row.modified.0.and_utc(),
        }
    }
}
