//! Opaque tokens and passwords.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{
    Authority, CredentialRepository, Detail, Issued, Keep, NewToken, NumberedPage, Page,
    PasswordHash, RepositoryError, Token, TokenDigest, TokenHolder, TokenId, TokenUse, User,
    UserId, UserKey, UserProfile,
};

use super::epoch::{check_epoch, revoke_all, set_password};
use super::issue::{insert_token, live_tokens, lock_owner};
use crate::database::rows::{TokenRow, UserRow};
use crate::database::schema::{tokens, users};
use crate::database::{DbConnection, Store, StoreError, stored};

impl CredentialRepository for Store {
    fn find_token(
        &self,
        digest: &TokenDigest,
        detail: Detail,
    ) -> Result<Option<TokenHolder>, RepositoryError> {
        self.token_holder(&digest.0, detail)
    }

    fn find_password(
        &self,
        username: &str,
    ) -> Result<Option<(User, PasswordHash)>, RepositoryError> {
        let row: Option<(UserRow, String)> = self.read(|connection| {
            users::table
                .filter(users::username.eq(username))
                .select((UserRow::as_select(), users::password))
                .first(connection)
                .optional()
        })?;
        row.map(|(user, password)| {
            Ok((User::try_from(user)?, PasswordHash::from_encoded(password)))
        })
        .transpose()
    }

    fn find_password_by_id(&self, user: UserId) -> Result<Option<PasswordHash>, RepositoryError> {
        let password: Option<String> = self.read(|connection| {
            let user = users::table.find(user.0);
            user.select(users::password).first(connection).optional()
        })?;
        Ok(password.map(PasswordHash::from_encoded))
    }

    fn replace_password(
        &self,
        user: UserId,
        old: &PasswordHash,
        new: &PasswordHash,
        digest: &str,
    ) -> Result<bool, RepositoryError> {
        let is_still_old = users::password.eq(old.as_encoded());
        let target = users::table.find(user.0).filter(is_still_old);
        self.write(|connection| {
            // The first of an epoch stays.
            diesel::update(target.filter(users::password_digest.is_null()))
                .set(users::password_digest.eq(digest))
                .execute(connection)?;
            let replaced = diesel::update(target)
                .set(users::password.eq(new.as_encoded()))
                .execute(connection)?;
            Ok::<_, StoreError>(replaced > 0)
        })
    }

    fn set_password(
        &self,
        user: UserId,
        password: &PasswordHash,
        keep: &Keep,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| set_password(connection, user, password, keep, now))
    }

    fn record_login(&self, user: UserId, now: DateTime<Utc>) -> Result<(), RepositoryError> {
        self.write(|connection| {
            diesel::update(users::table.find(user.0))
                .set(users::last_login.eq(stored(now)))
                .execute(connection)?;
            Ok(())
        })
    }

    fn find_account(
        &self,
        key: &UserKey,
        detail: Detail,
    ) -> Result<Option<(UserProfile, PasswordHash)>, RepositoryError> {
        self.account(key, detail)
    }

    fn revoke_credentials(
        &self,
        user: UserId,
        keep: &Keep,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            self.admit(connection, by, Some(user))?;
            revoke_all(connection, user.0, keep, now)
        })
    }

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
        by: Option<&Authority>,
    ) -> Result<Issued, RepositoryError> {
        self.write(|connection| {
            self.admit(connection, by, Some(token.owner))?;
            let present = lock_owner(connection, token.owner)?;
            if present.is_none_or(|present| token.epoch.is_some_and(|epoch| epoch != present)) {
                return Ok(Issued::Revoked);
            }
            if let Some(limit) = limit
                && live_tokens(connection, token.owner, token.created_at)? >= i64::from(limit)
            {
                return Ok(Issued::LimitReached);
            }
            let id = insert_token(connection, token)?;
            Ok(Issued::Token(token.stored_as(id)))
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
        self.tokens_page(owner, page)
    }

    fn revoke_own_token(
        &self,
        owner: UserId,
        id: TokenId,
        by: Option<&Authority>,
    ) -> Result<bool, RepositoryError> {
        let own = tokens::table.find(id.0).filter(tokens::user_id.eq(owner.0));
        let deleted = self.write(|connection| {
            self.admit(connection, by, Some(owner))?;
            Ok::<_, StoreError>(diesel::delete(own).execute(connection)?)
        })?;
        Ok(deleted > 0)
    }

    fn note_token_uses(&self, uses: &[TokenUse]) -> Result<(), RepositoryError> {
        self.note_uses(uses)
    }

    fn revoke_token(&self, id: TokenId) -> Result<bool, RepositoryError> {
        let deleted = self.write(|connection| {
            Ok::<_, StoreError>(diesel::delete(tokens::table.find(id.0)).execute(connection)?)
        })?;
        Ok(deleted > 0)
    }

    /// Tokens that another writer holds stay for another time, so nobody waits for anybody.
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
