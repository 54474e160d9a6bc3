//! The list of all users, and of those whom a filter finds. Of all users who are skipped, only the entries of a narrow
//! index are read.

use diesel::prelude::*;
use profiled_domain::{NumberedPage, Page, ProfileFilter, Slice};

use crate::database::rows::{GroupRow, UserRow};
use crate::database::schema::{groups, user_groups, users};
use crate::database::{DbConnection, on_each};
use crate::selection::Plan;

diesel::alias!(users as listed: Listed);

/// A user, with the groups.
type Item = (UserRow, Vec<GroupRow>);

/// A page of users who are not deleted, with their groups.
pub(super) fn page(connection: &mut DbConnection, page: NumberedPage) -> QueryResult<Page<Item>> {
    let present = users::table.filter(users::deleted_at.is_null());
    let total = present.count().get_result(connection)?;
    let users = slice_of_users(connection, page.slice(total))?;
    let members = memberships(connection, &users)?;
    let items = with_groups(users, members);
    Ok(Page { items, total })
}

/// The same of those whom a filter finds.
pub(super) fn found(
    connection: &mut DbConnection,
    plan: &Plan<'_>,
    filter: &ProfileFilter,
    page: NumberedPage,
) -> QueryResult<Page<Item>> {
    let total = plan.count_profiles(connection, filter)?;
    let Some(slice) = page.slice(total) else {
        let items = Vec::new();
        return Ok(Page { items, total });
    };
    let chosen = plan.listed_profiles(filter, slice);
    let users: Vec<UserRow> = on_each!(connection, |c| users::table
        .filter(chosen.is_on_page)
        .order(chosen.order)
        .select(UserRow::as_select())
        .load(c))?;
    // Their ids may lie far apart.
    let chosen = plan.listed_profiles(filter, slice);
    let members = on_each!(connection, |c| user_groups::table
        .inner_join(users::table.on(users::id.eq(user_groups::user_id)))
        .inner_join(groups::table.on(groups::id.eq(user_groups::group_id)))
        .filter(chosen.is_on_page)
        .order((user_groups::user_id, user_groups::group_id))
        .select((user_groups::user_id, GroupRow::as_select()))
        .load(c))?;
    let items = with_groups(users, members);
    Ok(Page { items, total })
}

/// Brings users and the groups of these and perhaps others together; both are by ascending id.
fn with_groups(users: Vec<UserRow>, members: Vec<(i64, GroupRow)>) -> Vec<Item> {
    let mut members = members.into_iter().peekable();
    let mut items = Vec::with_capacity(users.len());
    for user in users {
        while members.next_if(|(id, _)| *id < user.id).is_some() {}
        let mut groups = Vec::new();
        while let Some((_, group)) = members.next_if(|(id, _)| *id == user.id) {
            groups.push(group);
        }
        items.push((user, groups));
    }
    items
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
