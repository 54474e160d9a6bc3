//! Opaque tokens and passwords.

use chrono::{DateTime, Utc};

use super::{MemoryRepository, next_id};
use crate::{
    CredentialRepository, CredentialsEpoch, Detail, NewToken, PasswordHash, RepositoryError, Token,
    TokenDigest, TokenHolder, TokenId, TokenState, UniqueKey, User, UserId,
};

impl CredentialRepository for MemoryRepository {
    fn find_token(
        &self,
        digest: &TokenDigest,
        detail: Detail,
    ) -> Result<Option<TokenHolder>, RepositoryError> {
        let state = self.state()?;
        let token = state.tokens.iter().find(|(stored, _)| stored == digest);
        Ok(token.and_then(|(_, token)| {
            Some(TokenHolder {
                token: token.state.clone(),
                profile: state.profile(token.owner, detail)?,
            })
        }))
    }

    fn find_password(
        &self,
        username: &str,
    ) -> Result<Option<(User, PasswordHash)>, RepositoryError> {
        let state = self.state()?;
        let found = state
            .users
            .iter()
            .find(|(u, _)| u.username.as_deref() == Some(username));
        Ok(found.cloned())
    }

    fn find_password_by_id(&self, user: UserId) -> Result<Option<PasswordHash>, RepositoryError> {
        let account = self.state()?.account_mut(user).cloned();
        Ok(account.map(|(_, password)| password))
    }

    fn replace_password(
        &self,
        user: UserId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, RepositoryError> {
        let mut state = self.writable()?;
        let account = state.account_mut(user);
        let stored = account.filter(|(_, stored)| stored == old);
        Ok(stored.map(|(_, stored)| stored.clone_from(new)).is_some())
    }

    fn set_password(
        &self,
        user: UserId,
        password: &PasswordHash,
        keep: Option<TokenId>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        let mut state = self.writable()?;
        let Some((account, stored)) = state.account_mut(user) else {
            return Ok(false);
        };
        stored.clone_from(password);
        account.credentials = CredentialsEpoch {
            number: account.credentials.number + 1,
            changed_at: Some(now),
            kept_jti: None,
        };
        let stays = |token: &Token| token.owner != user || Some(token.state.id) == keep;
        state.tokens.retain(|(_, token)| stays(token));
        Ok(true)
    }

    fn record_login(&self, user: UserId, now: DateTime<Utc>) -> Result<(), RepositoryError> {
        let mut state = self.writable()?;
        if let Some((stored, _)) = state.account_mut(user) {
            stored.last_login = Some(now);
            stored.version += 1;
        }
        Ok(())
    }

    fn issue_token(&self, new: &NewToken) -> Result<TokenId, RepositoryError> {
        let mut state = self.writable()?;
        if state.user(new.owner).is_none() {
            return Err(RepositoryError::Missing("user"));
        }
        if state.tokens.iter().any(|(digest, _)| *digest == new.digest) {
            return Err(RepositoryError::Conflict(UniqueKey::Token));
        }
        let id = TokenId(next_id(
            state.tokens.iter().map(|(_, token)| token.state.id.0),
        ));
        let token = Token {
            state: TokenState {
                id,
                expires_at: new.expires_at,
                is_sliding: new.is_sliding,
                binding: new.binding.clone(),
            },
            owner: new.owner,
            prefix: new.prefix.clone(),
            label: new.label.clone(),
            created_at: new.created_at,
            last_used_at: None,
        };
        state.tokens.push((new.digest, token));
        Ok(id)
    }

    fn list_tokens(&self, owner: UserId) -> Result<Vec<Token>, RepositoryError> {
        let state = self.state()?;
        let own = state.tokens.iter().map(|(_, token)| token);
        Ok(own.filter(|token| token.owner == owner).cloned().collect())
    }

    fn revoke_token(&self, id: TokenId) -> Result<bool, RepositoryError> {
        let mut state = self.writable()?;
        let before = state.tokens.len();
        state.tokens.retain(|(_, token)| token.state.id != id);
        Ok(state.tokens.len() < before)
    }

    fn extend_token(
        &self,
        id: TokenId,
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError> {
        for (_, token) in &mut self.writable()?.tokens {
            if token.state.id == id && token.state.is_sliding && !token.state.is_expired(now) {
                token.state.expires_at = Some(expires_at);
            }
        }
        Ok(())
    }
}
