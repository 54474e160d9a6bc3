//! Opaque tokens and passwords in memory.

use chrono::{DateTime, Utc};

use super::{MemoryRepository, State, next_id, page_of};
use crate::{
    CredentialRepository, Extension, Issued, Keep, NewToken, NumberedPage, Page, PasswordHash,
    ProfileDepth, ProfileRepository, RepositoryError, Token, TokenDigest, TokenHolder, TokenId,
    TokenRepository, TokenUse, UniqueKey, User, UserId, UserKey, UserProfile, UserRepository,
    WriteContext,
};

impl State {
    fn issue_token(&mut self, new: &NewToken) -> Result<Token, RepositoryError> {
        let owner = self
            .user(new.owner)
            .ok_or(RepositoryError::Missing("user"))?;
        if !new.is_of_epoch(owner) {
            return Err(RepositoryError::Missing("epoch of the credentials"));
        }
        if self.tokens.iter().any(|(digest, _)| *digest == new.digest) {
            return Err(RepositoryError::Conflict(UniqueKey::Token));
        }
        let id = TokenId(next_id(
            self.tokens.iter().map(|(_, token)| token.state.id.0),
        ));
        let token = new.stored_as(id);
        self.tokens.push((new.digest, token.clone()));
        Ok(token)
    }

    /// Ends all credentials of a user but one.
    pub(super) fn revoke(&mut self, user: UserId, keep: &Keep, now: DateTime<Utc>) -> bool {
        let Some((stored, _)) = self.account_mut(user) else {
            return false;
        };
        let epoch = &mut stored.credentials;
        epoch.number += 1;
        epoch.changed_at = epoch.changed_at.max(Some(now));
        epoch.kept_jti = match keep {
            Keep::Jwt(jti) => Some(jti.clone()),
            Keep::Nothing | Keep::Token(_) => None,
        };
        epoch.password_digest = None;
        let is_kept = |token: &Token| *keep == Keep::Token(token.state.id);
        self.tokens
            .retain(|(_, token)| token.owner != user || is_kept(token));
        true
    }
}

impl ProfileRepository for MemoryRepository {
    fn find_profile(
        &self,
        id: UserId,
        depth: ProfileDepth,
    ) -> Result<Option<UserProfile>, RepositoryError> {
        Ok(self.state()?.profile(id, depth))
    }

    fn find_token(
        &self,
        digest: &TokenDigest,
        depth: ProfileDepth,
    ) -> Result<Option<TokenHolder>, RepositoryError> {
        let state = self.state()?;
        let token = state.tokens.iter().find(|(stored, _)| stored == digest);
        Ok(token.and_then(|(_, token)| {
            Some(TokenHolder {
                token: token.state.clone(),
                profile: state.profile(token.owner, depth)?,
            })
        }))
    }

    fn find_account(
        &self,
        key: &UserKey,
        depth: ProfileDepth,
    ) -> Result<Option<(UserProfile, PasswordHash)>, RepositoryError> {
        let Some(user) = self.find_user(key)? else {
            return Ok(None);
        };
        let state = self.state()?;
        let mut users = state.users.iter();
        let password = users.find(|(stored, _)| stored.id == user.id);
        let password = password.map(|(_, password)| password.clone());
        Ok(state.profile(user.id, depth).zip(password))
    }
}

impl CredentialRepository for MemoryRepository {
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
        digest: &str,
    ) -> Result<bool, RepositoryError> {
        let mut state = self.writable()?;
        let account = state.account_mut(user);
        let Some((user, stored)) = account.filter(|(_, stored)| stored == old) else {
            return Ok(false);
        };
        stored.clone_from(new);
        let known = &mut user.credentials.password_digest;
        known.get_or_insert_with(|| digest.to_owned());
        Ok(true)
    }

    fn set_password(
        &self,
        user: UserId,
        password: &PasswordHash,
        keep: &Keep,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        let mut state = self.writable()?;
        let Some((_, stored)) = state.account_mut(user) else {
            return Ok(false);
        };
        stored.clone_from(password);
        Ok(state.revoke(user, keep, now))
    }

    fn record_login(&self, user: UserId, now: DateTime<Utc>) -> Result<(), RepositoryError> {
        let mut state = self.writable()?;
        if let Some((stored, _)) = state.account_mut(user) {
            stored.last_login = Some(now);
            stored.version += 1;
        }
        Ok(())
    }

    fn revoke_credentials(
        &self,
        user: UserId,
        keep: &Keep,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        let now = by.at;
        Ok(self.writable_by(by)?.revoke(user, keep, now))
    }
}

impl TokenRepository for MemoryRepository {
    fn issue_token(&self, new: &NewToken) -> Result<TokenId, RepositoryError> {
        Ok(self.writable()?.issue_token(new)?.state.id)
    }

    fn issue_token_within(
        &self,
        new: &NewToken,
        limit: Option<u32>,
        by: WriteContext<'_>,
    ) -> Result<Issued, RepositoryError> {
        let mut state = self.writable_by(by)?;
        let is_current =
            |user: &User| user.is_active && user.deleted_at.is_none() && new.is_of_epoch(user);
        if !state.user(new.owner).is_some_and(is_current) {
            return Ok(Issued::Revoked);
        }
        let tokens = state.tokens.iter().map(|(_, token)| token);
        let held = tokens
            .filter(|token| token.owner == new.owner && !token.state.is_expired(new.created_at))
            .count();
        if limit.is_some_and(|limit| held >= limit as usize) {
            return Ok(Issued::LimitReached);
        }
        state.issue_token(new).map(Issued::Token)
    }

    fn list_tokens(&self, owner: UserId) -> Result<Vec<Token>, RepositoryError> {
        let state = self.state()?;
        let own = state.tokens.iter().map(|(_, token)| token);
        Ok(own.filter(|token| token.owner == owner).cloned().collect())
    }

    fn list_tokens_page(
        &self,
        owner: UserId,
        page: NumberedPage,
    ) -> Result<Page<Token>, RepositoryError> {
        Ok(page_of(self.list_tokens(owner)?, page))
    }

    fn revoke_own_token(
        &self,
        owner: UserId,
        id: TokenId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        let mut state = self.writable_by(by)?;
        let before = state.tokens.len();
        let is_meant = |token: &Token| token.owner == owner && token.state.id == id;
        state.tokens.retain(|(_, token)| !is_meant(token));
        Ok(state.tokens.len() < before)
    }

    fn note_token_uses(&self, uses: &[TokenUse]) -> Result<(), RepositoryError> {
        for (_, token) in &mut self.writable()?.tokens {
            let state = &mut token.state;
            for used in uses.iter().filter(|used| used.token == state.id) {
                if state.is_use_worth_noting(used.at) {
                    state.last_used_at = Some(used.at);
                }
                let end = state.expires_at.filter(|end| *end > used.at);
                if let (Some(Extension { from, to }), Some(end), true) =
                    (used.extension, end, state.is_sliding)
                    && (end < to || end == from)
                {
                    state.expires_at = Some(to);
                }
            }
        }
        Ok(())
    }

    fn revoke_token(&self, id: TokenId) -> Result<bool, RepositoryError> {
        let mut state = self.writable()?;
        let before = state.tokens.len();
        state.tokens.retain(|(_, token)| token.state.id != id);
        Ok(state.tokens.len() < before)
    }

    fn prune_tokens(
        &self,
        expired_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<u64, RepositoryError> {
        let mut left = limit;
        self.writable()?.tokens.retain(|(_, token)| {
            let goes = token.state.is_expired(expired_until) && left > 0;
            left -= u32::from(goes);
            !goes
        });
        Ok(u64::from(limit - left))
    }
}
