//! Who belongs to organizations and teams. Each change writes its event, in the same transaction.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{Authority, Membership, NewEvent, NewUser, RepositoryError, User, UserId};

use super::activity::record;
use super::objects::{lock_active_user, lock_member, lock_place};
use crate::database::rows::UserRow;
use crate::database::schema::{organization_admins, organization_users, team_users};
use crate::database::{DbConnection, Store, on_each};
use crate::users::insert_user;

impl Store {
    pub(crate) fn insert_membership(
        &self,
        membership: Membership,
        user: UserId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            lock_place(connection, membership)?;
            self.admit(connection, by, Some(user))?;
            lock_active_user(connection, user)?;
            let is_changed = insert(connection, membership, user)?;
            if is_changed {
                record(
                    connection,
                    NewEvent::added(membership, user),
                    by.map(|by| by.actor),
                    now,
                )?;
            }
            Ok(is_changed)
        })
    }

    pub(crate) fn remove_membership(
        &self,
        membership: Membership,
        user: UserId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            lock_place(connection, membership)?;
            self.admit(connection, by, Some(user))?;
            lock_member(connection, user)?;
            let is_changed = delete(connection, membership, user)?;
            if is_changed {
                record(
                    connection,
                    NewEvent::removed(membership, user),
                    by.map(|by| by.actor),
                    now,
                )?;
            }
            Ok(is_changed)
        })
    }

    pub(crate) fn insert_member(
        &self,
        membership: Membership,
        new: &NewUser,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<User, RepositoryError> {
        let row: UserRow = self.write(|connection| {
            lock_place(connection, membership)?;
            self.admit(connection, by, None)?;
            let row = insert_user(connection, new, now)?;
            let user = UserId(row.id);
            insert(connection, membership, user)?;
            record(
                connection,
                NewEvent::added(membership, user),
                by.map(|by| by.actor),
                now,
            )?;
            Ok(row)
        })?;
        row.try_into()
    }
}

/// `false` for a membership that is there already.
fn insert(
    connection: &mut DbConnection,
    membership: Membership,
    user: UserId,
) -> QueryResult<bool> {
    let added = match membership {
        Membership::OrganizationUser(id) => {
            let row = (
                organization_users::user_id.eq(user.0),
                organization_users::organization_id.eq(id.0),
            );
            on_each!(connection, |c| diesel::insert_into(
                organization_users::table
            )
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))
        }
        Membership::OrganizationAdmin(id) => {
            let row = (
                organization_admins::user_id.eq(user.0),
                organization_admins::organization_id.eq(id.0),
            );
            on_each!(connection, |c| diesel::insert_into(
                organization_admins::table
            )
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))
        }
        Membership::TeamUser(id) => {
            let row = (team_users::user_id.eq(user.0), team_users::team_id.eq(id.0));
            on_each!(connection, |c| diesel::insert_into(team_users::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c))
        }
    };
    Ok(added? > 0)
}

/// `false` for a membership that is not there.
fn delete(
    connection: &mut DbConnection,
    membership: Membership,
    user: UserId,
) -> QueryResult<bool> {
    let removed = match membership {
        Membership::OrganizationUser(id) => {
            diesel::delete(organization_users::table.find((user.0, id.0))).execute(connection)
        }
        Membership::OrganizationAdmin(id) => {
            diesel::delete(organization_admins::table.find((user.0, id.0))).execute(connection)
        }
        Membership::TeamUser(id) => {
            diesel::delete(team_users::table.find((user.0, id.0))).execute(connection)
        }
    };
    Ok(removed? > 0)
}
