//! Reads of everything that an export writes, as of one moment and a page at a time.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{
    Group, GroupId, PasswordHash, RepositoryError, Token, TokenId, User, UserId,
};

use crate::database::rows::{GroupRow, TokenRow, UserRow};
use crate::database::schema::{
    groups, organizations, refresh_families, refresh_tokens, teams, tokens, user_groups, users,
};
use crate::database::{DbConnection, Instant, Store, StoreError, on_each};
use crate::import::remembered_mapping;

/// Rows that are read at a time.
const PAGE: i64 = 1000;

/// An export under way: all that it reads is as of one moment.
pub struct ExportSession<'a> {
    pub(crate) connection: &'a mut DbConnection,
}

/// A user with all that is stored of it.
#[derive(Clone, Debug)]
pub struct ExportedUser {
    /// The account.
    pub user: User,
    /// The primary key that it has elsewhere, where that is no positive number.
    pub external_id: Option<String>,
    /// As Django encodes it.
    pub password: PasswordHash,
    /// Its groups, by ascending id.
    pub groups: Vec<GroupId>,
}

/// A refresh token that is refused before its time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRefreshToken {
    /// `jti`, unique.
    pub jti: String,
    /// When it was blacklisted or rotated, or its family was revoked: UTC, microseconds.
    pub refused_at: DateTime<Utc>,
    /// When the token expires, UTC.
    pub expires_at: DateTime<Utc>,
}

/// How many rows of each kind are not read one by one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportCounts {
    /// Users who are deleted and can be restored.
    pub deleted_users: i64,
    /// Organizations.
    pub organizations: i64,
    /// Teams.
    pub teams: i64,
}

/// Why an export ends early.
enum Stop<E> {
    Storage(StoreError),
    Work(E),
}

impl<E> From<diesel::result::Error> for Stop<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl Store {
    /// Runs an export, which sees the database as of its first read.
    ///
    /// # Errors
    /// What `work` returns, and failures of the storage as its type takes them.
    pub fn export<T, E: From<RepositoryError>>(
        &self,
        work: impl FnOnce(&mut ExportSession<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // Not from the pool: it is held for as long as the reader of the dump takes.
        let mut connection = self.open_for_bulk()?;
        let outcome = connection
            .snapshot(|connection| work(&mut ExportSession { connection }).map_err(Stop::Work));
        outcome.map_err(|stop| match stop {
            Stop::Storage(error) => RepositoryError::from(error).into(),
            Stop::Work(error) => error,
        })
    }
}

impl ExportSession<'_> {
    /// How the last import has read the models of Django, as JSON; `None` before the first.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn django_mapping(&mut self) -> Result<Option<String>, RepositoryError> {
        read(remembered_mapping(self.connection))
    }

    /// Rows that the export only counts.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn counts(&mut self) -> Result<ExportCounts, RepositoryError> {
        let deleted = users::table.filter(users::deleted_at.is_not_null());
        Ok(ExportCounts {
            deleted_users: read(deleted.count().get_result(self.connection))?,
            organizations: read(organizations::table.count().get_result(self.connection))?,
            teams: read(teams::table.count().get_result(self.connection))?,
        })
    }

    /// The groups after one, by ascending id; none at the end.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn groups(&mut self, after: GroupId) -> Result<Vec<Group>, RepositoryError> {
        let page = groups::table
            .filter(groups::id.gt(after.0))
            .order(groups::id)
            .limit(PAGE)
            .select(GroupRow::as_select());
        let rows: Vec<GroupRow> = read(page.load(self.connection))?;
        Ok(rows.into_iter().map(Group::from).collect())
    }

    /// The users after one who are not deleted, by ascending id; none at the end.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn users(&mut self, after: UserId) -> Result<Vec<ExportedUser>, RepositoryError> {
        let page = users::table
            .filter(users::deleted_at.is_null())
            .filter(users::id.gt(after.0))
            .order(users::id)
            .limit(PAGE)
            .select((UserRow::as_select(), users::password, users::external_id));
        let rows: Vec<(UserRow, String, Option<String>)> = read(page.load(self.connection))?;
        let (Some((start, ..)), Some((end, ..))) = (rows.first(), rows.last()) else {
            return Ok(Vec::new());
        };
        let memberships = user_groups::table
            .filter(user_groups::user_id.between(start.id, end.id))
            .order((user_groups::user_id, user_groups::group_id))
            .select((user_groups::user_id, user_groups::group_id));
        let memberships: Vec<(i64, i64)> = read(memberships.load(self.connection))?;
        let mut memberships = memberships.into_iter().peekable();
        let users = rows.into_iter().map(|(row, password, external_id)| {
            // Both are by ascending id. Deleted users have no groups.
            let mut groups = Vec::new();
            while let Some((_, group)) = memberships.next_if(|(user, _)| *user == row.id) {
                groups.push(GroupId(group));
            }
            Ok(ExportedUser {
                user: row.try_into()?,
                external_id,
                password: PasswordHash::from_encoded(password),
                groups,
            })
        });
        users.collect()
    }

    /// The opaque tokens after one, by ascending id, of users who are not deleted, with the usernames of those; none
    /// at the end.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn tokens(
        &mut self,
        after: TokenId,
    ) -> Result<Vec<(Token, Option<String>)>, RepositoryError> {
        let page = tokens::table
            .inner_join(users::table)
            .filter(users::deleted_at.is_null())
            .filter(tokens::id.gt(after.0))
            .order(tokens::id)
            .limit(PAGE)
            .select((TokenRow::as_select(), users::username));
        let rows: Vec<(TokenRow, Option<String>)> = read(page.load(self.connection))?;
        let tokens = rows.into_iter().map(|(row, name)| (row.into(), name));
        Ok(tokens.collect())
    }

    /// The refresh tokens after a `jti` that are refused, by ascending `jti`; none at the end.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn refused_refresh_tokens(
        &mut self,
        after: &str,
    ) -> Result<Vec<RefusedRefreshToken>, RepositoryError> {
        type Columns = (
            String,
            Option<Instant>,
            Option<Instant>,
            Option<Instant>,
            Instant,
        );
        let is_refused = refresh_tokens::blacklisted_at
            .is_not_null()
            .or(refresh_tokens::rotated_at.is_not_null())
            .or(refresh_families::revoked_at.is_not_null());
        let rows: QueryResult<Vec<Columns>> = on_each!(self.connection, |c| refresh_tokens::table
            .left_join(refresh_families::table)
            .filter(is_refused)
            .filter(refresh_tokens::jti.gt(after))
            .order(refresh_tokens::jti)
            .limit(PAGE)
            .select((
                refresh_tokens::jti,
                refresh_tokens::blacklisted_at,
                refresh_tokens::rotated_at,
                refresh_families::revoked_at.nullable(),
                refresh_tokens::expires_at,
            ))
            .load(c));
        let tokens = read(rows)?.into_iter();
        let tokens = tokens.filter_map(
            |(jti, blacklisted_at, rotated_at, revoked_at, expires_at)| {
                Some(RefusedRefreshToken {
                    jti,
                    refused_at: blacklisted_at.or(rotated_at).or(revoked_at)?.0.and_utc(),
                    expires_at: expires_at.0.and_utc(),
                })
            },
        );
        Ok(tokens.collect())
    }
}

fn read<T>(outcome: QueryResult<T>) -> Result<T, RepositoryError> {
    outcome.map_err(|error| StoreError::from(error).into())
}
