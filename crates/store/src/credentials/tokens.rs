//! Opaque tokens.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{
    IssueOutcome, NewToken, NumberedPage, Page, RepositoryError, Token, TokenId, TokenRepository,
    TokenUse, UserId, WriteContext,
};

use super::epoch::check_epoch;
use super::token_uses::{note, note_all};
use crate::database::rows::TokenRow;
use crate::database::schema::{tokens, users};
use crate::database::{DbConnection, Store, StoreError, numbered_page, stored};

impl TokenRepository for Store {
    fn issue_token(&self, token: &NewToken) -> Result<TokenId, RepositoryError> {
        self.write(|connection| {
            if let Some(epoch) = token.epoch {
                check_epoch(connection, token.owner.0, epoch)?;
            }
            Ok(insert_token(connection, token)?)
        })
    }

    fn issue_token_within(
        &self,
        token: &NewToken,
        limit: Option<u32>,
        by: WriteContext<'_>,
    ) -> Result<IssueOutcome, RepositoryError> {
        self.write(|connection| {
            self.admit(connection, by, Some(token.owner))?;
            let present = lock_owner(connection, token.owner)?;
            if present.is_none_or(|present| token.epoch.is_some_and(|epoch| epoch != present)) {
                return Ok(IssueOutcome::Revoked);
            }
            if let Some(limit) = limit
                && live_tokens(connection, token.owner, token.created_at)? >= i64::from(limit)
            {
                return Ok(IssueOutcome::LimitReached);
            }
            let id = insert_token(connection, token)?;
            Ok(IssueOutcome::Token(token.stored_as(id)))
        })
    }

    fn list_tokens(&self, owner: UserId) -> Result<Vec<Token>, RepositoryError> {
        let rows: Vec<TokenRow> = self.read(|connection| {
            tokens::table
                .filter(tokens::user_id.eq(owner.0))
                .order(tokens::id)
                .select(TokenRow::as_select())
                .load(connection)
        })?;
        Ok(rows.into_iter().map(Token::from).collect())
    }

    fn list_tokens_page(
        &self,
        owner: UserId,
        page: NumberedPage,
    ) -> Result<Page<Token>, RepositoryError> {
        let own = tokens::table.filter(tokens::user_id.eq(owner.0));
        let page = self.read(|connection| {
            connection
                .snapshot(|connection| numbered_page!(connection, own, tokens::id, TokenRow, page))
        })?;
        page.try_map(|row| Ok(Token::from(row)))
    }

    fn revoke_own_token(
        &self,
        owner: UserId,
        id: TokenId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        let own = tokens::table.find(id.0).filter(tokens::user_id.eq(owner.0));
        let deleted = self.write(|connection| {
            self.admit(connection, by, Some(owner))?;
            Ok::<_, StoreError>(diesel::delete(own).execute(connection)?)
        })?;
        Ok(deleted > 0)
    }

    fn record_token_uses(&self, uses: &[TokenUse]) -> Result<(), RepositoryError> {
        if let [used] = uses {
            return self.write(|connection| Ok(note(connection, used)?));
        }
        let held = self.write(|connection| match connection {
            DbConnection::Postgres(c) => Ok(note_all(c, uses)?),
            // A statement is prepared once, and the transaction is alone.
            DbConnection::Sqlite(_) => {
                for used in uses {
                    note(connection, used)?;
                }
                Ok(Vec::new())
            }
        })?;
        // Waits for the writer that holds the token, but holds none itself: so there is no deadlock.
        held.into_iter()
            .filter(|used| used.extension.is_some())
            .try_for_each(|used| self.write(|connection| Ok(note(connection, used)?)))
    }

    fn revoke_token(&self, id: TokenId) -> Result<bool, RepositoryError> {
        let deleted = self.write(|connection| {
            Ok::<_, StoreError>(diesel::delete(tokens::table.find(id.0)).execute(connection)?)
        })?;
        Ok(deleted > 0)
    }

    /// Tokens that another writer holds stay for another time, so that no writer waits.
    fn prune_tokens(
        &self,
        expired_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<u64, RepositoryError> {
        let due = tokens::table
            .filter(tokens::expires_at.le(stored(expired_until)))
            .order(tokens::expires_at)
            .limit(i64::from(limit))
            .select(tokens::id);
        let deleted = self.write(|connection| {
            let ids: Vec<i64> = match connection {
                DbConnection::Postgres(c) => due.for_update().skip_locked().load(c)?,
                DbConnection::Sqlite(c) => due.load(c)?,
            };
            if ids.is_empty() {
                return Ok(0);
            }
            let expired = tokens::table.filter(tokens::id.eq_any(ids));
            Ok::<_, StoreError>(diesel::delete(expired).execute(connection)?)
        })?;
        Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
    }
}

/// A token as it is written.
#[derive(Insertable)]
#[diesel(table_name = tokens)]
struct NewTokenRow<'a> {
    digest: &'a [u8],
    user_id: i64,
    prefix: &'a str,
    label: &'a str,
    created_at: NaiveDateTime,
    expires_at: Option<NaiveDateTime>,
    is_sliding: bool,
    bound_address: Option<&'a str>,
    bound_user_agent: Option<&'a str>,
}

impl<'a> From<&'a NewToken> for NewTokenRow<'a> {
    fn from(token: &'a NewToken) -> Self {
        let binding = token.binding.as_ref();
        Self {
            digest: &token.digest.0,
            user_id: token.owner.0,
            prefix: &token.prefix,
            label: &token.label,
            created_at: stored(token.created_at),
            expires_at: token.expires_at.map(stored),
            is_sliding: token.is_sliding,
            bound_address: binding.map(|binding| binding.address.as_str()),
            bound_user_agent: binding.and_then(|binding| binding.user_agent.as_deref()),
        }
    }
}

/// Stores a token in the transaction of the caller.
fn insert_token(connection: &mut DbConnection, token: &NewToken) -> QueryResult<TokenId> {
    let id = diesel::insert_into(tokens::table)
        .values(NewTokenRow::from(token))
        .returning(tokens::id)
        .get_result(connection)?;
    Ok(TokenId(id))
}

/// Stores tokens in the transaction of the caller.
pub(crate) fn insert_tokens(
    connection: &mut DbConnection,
    tokens: &[&NewToken],
) -> QueryResult<()> {
    let mut rows = tokens.iter().map(|token| NewTokenRow::from(*token));
    match connection {
        DbConnection::Postgres(c) => {
            let rows: Vec<_> = rows.collect();
            diesel::insert_into(tokens::table)
                .values(rows)
                .execute(c)
                .map(drop)
        }
        // A statement is prepared once.
        DbConnection::Sqlite(c) => rows.try_for_each(|row| {
            diesel::insert_into(tokens::table)
                .values(row)
                .execute(c)
                .map(drop)
        }),
    }
}

/// The epoch of the credentials of a user who may log in. The user stays as it is until the transaction
/// ends: revocations of credentials, and further tokens, wait.
fn lock_owner(connection: &mut DbConnection, user: UserId) -> QueryResult<Option<i64>> {
    let epoch = users::table
        .find(user.0)
        .filter(users::is_active.and(users::deleted_at.is_null()))
        .select(users::credentials_epoch);
    match connection {
        DbConnection::Sqlite(c) => epoch.first(c).optional(),
        DbConnection::Postgres(c) => epoch.for_no_key_update().first(c).optional(),
    }
}

/// How many tokens of a user have not expired.
fn live_tokens(
    connection: &mut DbConnection,
    owner: UserId,
    now: DateTime<Utc>,
) -> QueryResult<i64> {
    let is_live = tokens::expires_at
        .is_null()
        .or(tokens::expires_at.gt(stored(now)));
    tokens::table
        .filter(tokens::user_id.eq(owner.0).and(is_live))
        .count()
        .get_result(connection)
}
