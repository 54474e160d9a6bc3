//! Groups and memberships. Counts are the business of the database's triggers.

use diesel::dsl::count;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use profiled_domain::{
    Group, GroupChange, GroupId, GroupRepository, NewGroup, NumberedPage, Page, RepositoryError,
    UserId, WriteContext,
};

use crate::database::rows::GroupRow;
use crate::database::schema::{groups, user_groups, users};
use crate::database::{DbConnection, Store, StoreError, numbered_page, on_each, stored};

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

    fn find_group_by_id(&self, id: GroupId) -> Result<Option<Group>, RepositoryError> {
        let row = self.read(|connection| group_by_id(connection, id))?;
        Ok(row.map(Group::from))
    }

    fn list_groups(&self, page: NumberedPage) -> Result<Page<Group>, RepositoryError> {
        let page = self.read(|connection| {
            connection.snapshot(|connection| {
                numbered_page!(connection, groups::table, groups::id, GroupRow, page)
            })
        })?;
        page.try_map(|row| Ok(Group::from(row)))
    }

    fn create_group(&self, new: &NewGroup, by: WriteContext<'_>) -> Result<Group, RepositoryError> {
        let row: GroupRow = self.write(|connection| {
            self.admit(connection, by, None)?;
            let id: i64 = diesel::insert_into(groups::table)
                .values((
                    groups::name.eq(new.name.as_str()),
                    groups::notes.eq(new.notes.as_deref()),
                    groups::created_at.eq(stored(by.at)),
                    groups::updated_at.eq(stored(by.at)),
                ))
                .returning(groups::id)
                .get_result(connection)?;
            let row = groups::table.find(id).select(GroupRow::as_select());
            Ok::<_, StoreError>(row.first(connection)?)
        })?;
        Ok(row.into())
    }

    fn update_group(
        &self,
        id: GroupId,
        change: &GroupChange,
        by: WriteContext<'_>,
    ) -> Result<Option<Group>, RepositoryError> {
        let notes = change.notes.as_change();
        let row = self.write(|connection| {
            self.admit(connection, by, None)?;
            diesel::update(groups::table.find(id.0))
                .set((
                    change.name.as_deref().map(|name| groups::name.eq(name)),
                    notes.map(|notes| groups::notes.eq(notes.map(String::as_str))),
                    groups::updated_at.eq(stored(by.at)),
                ))
                .execute(connection)?;
            Ok::<_, StoreError>(group_by_id(connection, id)?)
        })?;
        Ok(row.map(Group::from))
    }

    fn delete_group(&self, id: GroupId, by: WriteContext<'_>) -> Result<bool, RepositoryError> {
        let deleted = self.write(|connection| {
            lock_members(connection, id, by.id())?;
            self.admit(connection, by, None)?;
            let memberships = user_groups::table.filter(user_groups::group_id.eq(id.0));
            diesel::delete(memberships).execute(connection)?;
            Ok::<_, StoreError>(diesel::delete(groups::table.find(id.0)).execute(connection)?)
        })?;
        Ok(deleted > 0)
    }

    fn add_member(
        &self,
        group: GroupId,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            lock_group(connection, group)?;
            self.admit(connection, by, Some(user))?;
            lock_ends(connection, group, user)?;
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

    fn remove_member(
        &self,
        group: GroupId,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            lock_group(connection, group)?;
            self.admit(connection, by, Some(user))?;
            lock_user(connection, user)?;
            let membership = user_groups::table.find((user.0, group.0));
            Ok(diesel::delete(membership).execute(connection)? > 0)
        })
    }
}

impl Store {
    /// Groups whose stored count is not their number of members: id, stored, counted. There are none,
    /// unless the triggers were switched off.
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

fn group_by_id(connection: &mut DbConnection, id: GroupId) -> QueryResult<Option<GroupRow>> {
    let group = groups::table.find(id.0).select(GroupRow::as_select());
    group.first(connection).optional()
}

/// What the locks of groups are counted from on PostgreSQL, "groups" in ASCII: no other lock is near.
const GROUP_LOCKS: i64 = 0x6772_6f75_7073_0000;

/// Keeps other changes of the group's memberships away until the transaction ends.
///
/// It comes before all locks of rows. Those of users come next, then those of memberships and groups: so do
/// the triggers, and the deletion of a user. Without the first one a member could join between the last
/// look at the members of a group and its deletion.
fn lock_group(connection: &mut DbConnection, group: GroupId) -> QueryResult<()> {
    // SQLite has one writer at a time anyway.
    if let DbConnection::Postgres(c) = connection {
        let key = GROUP_LOCKS.wrapping_add(group.0);
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
            .bind::<BigInt, _>(key)
            .execute(c)?;
    }
    Ok(())
}

/// Keeps all members of a group, and who asks for its deletion, as they are until the transaction ends.
fn lock_members(
    connection: &mut DbConnection,
    group: GroupId,
    actor: Option<UserId>,
) -> QueryResult<()> {
    lock_group(connection, group)?;
    if let DbConnection::Postgres(c) = connection {
        let members = user_groups::table.filter(user_groups::group_id.eq(group.0));
        let is_actor = users::id.eq_any(actor.map(|actor| actor.0));
        users::table
            .filter(
                users::id
                    .eq_any(members.select(user_groups::user_id))
                    .or(is_actor),
            )
            .order(users::id)
            .select(users::id)
            .for_no_key_update()
            .load::<i64>(c)?;
    }
    Ok(())
}

/// Whether a user is there, and not deleted. The user stays so until the transaction ends.
fn lock_user(connection: &mut DbConnection, user: UserId) -> QueryResult<bool> {
    let user = users::table
        .find(user.0)
        .select(users::deleted_at.is_null());
    let is_present = match connection {
        DbConnection::Sqlite(c) => user.first(c).optional()?,
        DbConnection::Postgres(c) => user.for_no_key_update().first(c).optional()?,
    };
    Ok(is_present.unwrap_or(false))
}

/// Checks that a user may become a member of a group, and keeps both as they are.
fn lock_ends(
    connection: &mut DbConnection,
    group: GroupId,
    user: UserId,
) -> Result<(), StoreError> {
    if !lock_user(connection, user)? {
        return Err(RepositoryError::Missing("user").into());
    }
    let group = groups::table.find(group.0).select(groups::id);
    let found: Option<i64> = match connection {
        DbConnection::Sqlite(c) => group.first(c).optional()?,
        DbConnection::Postgres(c) => group.for_no_key_update().first(c).optional()?,
    };
    found
        .map(drop)
        .ok_or(RepositoryError::Missing("group").into())
}
