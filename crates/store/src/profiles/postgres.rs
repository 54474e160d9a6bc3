//! A batch on PostgreSQL: one statement for all tokens, and one for all users, of a depth.

use std::collections::HashMap;

use diesel::IntoSql;
use diesel::deserialize::{self, FromSql};
use diesel::dsl::array;
use diesel::pg::{Pg, PgConnection, PgValue};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Nullable, Record, Text, Timestamp};
use profiled_domain::{ForeignSubject, HolderQuery, ProfileDepth, UserLookup};

use super::found::{Found, Wanted};
use super::one_of::one_of;
use crate::database::rows::{GroupRow, TokenStateRow, UserRow};
use crate::database::schema::{bindings, groups, tokens, user_groups, users};
use crate::users::addresses_of;

/// The columns of a [`GroupRow`].
type GroupColumns = (
    BigInt,
    Text,
    Nullable<Text>,
    BigInt,
    Timestamp,
    Timestamp,
    BigInt,
);

impl FromSql<Record<GroupColumns>, Pg> for GroupRow {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let columns = FromSql::<Record<GroupColumns>, Pg>::from_sql(value)?;
        <Self as Queryable<GroupColumns, Pg>>::build(columns)
    }
}

/// The groups of a row's user, as one column: a join would repeat the user's columns for each of them, and a second
/// statement would show the database of another moment.
macro_rules! groups_of_user {
    () => {
        array::<Record<GroupColumns>, _>(
            user_groups::table
                .inner_join(groups::table.on(groups::id.eq(user_groups::group_id)))
                .filter(user_groups::user_id.eq(users::id))
                .order(user_groups::group_id)
                .select(
                    (
                        groups::id,
                        groups::name,
                        groups::notes,
                        groups::users_count,
                        groups::created_at,
                        groups::updated_at,
                        groups::version,
                    )
                        .into_sql::<Record<GroupColumns>>(),
                ),
        )
    };
}

/// The rows of a source at a depth, with what else is selected of it.
macro_rules! rows {
    ($connection:expr, $depth:expr, $source:expr, $columns:expr) => {
        match $depth {
            ProfileDepth::Account => {
                let columns = ($columns, UserRow::as_select());
                let rows: Vec<(_, UserRow)> = $source.select(columns).load($connection)?;
                let rows = rows.into_iter();
                rows.map(|(other, user)| (other, user, Vec::new()))
                    .collect()
            }
            ProfileDepth::Groups => {
                let columns = ($columns, UserRow::as_select(), groups_of_user!());
                $source.select(columns).load($connection)?
            }
        }
    };
}

/// What is selected beside the user and its groups.
type Rows<T> = Vec<(T, UserRow, Vec<GroupRow>)>;

/// Answers each of a batch.
pub(super) fn find(
    connection: &mut PgConnection,
    wanted: &[Wanted<'_>],
) -> QueryResult<Vec<Option<Found>>> {
    let mut accounts = OfDepth::find(connection, wanted, ProfileDepth::Account)?;
    let mut profiles = OfDepth::find(connection, wanted, ProfileDepth::Groups)?;
    let each = wanted.iter().map(|(query, depth)| {
        let found = match depth {
            ProfileDepth::Account => &mut accounts,
            ProfileDepth::Groups => &mut profiles,
        };
        Ok(match query {
            HolderQuery::Token(digest) => found.tokens.remove(digest.0.as_slice()),
            HolderQuery::User(id) => found.users.remove(&id.0),
            HolderQuery::Account(key) => account(connection, key, *depth)?,
            HolderQuery::Subject(subject) => bound(connection, subject, *depth)?,
        })
    });
    each.collect()
}

/// A token, and what it was asked for by.
#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens)]
struct KnownToken {
    digest: Vec<u8>,
    #[diesel(embed)]
    state: TokenStateRow,
}

/// Holders of one depth that a batch asks for by token or by id.
struct OfDepth {
    tokens: HashMap<Vec<u8>, Found>,
    users: HashMap<i64, Found>,
}

impl OfDepth {
    fn find(
        connection: &mut PgConnection,
        wanted: &[Wanted<'_>],
        depth: ProfileDepth,
    ) -> QueryResult<Self> {
        let (mut digests, mut ids) = (Vec::new(), Vec::new());
        for (query, _) in wanted.iter().filter(|(_, wanted)| *wanted == depth) {
            match query {
                HolderQuery::Token(digest) => digests.push(digest.0.as_slice()),
                HolderQuery::User(id) => ids.push(id.0),
                HolderQuery::Account(_) | HolderQuery::Subject(_) => {}
            }
        }
        Ok(Self {
            tokens: by_tokens(connection, &digests, depth)?,
            users: by_ids(connection, &ids, depth)?,
        })
    }
}

fn by_tokens(
    connection: &mut PgConnection,
    digests: &[&[u8]],
    depth: ProfileDepth,
) -> QueryResult<HashMap<Vec<u8>, Found>> {
    if digests.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Rows<KnownToken> = rows!(
        connection,
        depth,
        tokens::table
            .inner_join(users::table)
            .filter(one_of(tokens::digest, digests.into_sql::<Array<Binary>>())),
        KnownToken::as_select()
    );
    let found = rows.into_iter().map(|(token, user, groups)| {
        let found = Found::token(token.state, user);
        (token.digest, found.with_groups(groups))
    });
    Ok(found.collect())
}

fn by_ids(
    connection: &mut PgConnection,
    ids: &[i64],
    depth: ProfileDepth,
) -> QueryResult<HashMap<i64, Found>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Rows<i64> = rows!(
        connection,
        depth,
        users::table.filter(one_of(users::id, ids.into_sql::<Array<BigInt>>())),
        users::id
    );
    let found = rows
        .into_iter()
        .map(|(id, user, groups)| (id, Found::user(user).with_groups(groups)));
    Ok(found.collect())
}

fn account(
    connection: &mut PgConnection,
    key: &UserLookup,
    depth: ProfileDepth,
) -> QueryResult<Option<Found>> {
    macro_rules! by {
        ($key:expr) => {
            rows!(
                connection,
                depth,
                users::table.filter($key),
                users::password
            )
        };
    }
    let mut rows: Rows<String> = match key {
        UserLookup::Id(id) => by!(users::id.eq(id.0)),
        UserLookup::Username(name) => by!(users::username.eq(name)),
        UserLookup::Email(email) => by!(users::email.eq(email)),
        UserLookup::Mailbox(mailbox) => {
            let known = addresses_of!(connection, mailbox)?;
            match mailbox.choose(known) {
                Some(email) => by!(users::email.eq(&email)),
                None => return Ok(None),
            }
        }
        UserLookup::ExternalId(id) => by!(users::external_id.eq(id)),
    };
    let found = rows
        .pop()
        .map(|(password, user, groups)| Found::account(user, password).with_groups(groups));
    Ok(found)
}

fn bound(
    connection: &mut PgConnection,
    subject: &ForeignSubject,
    depth: ProfileDepth,
) -> QueryResult<Option<Found>> {
    let mut rows: Rows<i64> = rows!(
        connection,
        depth,
        bindings::table
            .inner_join(users::table.on(users::id.eq(bindings::user_id)))
            .filter(bindings::issuer.eq(&subject.issuer))
            .filter(bindings::subject.eq(&subject.subject)),
        bindings::user_id
    );
    let found = rows
        .pop()
        .map(|(_, user, groups)| Found::user(user).with_groups(groups));
    Ok(found)
}
