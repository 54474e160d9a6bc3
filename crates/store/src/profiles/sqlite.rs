//! One look-up on SQLite: the user, and then its groups.

use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use profiled_domain::{HolderQuery, ProfileDepth, UserLookup};

use super::found::{Found, Wanted};
use crate::database::rows::{GroupRow, TokenStateRow, UserRow};
use crate::database::schema::{bindings, groups, tokens, user_groups, users};
use crate::users::addresses_of;

/// The first row of a source. (`first` would bind a limit, and the statement be prepared anew each time.)
macro_rules! row {
    ($connection:expr, $source:expr, $columns:expr) => {
        $source.select($columns).get_result($connection).optional()
    };
}

pub(super) fn find(
    connection: &mut SqliteConnection,
    (query, depth): Wanted<'_>,
) -> QueryResult<Option<Found>> {
    let Some(found) = head(connection, query)? else {
        return Ok(None);
    };
    match depth {
        ProfileDepth::Account => Ok(Some(found)),
        ProfileDepth::Groups => {
            let groups = groups_of(connection, found.user.id)?;
            Ok(Some(found.with_groups(groups)))
        }
    }
}

/// A holder without groups.
fn head(connection: &mut SqliteConnection, query: &HolderQuery) -> QueryResult<Option<Found>> {
    Ok(match query {
        HolderQuery::Token(digest) => {
            let source = tokens::table.inner_join(users::table);
            let row = row!(
                connection,
                source.filter(tokens::digest.eq(digest.0.as_slice())),
                (TokenStateRow::as_select(), UserRow::as_select())
            )?;
            row.map(|(token, user)| Found::token(token, user))
        }
        HolderQuery::User(id) => {
            let row = row!(connection, users::table.find(id.0), UserRow::as_select())?;
            row.map(Found::user)
        }
        HolderQuery::Account(key) => {
            let row = account(connection, key)?;
            row.map(|(user, password)| Found::account(user, password))
        }
        HolderQuery::Subject(subject) => {
            let source =
                bindings::table.inner_join(users::table.on(users::id.eq(bindings::user_id)));
            let row = row!(
                connection,
                source
                    .filter(bindings::issuer.eq(&subject.issuer))
                    .filter(bindings::subject.eq(&subject.subject)),
                UserRow::as_select()
            )?;
            row.map(Found::user)
        }
    })
}

fn account(
    connection: &mut SqliteConnection,
    key: &UserLookup,
) -> QueryResult<Option<(UserRow, String)>> {
    macro_rules! by {
        ($key:expr) => {
            row!(
                connection,
                users::table.filter($key),
                (UserRow::as_select(), users::password)
            )
        };
    }
    match key {
        UserLookup::Id(id) => by!(users::id.eq(id.0)),
        UserLookup::Username(name) => by!(users::username.eq(name)),
        UserLookup::Email(email) => by!(users::email.eq(email)),
        UserLookup::Mailbox(mailbox) => {
            let known = addresses_of!(connection, mailbox)?;
            match mailbox.choose(known) {
                Some(email) => by!(users::email.eq(&email)),
                None => Ok(None),
            }
        }
        UserLookup::ExternalId(id) => by!(users::external_id.eq(id)),
    }
}

fn groups_of(connection: &mut SqliteConnection, user_id: i64) -> QueryResult<Vec<GroupRow>> {
    user_groups::table
        .inner_join(groups::table.on(groups::id.eq(user_groups::group_id)))
        .filter(user_groups::user_id.eq(user_id))
        .order(user_groups::group_id)
        .select(GroupRow::as_select())
        .load(connection)
}
