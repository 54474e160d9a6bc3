//! Groups and memberships. Counts are the business of the database's triggers.

use chrono::{DateTime, Utc};
use diesel::dsl::{count, exists};
use diesel::prelude::*;
use profiled_domain::{Group, GroupId, GroupRepository, NewGroup, RepositoryError, UserId};

use crate::connection::{DbConnection, on_each};
use crate::error::StoreError;
use crate::rows::{GroupRow, stored};
use crate::schema::{groups, user_groups, users};
use crate::store::Store;

impl GroupRepository for Store {
    fn find_group(&self, name: &str) -> Result<Option<Group>, RepositoryError> {
        let row: Option<GroupRow> = self.read(|connection| {
            groups::table
                .filter(groups::name.eq(name))
                .select(GroupRow::as_select())
                .first(connection)
                .optional()
        })?;
        Ok(row.map(Group::from))
    }

    fn create_group(&self, new: &NewGroup, now: DateTime<Utc>) -> Result<Group, RepositoryError> {
        let row: GroupRow = self.write(|connection| {
            let id: i64 = diesel::insert_into(groups::table)
                .values((
                    groups::name.eq(new.name.as_str()),
                    groups::notes.eq(new.notes.as_deref()),
                    groups::created_at.eq(stored(now)),
                    groups::updated_at.eq(stored(now)),
                ))
                .returning(groups::id)
                .get_result(connection)?;
            let row = groups::table.find(id).select(GroupRow::as_select());
            Ok::<_, StoreError>(row.first(connection)?)
        })?;
        Ok(row.into())
    }

    fn add_member(&self, group: GroupId, user: UserId) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            check_ends(connection, group, user)?;
            let row = (
                user_groups::user_id.eq(user.0),
                user_groups::group_id.eq(group.0),
            );
            let added = on_each!(connection, |c| diesel::insert_into(user_groups::table)
                .values(row)
                .on_conflict_do_nothing()
                .execute(c))?;
            Ok(added > 0)
        })
    }

    fn remove_member(&self, group: GroupId, user: UserId) -> Result<bool, RepositoryError> {
        let removed = self.write(|connection| {
            let membership = user_groups::table.find((user.0, group.0));
            Ok::<_, StoreError>(diesel::delete(membership).execute(connection)?)
        })?;
        Ok(removed > 0)
    }
}

impl Store {
    /// Groups whose stored count is not their number of members: id, stored, counted. There are none,
    /// unless somebody switched the triggers off.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn miscounted_groups(&self) -> Result<Vec<(i64, i64, i64)>, RepositoryError> {
        let all: Vec<(i64, i64, i64)> = self.read(|connection| {
            groups::table
                .left_join(user_groups::table.on(user_groups::group_id.eq(groups::id)))
                .group_by((groups::id, groups::users_count))
                .order(groups::id)
                .select((
                    groups::id,
                    groups::users_count,
                    count(user_groups::user_id.nullable()),
                ))
                .load(connection)
        })?;
        Ok(all
            .into_iter()
            .filter(|(_, stored, counted)| stored != counted)
            .collect())
    }
}

fn check_ends(
    connection: &mut DbConnection,
    group: GroupId,
    user: UserId,
) -> Result<(), StoreError> {
    let has_group: bool =
        diesel::select(exists(groups::table.find(group.0))).get_result(connection)?;
    let has_user: bool =
        diesel::select(exists(users::table.find(user.0))).get_result(connection)?;
    match (has_user, has_group) {
        (false, _) => Err(RepositoryError::Missing("user").into()),
        (_, false) => Err(RepositoryError::Missing("group").into()),
        (true, true) => Ok(()),
    }
}
