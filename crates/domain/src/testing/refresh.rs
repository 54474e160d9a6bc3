//! Refresh tokens in memory.

use chrono::{DateTime, Utc};

use super::MemoryRepository;
use crate::{
    RefreshToken, RefreshTokenRepository, RefreshTokenState, RepositoryError, Rotation,
    RotationOutcome, UserId,
};

#[derive(Debug, Default)]
pub(super) struct RefreshTokens {
    tokens: Vec<Stored>,
    families: Vec<Family>,
}

#[derive(Debug)]
struct Stored {
    token: RefreshToken,
    family: Option<String>,
    rotated_at: Option<DateTime<Utc>>,
    is_blacklisted: bool,
}

#[derive(Debug)]
struct Family {
    id: String,
    expires_at: DateTime<Utc>,
    is_revoked: bool,
}

impl RefreshTokens {
    fn token(&mut self, jti: &str) -> Option<&mut Stored> {
        let mut tokens = self.tokens.iter_mut();
        tokens.find(|stored| stored.token.jti == jti)
    }

    fn state(&self, jti: &str) -> Option<RefreshTokenState> {
        let mut tokens = self.tokens.iter();
        let stored = tokens.find(|stored| stored.token.jti == jti)?;
        let mut families = self.families.iter();
        let is_revoked = families.any(|f| f.is_revoked && Some(&f.id) == stored.family.as_ref());
        Some(RefreshTokenState {
            is_blacklisted: stored.is_blacklisted || is_revoked,
            rotated_at: stored.rotated_at,
        })
    }

    /// Changes a token, which is stored if it is not yet.
    fn change<T>(&mut self, token: &RefreshToken, change: impl FnOnce(&mut Stored) -> T) -> T {
        if let Some(stored) = self.token(&token.jti) {
            return change(stored);
        }
        let mut stored = Stored {
            token: token.clone(),
            family: None,
            rotated_at: None,
            is_blacklisted: false,
        };
        let value = change(&mut stored);
        self.tokens.push(stored);
        value
    }

    fn revoke(&mut self, jti: &str) -> bool {
        let family = self.token(jti).and_then(|stored| stored.family.clone());
        let mut families = self.families.iter_mut();
        let family = families.find(|f| Some(&f.id) == family.as_ref() && !f.is_revoked);
        family.map(|family| family.is_revoked = true).is_some()
    }

    fn rotate(&mut self, rotation: &Rotation, now: DateTime<Utc>) -> RotationOutcome {
        let (old, new) = (&rotation.old, &rotation.new);
        let state = self.state(&old.jti).unwrap_or_default();
        let outcome = rotation.outcome(state, now);
        if outcome == RotationOutcome::Reused {
            self.revoke(&old.jti);
        }
        if outcome != RotationOutcome::Rotated {
            return outcome;
        }
        let family = self.change(old, |stored| {
            stored.rotated_at.get_or_insert(now);
            stored.is_blacklisted = rotation.blacklists;
            let family = stored.family.get_or_insert_with(|| old.jti.clone());
            family.clone()
        });
        self.change(new, |stored| stored.family = Some(family.clone()));
        match self.families.iter_mut().find(|stored| stored.id == family) {
            Some(stored) => stored.expires_at = stored.expires_at.max(new.expires_at),
            None => self.families.push(Family {
                id: family,
                expires_at: old.expires_at.max(new.expires_at),
                is_revoked: false,
            }),
        }
        RotationOutcome::Rotated
    }
}

impl RefreshTokenRepository for MemoryRepository {
    fn find_refresh_token(&self, jti: &str) -> Result<Option<RefreshTokenState>, RepositoryError> {
        Ok(self.state()?.refresh.state(jti))
    }

    fn blacklist_refresh_token(
        &self,
        token: &RefreshToken,
        _now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        let mut state = self.state()?;
        Ok(state.refresh.change(token, |stored| {
            let is_new = !stored.is_blacklisted;
            stored.is_blacklisted = true;
            is_new
        }))
    }

    fn rotate_refresh_token(
        &self,
        rotation: &Rotation,
        now: DateTime<Utc>,
    ) -> Result<RotationOutcome, RepositoryError> {
        let mut state = self.state()?;
        let is_missing = |user: UserId| state.user(user).is_none();
        if rotation.user.is_some_and(is_missing) {
            return Err(RepositoryError::Missing("user"));
        }
        Ok(state.refresh.rotate(rotation, now))
    }

    fn revoke_family(&self, jti: &str, _now: DateTime<Utc>) -> Result<bool, RepositoryError> {
        Ok(self.state()?.refresh.revoke(jti))
    }

    fn prune_refresh_tokens(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError> {
        let mut state = self.state()?;
        let (mut tokens, mut families) = (limit, limit);
        let keep = |expires_at: DateTime<Utc>, left: &mut u32| {
            let goes = expires_at <= now && *left > 0;
            *left -= u32::from(goes);
            !goes
        };
        let refresh = &mut state.refresh;
        let all = &mut refresh.tokens;
        all.retain(|stored| keep(stored.token.expires_at, &mut tokens));
        let all = &mut refresh.families;
        all.retain(|family| keep(family.expires_at, &mut families));
        Ok(u64::from(limit - tokens) + u64::from(limit - families))
    }
}
