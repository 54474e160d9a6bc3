//! Who belongs to organizations and teams. Each change writes its event, in the same transaction.

use diesel::dsl::exists;
use diesel::prelude::*;
use profiled_domain::{
    Membership, MembershipRepository, NewEvent, NewUser, RepositoryError, User, UserId,
    WriteContext,
};

use super::activity::record;
use super::locks::{lock_active_user, lock_member, lock_target};
use crate::database::rows::UserRow;
use crate::database::schema::{organization_admins, organization_users, team_users};
use crate::database::{DbConnection, Store, on_each};
use crate::users::insert_user;

impl MembershipRepository for Store {
    fn is_organization_admin(&self, user: UserId) -> Result<bool, RepositoryError> {
        let own = organization_admins::table.filter(organization_admins::user_id.eq(user.0));
        self.read(|connection| diesel::select(exists(own)).get_result(connection))
    }

    fn add_to(
        &self,
        membership: Membership,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            lock_target(connection, membership)?;
            self.admit(connection, by, Some(user))?;
            lock_active_user(connection, user)?;
            let is_changed = insert(connection, membership, user)?;
            if is_changed {
                record(connection, NewEvent::added(membership, user), by)?;
            }
            Ok(is_changed)
        })
    }

    fn remove_from(
        &self,
        membership: Membership,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            lock_target(connection, membership)?;
            self.admit(connection, by, Some(user))?;
            lock_member(connection, user)?;
            let is_changed = delete(connection, membership, user)?;
            if is_changed {
                record(connection, NewEvent::removed(membership, user), by)?;
            }
            Ok(is_changed)
        })
    }

    fn create_user_in(
        &self,
        membership: Membership,
        new: &NewUser,
        by: WriteContext<'_>,
    ) -> Result<User, RepositoryError> {
        let row: UserRow = self.write(|connection| {
            lock_target(connection, membership)?;
            self.admit(connection, by, None)?;
            let row = insert_user(connection, new, by.at)?;
            let user = UserId(row.id);
            insert(connection, membership, user)?;
            record(connection, NewEvent::added(membership, user), by)?;
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
