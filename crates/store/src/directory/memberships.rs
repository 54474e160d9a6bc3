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
            let is_changed = insert_membership(connection, membership, user)?;
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
            insert_membership(connection, membership, user)?;
            record(connection, NewEvent::added(membership, user), by)?;
            Ok(row)
        })?;
        row.try_into()
    }
}

/// Inserts a row unless it is there already, and returns how many were inserted.
macro_rules! insert {
    ($connection:expr, $table:ident, $column:ident, $id:expr, $user:expr) => {{
        let row = ($table::user_id.eq($user.0), $table::$column.eq($id.0));
        on_each!($connection, |c| diesel::insert_into($table::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c))
    }};
}

/// `false` for a membership that is there already.
pub(crate) fn insert_membership(
    connection: &mut DbConnection,
    membership: Membership,
    user: UserId,
) -> QueryResult<bool> {
    let added = match membership {
        Membership::OrganizationUser(id) => {
            insert!(connection, organization_users, organization_id, id, user)
        }
        Membership::OrganizationAdmin(id) => {
            insert!(connection, organization_admins, organization_id, id, user)
        }
        Membership::TeamUser(id) => insert!(connection, team_users, team_id, id, user),
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
