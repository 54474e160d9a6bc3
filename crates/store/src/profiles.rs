//! The reads that every request makes: a profile by token or by id (ADR 0008).
//!
//! One flat, left-deep join serves nearly everybody; only who is in more groups than it carries costs
//! a second statement. A join that is nested makes SQLite put all memberships together for each
//! request, and SQL text of our own would be prepared anew each time.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use profiled_domain::{
    BindingRepository, Group, Holder, HolderQuery, PasswordHash, ProfileDepth, ProfileRepository,
    RepositoryError, TokenDigest, User, UserId, UserLookup, UserProfile,
};

use crate::database::rows::{GroupRow, TokenStateRow, UserRow};
use crate::database::schema::{groups, tokens, user_groups, users};
use crate::database::{DbConnection, Store, on_each};

/// Groups that the join carries: beyond them the repeated columns of the user cost more than a
/// second statement.
const JOINED_GROUPS: u8 = 8;

/// One more than is carried shows that there are more.
const JOIN_LIMIT: u8 = JOINED_GROUPS + 1;

/// The user's columns, once for each group.
type Joined<T> = Vec<(T, Option<GroupRow>)>;

/// Loads a join, cut off. SQLite hands rows over one by one, and stops where the reader does; it would
/// prepare a statement anew each time that a limit is bound. (So no `first` in this file, either.)
macro_rules! cut_off {
    ($connection:expr, $join:expr) => {
        match $connection {
            DbConnection::Sqlite(c) => $join
                .load_iter::<_, DefaultLoadingMode>(c)?
                .take(usize::from(JOIN_LIMIT))
                .collect(),
            DbConnection::Postgres(c) => $join.limit(i64::from(JOIN_LIMIT)).load(c),
        }
    };
}

/// A user by a unique column, with the stored password.
macro_rules! account {
    ($connection:expr, $depth:expr, $key:expr) => {
        match $depth {
            ProfileDepth::Account => {
                let row: Option<(UserRow, String)> = on_each!($connection, |c| users::table
                    .filter($key)
                    .select((UserRow::as_select(), users::password))
                    .get_result(c)
                    .optional())?;
                Ok(row.map(|row| (row, Vec::new())))
            }
            ProfileDepth::Groups => {
                let rows: QueryResult<Vec<(UserRow, String, Option<GroupRow>)>> = cut_off!(
                    $connection,
                    users::table
                        .left_join(user_groups::table.on(user_groups::user_id.eq(users::id)))
                        .left_join(groups::table.on(groups::id.eq(user_groups::group_id)))
                        .filter($key)
                        .order(user_groups::group_id)
                        .select((
                            UserRow::as_select(),
                            users::password,
                            Option::<GroupRow>::as_select(),
                        ))
                );
                let rows = rows?
                    .into_iter()
                    .map(|(user, password, group)| ((user, password), group))
                    .collect();
                split($connection, rows, |(user, _): &(UserRow, String)| user.id)
            }
        }
    };
}

/// The rows of a profile.
pub(crate) fn profile_rows(
    connection: &mut DbConnection,
    id: UserId,
    depth: ProfileDepth,
) -> QueryResult<Option<(UserRow, Vec<GroupRow>)>> {
    match depth {
        ProfileDepth::Account => {
            let user = user_by_id(connection, id.0)?;
            Ok(user.map(|user| (user, Vec::new())))
        }
        ProfileDepth::Groups => {
            let rows = join_by_id(connection, id.0)?;
            split(connection, rows, |user| user.id)
        }
    }
}

impl ProfileRepository for Store {
    fn find_holders(
        &self,
        queries: &[(HolderQuery, ProfileDepth)],
    ) -> Vec<Result<Option<Holder>, RepositoryError>> {
        let each = queries.iter();
        each.map(|(query, depth)| self.find_one(query, *depth))
            .collect()
    }
}

impl Store {
    fn find_one(
        &self,
        query: &HolderQuery,
        depth: ProfileDepth,
    ) -> Result<Option<Holder>, RepositoryError> {
        match query {
            HolderQuery::Token(digest) => self.by_token(digest, depth),
            HolderQuery::User(id) => self.by_id(*id, depth),
            HolderQuery::Account(key) => self.account(key, depth),
            HolderQuery::Subject(subject) => match self.find_binding(subject)? {
                Some(user) => self.by_id(user, depth),
                None => Ok(None),
            },
        }
    }

    fn by_id(&self, id: UserId, depth: ProfileDepth) -> Result<Option<Holder>, RepositoryError> {
        let found = self.read(|connection| profile_rows(connection, id, depth))?;
        let holder = |(user, groups)| {
            Ok(Holder {
                profile: profile(user, groups)?,
                token: None,
                password: None,
            })
        };
        found.map(holder).transpose()
    }

    /// As a profile, with the stored password: its text stays out of the reads that do not need it.
    fn account(
        &self,
        key: &UserLookup,
        depth: ProfileDepth,
    ) -> Result<Option<Holder>, RepositoryError> {
        let found = self.read(|connection| match key {
            UserLookup::Id(id) => account!(connection, depth, users::id.eq(id.0)),
            UserLookup::Username(name) => account!(connection, depth, users::username.eq(name)),
            UserLookup::Email(email) => account!(connection, depth, users::email.eq(email)),
            UserLookup::ExternalId(id) => account!(connection, depth, users::external_id.eq(id)),
        })?;
        let holder = |((user, password), groups)| {
            Ok(Holder {
                profile: profile(user, groups)?,
                token: None,
                password: Some(PasswordHash::from_encoded(password)),
            })
        };
        found.map(holder).transpose()
    }

    fn by_token(
        &self,
        digest: &TokenDigest,
        depth: ProfileDepth,
    ) -> Result<Option<Holder>, RepositoryError> {
        let found = self.read(|connection| match depth {
            ProfileDepth::Account => {
                let row = account_by_token(connection, &digest.0)?;
                Ok(row.map(|row| (row, Vec::new())))
            }
            ProfileDepth::Groups => {
                let rows = join_by_token(connection, &digest.0)?;
                split(connection, rows, |(_, user)| user.id)
            }
        })?;
        let holder = |((token, user), groups): ((TokenStateRow, UserRow), _)| {
            Ok(Holder {
                profile: profile(user, groups)?,
                token: Some(token.into()),
                password: None,
            })
        };
        found.map(holder).transpose()
    }
}

/// A profile from its rows.
pub(crate) fn profile(
    user: UserRow,
    groups: Vec<GroupRow>,
) -> Result<UserProfile, RepositoryError> {
    let groups = groups.into_iter().map(Group::from).collect();
    Ok(UserProfile {
        user: User::try_from(user)?,
        groups,
    })
}

/// The head of a join and its groups; if the join was cut off, those after its last one as well.
fn split<T>(
    connection: &mut DbConnection,
    rows: Joined<T>,
    user_id: impl Fn(&T) -> i64,
) -> QueryResult<Option<(T, Vec<GroupRow>)>> {
    let is_cut_off = rows.len() > usize::from(JOINED_GROUPS);
    let mut rows = rows.into_iter();
    let Some((head, first)) = rows.next() else {
        return Ok(None);
    };
    let joined = first.into_iter().chain(rows.filter_map(|(_, group)| group));
    let mut groups: Vec<GroupRow> = joined.collect();
    if is_cut_off {
        let last = groups.last().map_or(0, |group| group.id);
        groups.extend(groups_after(connection, user_id(&head), last)?);
    }
    Ok(Some((head, groups)))
}

fn user_by_id(connection: &mut DbConnection, id: i64) -> QueryResult<Option<UserRow>> {
    on_each!(connection, |c| users::table
        .find(id)
        .select(UserRow::as_select())
        .get_result(c)
        .optional())
}

fn account_by_token(
    connection: &mut DbConnection,
    digest: &[u8],
) -> QueryResult<Option<(TokenStateRow, UserRow)>> {
    on_each!(connection, |c| tokens::table
        .inner_join(users::table)
        .filter(tokens::digest.eq(digest))
        .select((TokenStateRow::as_select(), UserRow::as_select()))
        .get_result(c)
        .optional())
}

fn join_by_id(connection: &mut DbConnection, id: i64) -> QueryResult<Joined<UserRow>> {
    cut_off!(
        connection,
        users::table
            .left_join(user_groups::table.on(user_groups::user_id.eq(users::id)))
            .left_join(groups::table.on(groups::id.eq(user_groups::group_id)))
            .filter(users::id.eq(id))
            .order(user_groups::group_id)
            .select((UserRow::as_select(), Option::<GroupRow>::as_select()))
    )
}

fn join_by_token(
    connection: &mut DbConnection,
    digest: &[u8],
) -> QueryResult<Joined<(TokenStateRow, UserRow)>> {
    let rows: QueryResult<Vec<(TokenStateRow, UserRow, Option<GroupRow>)>> = cut_off!(
        connection,
        tokens::table
            .inner_join(users::table)
            .left_join(user_groups::table.on(user_groups::user_id.eq(users::id)))
            .left_join(groups::table.on(groups::id.eq(user_groups::group_id)))
            .filter(tokens::digest.eq(digest))
            .order(user_groups::group_id)
            .select((
                TokenStateRow::as_select(),
                UserRow::as_select(),
                Option::<GroupRow>::as_select(),
            ))
    );
    Ok(rows?
        .into_iter()
        .map(|(token, user, group)| ((token, user), group))
        .collect())
}

fn groups_after(
    connection: &mut DbConnection,
    user_id: i64,
    last: i64,
) -> QueryResult<Vec<GroupRow>> {
    on_each!(connection, |c| user_groups::table
        .inner_join(groups::table.on(groups::id.eq(user_groups::group_id)))
        .filter(user_groups::user_id.eq(user_id))
        .filter(user_groups::group_id.gt(last))
        .order(user_groups::group_id)
        .select(GroupRow::as_select())
        .load(c))
}
