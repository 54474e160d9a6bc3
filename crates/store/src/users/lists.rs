//! The list of all users. Of those that are skipped, only the entries of a narrow index are read.

use diesel::prelude::*;
use profiled_domain::{NumberedPage, Page, Slice};

use crate::database::DbConnection;
use crate::database::rows::{GroupRow, UserRow};
use crate::database::schema::{groups, user_groups, users};

diesel::alias!(users as listed: Listed);

/// A page of users who are not deleted, with their groups.
pub(super) fn page(
    connection: &mut DbConnection,
    page: NumberedPage,
) -> QueryResult<Page<(UserRow, Vec<GroupRow>)>> {
    let present = users::table.filter(users::deleted_at.is_null());
    let total = present.count().get_result(connection)?;
    let users = slice_of_users(connection, page.slice(total))?;
    let mut members = memberships(connection, &users)?.into_iter().peekable();
    let mut items = Vec::with_capacity(users.len());
    for user in users {
        // Both are by ascending id. Users who are not on the page may be members, too.
        while members.next_if(|(id, _)| *id < user.id).is_some() {}
        let mut groups = Vec::new();
        while let Some((_, group)) = members.next_if(|(id, _)| *id == user.id) {
            groups.push(group);
        }
        items.push((user, groups));
    }
    Ok(Page { items, total })
}

/// Loads the users whose ids a statement selects.
macro_rules! users_in {
    ($connection:expr, $ids:expr) => {
        users::table
            .filter(users::id.eq_any($ids))
            .order(users::id)
            .select(UserRow::as_select())
            .load($connection)
    };
}

/// The users of a slice by ascending id. Their ids come first, from the index; rows are read of those only.
fn slice_of_users(
    connection: &mut DbConnection,
    slice: Option<Slice>,
) -> QueryResult<Vec<UserRow>> {
    let Some(slice) = slice else {
        return Ok(Vec::new());
    };
    let id = listed.field(users::id);
    let ids = listed
        .filter(listed.field(users::deleted_at).is_null())
        .select(id)
        .offset(slice.skip)
        .limit(slice.take);
    if slice.is_from_end {
        users_in!(connection, ids.order(id.desc()))
    } else {
        users_in!(connection, ids.order(id.asc()))
    }
}

/// The groups of users whose ids lie close together, by the ids of both.
fn memberships(
    connection: &mut DbConnection,
    users: &[UserRow],
) -> QueryResult<Vec<(i64, GroupRow)>> {
    let (Some(first), Some(last)) = (users.first(), users.last()) else {
        return Ok(Vec::new());
    };
    user_groups::table
        .inner_join(groups::table.on(groups::id.eq(user_groups::group_id)))
        .filter(user_groups::user_id.between(first.id, last.id))
        .order((user_groups::user_id, user_groups::group_id))
        .select((user_groups::user_id, GroupRow::as_select()))
        .load(connection)
}
