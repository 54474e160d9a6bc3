//! Pages of lists by number. Each is read as of one moment: its count, its rows and what belongs to them.
//!
//! A page is counted off from the end of the list that is nearer, so that the last page costs what the
//! first one does. Of users that are skipped, only the entries of a narrow index are read.

use diesel::prelude::*;
use profiled_domain::{
    Group, NumberedPage, Page, RepositoryError, Slice, Token, User, UserId, UserProfile,
};

use crate::database::rows::{GroupRow, TokenRow, UserRow};
use crate::database::schema::{groups, tokens, user_groups, users};
use crate::database::{DbConnection, Store};

diesel::alias!(users as listed: Listed);

impl Store {
    pub(crate) fn profiles_page(
        &self,
        page: NumberedPage,
    ) -> Result<Page<UserProfile>, RepositoryError> {
        let (users, members, total) = self.read(|connection| {
            connection.snapshot(|connection| {
                let present = users::table.filter(users::deleted_at.is_null());
                let total = present.count().get_result(connection)?;
                let users = slice_of_users(connection, page.slice(total))?;
                let members = memberships(connection, &users)?;
                Ok((users, members, total))
            })
        })?;
        let mut members = members.into_iter().peekable();
        let mut items = Vec::with_capacity(users.len());
        for user in users {
            let user = User::try_from(user)?;
            // Both are by ascending id. Users who are not on the page may be members, too.
            while members.next_if(|(id, _)| *id < user.id.0).is_some() {}
            let mut groups = Vec::new();
            while let Some((_, group)) = members.next_if(|(id, _)| *id == user.id.0) {
                groups.push(Group::from(group));
            }
            items.push(UserProfile { user, groups });
        }
        Ok(Page { items, total })
    }

    pub(crate) fn groups_page(&self, page: NumberedPage) -> Result<Page<Group>, RepositoryError> {
        let (rows, total) = self.read(|connection| {
            connection.snapshot(|connection| {
                let total = groups::table.count().get_result(connection)?;
                let Some(slice) = page.slice(total) else {
                    return Ok((Vec::new(), total));
                };
                let rows = groups::table
                    .select(GroupRow::as_select())
                    .offset(slice.skip)
                    .limit(slice.take)
                    .into_boxed();
                let rows: Vec<GroupRow> = if slice.is_from_end {
                    rows.order(groups::id.desc()).load(connection)?
                } else {
                    rows.order(groups::id.asc()).load(connection)?
                };
                Ok((ascending(rows, slice), total))
            })
        })?;
        Ok(Page {
            items: rows.into_iter().map(Group::from).collect(),
            total,
        })
    }

    pub(crate) fn tokens_page(
        &self,
        owner: UserId,
        page: NumberedPage,
    ) -> Result<Page<Token>, RepositoryError> {
        let (rows, total) = self.read(|connection| {
            connection.snapshot(|connection| {
                let own = tokens::table.filter(tokens::user_id.eq(owner.0));
                let total = own.count().get_result(connection)?;
                let Some(slice) = page.slice(total) else {
                    return Ok((Vec::new(), total));
                };
                let rows = own
                    .select(TokenRow::as_select())
                    .offset(slice.skip)
                    .limit(slice.take)
                    .into_boxed();
                let rows: Vec<TokenRow> = if slice.is_from_end {
                    rows.order(tokens::id.desc()).load(connection)?
                } else {
                    rows.order(tokens::id.asc()).load(connection)?
                };
                Ok((ascending(rows, slice), total))
            })
        })?;
        Ok(Page {
            items: rows.into_iter().map(Token::from).collect(),
            total,
        })
    }
}

fn ascending<T>(mut rows: Vec<T>, slice: Slice) -> Vec<T> {
    if slice.is_from_end {
        rows.reverse();
    }
    rows
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
