//! The token endpoints of simplejwt: obtain, refresh, verify, blacklist (contract `drf.md`, section 5).

use chrono::{DateTime, TimeDelta, Utc};
use profiled_domain::{
    PasswordHash, ProfileDepth, RefreshToken, RefreshTokenState, Repository, RepositoryError,
    Rotation, RotationOutcome, User, UserId, UserLookup,
};
use serde_json::Value;

use super::checks::instant;
use super::claims::Claims;
use super::id::storable;
use super::key_ring::NoSigningKey;
use super::mint::{TokenPair, TokenUser};
use super::token_kind::TokenType;
use super::verifier::{JwtService, Signed};
use crate::audit::{AuditOutcome, Reason};
use crate::error::{AuthError, JwtFault};
use crate::settings::UserField;

/// 31 December 9999: with the leeway added, a stored instant keeps four digits for the year, without
/// which SQLite sorts it before all others.
const LAST_DAY: i64 = 253_402_214_400;

/// What a refresh gives.
#[derive(Clone, PartialEq, Eq)]
pub struct Refreshed {
    /// Goes with requests.
    pub access: String,
    /// Takes the place of the one that was sent in, where they are rotated.
    pub refresh: Option<String>,
}

/// Why no token is given.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// The token itself is not good.
    #[error("bad refresh token: {0}")]
    Token(#[from] JwtFault),
    /// Its user is gone, or may not log in.
    #[error("no active account for the token")]
    NoActiveAccount,
    /// Its user has another password by now: access tokens that it gave would be refused.
    #[error("the password has changed since the token was made")]
    PasswordChanged,
    /// The attribute of `auth.jwt.user_id_field`, which is told, does not find the user.
    #[error(
        "the user has no {0} of their own, by which tokens name users (auth.jwt.user_id_field)"
    )]
    NoName(&'static str),
    /// There is nothing to sign the new tokens with.
    #[error(transparent)]
    NoSigningKey(#[from] NoSigningKey),
    /// The storage could not be asked.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<&RefreshError> for AuditOutcome {
    fn from(error: &RefreshError) -> Self {
        match error {
            RefreshError::Token(fault) => Self::Refused((*fault).into()),
            RefreshError::NoActiveAccount => Self::Refused(Reason::Inactive),
            RefreshError::NoName(_) => Self::Refused(Reason::Invalid),
            RefreshError::PasswordChanged => Self::Refused(Reason::Revoked),
            RefreshError::NoSigningKey(_) => Self::Failed,
            RefreshError::Repository(error) => error.into(),
        }
    }
}

/// Why a token does not verify.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The token itself is not good.
    #[error("bad token: {0}")]
    Token(#[from] JwtFault),
    /// It is good, and blacklisted.
    #[error("blacklisted")]
    Blacklisted,
    /// The storage could not be asked.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl JwtService {
    /// Tokens for a user who has just logged in, as the log-in has read it: what has ended the user's
    /// credentials since has ended these tokens, too. With `auth.jwt.update_last_login`, the log-in is
    /// recorded.
    ///
    /// # Errors
    /// [`RefreshError`] but for [`RefreshError::Token`].
    pub fn obtain(
        &self,
        user: &User,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Result<TokenPair, RefreshError> {
        let name = self.name_of(user, repository)?;
        let name = name.as_deref();
        let pair = if self.options.checks_revoke {
            // The log-in may have replaced the stored hash.
            let stored = repository
                .find_profile_with_password(&UserLookup::Id(user.id), ProfileDepth::Account)?;
            let (profile, password) = stored.ok_or(RefreshError::NoActiveAccount)?;
            let stored = TokenUser::new(&profile.user, &password);
            let epoch = user.credentials.number;
            self.mint_pair(
                TokenUser {
                    epoch,
                    name,
                    ..stored
                },
                now,
            )?
        } else {
            let password = PasswordHash::from_encoded("");
            let user = TokenUser::new(user, &password);
            self.mint_pair(TokenUser { name, ..user }, now)?
        };
        if self.options.updates_last_login {
            repository.record_login(user.id, now)?;
        }
        Ok(pair)
    }

    /// Exchanges a refresh token for an access token and, where they are rotated, for the next refresh
    /// token. Claims that are not known here are handed on as they are.
    ///
    /// # Errors
    /// [`RefreshError`]: the first fault in simplejwt's order, then the user's.
    pub fn refresh(
        &self,
        token: &str,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Result<Refreshed, RefreshError> {
        let signed = self.refresh_token(token, repository, now)?;
        let claims = &signed.claims;
        let user = self.refreshing_user(&signed, repository, now)?;
        let holder = user.map(|user| (user.id, user.credentials.number));
        let key = self.keys.signing(now)?;
        let access = self.access_claims(&key, claims, holder, now);
        let access = self.encode(&key, access)?;
        if !self.options.rotates {
            let refresh = None;
            return Ok(Refreshed { access, refresh });
        }
        let next = self.rotated_claims(&key, claims, holder, now);
        if self.options.has_blacklist {
            let user = holder.map(|(user, _)| user);
            self.rotate(claims, &next, user, repository, now)?;
        }
        let refresh = Some(self.encode(&key, next)?);
        Ok(Refreshed { access, refresh })
    }

    /// Judges a token of any type by itself: its user is not asked (`decisions.md` 18).
    ///
    /// # Errors
    /// [`VerifyError`]; blacklisted ones are refused only with `blacklist_after_rotation`, as simplejwt does.
    pub fn verify_any(
        &self,
        token: &str,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Result<(), VerifyError> {
        let signed = self.signed(token.as_bytes(), now)?;
        if signed.key.is_none() {
            return Ok(());
        }
        self.check_required(&signed.claims)?;
        if !self.options.blacklists_rotated || !self.options.has_blacklist {
            return Ok(());
        }
        let state = repository.find_refresh_token(&self.stored_id(&signed.claims))?;
        if state.is_some_and(|state| state.is_blacklisted) {
            return Err(VerifyError::Blacklisted);
        }
        Ok(())
    }

    /// Blacklists a refresh token. Its access tokens live on, and its user is not asked.
    ///
    /// # Errors
    /// [`RefreshError::Token`]: one that is blacklisted already is [`JwtFault::Blacklisted`].
    pub fn blacklist(
        &self,
        token: &str,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Result<(), RefreshError> {
        let signed = self.refresh_token(token, repository, now)?;
        let token = self.remembered(&signed.claims);
        if repository.blacklist_refresh_token(&token, now)? {
            Ok(())
        } else {
            Err(JwtFault::Blacklisted.into())
        }
    }

    /// A refresh token of ours that is not blacklisted. With the blacklist, its id and what became of it
    /// come before all other claims, as in simplejwt.
    fn refresh_token(
        &self,
        token: &str,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Result<Signed, RefreshError> {
        let signed = self.signed(token.as_bytes(), now)?;
        if signed.key.is_none() {
            return Err(JwtFault::Invalid.into());
        }
        let claims = &signed.claims;
        if self.options.has_blacklist {
            self.check_id(claims)?;
            let id = self.stored_id(claims);
            let state = repository.find_refresh_token(&id)?.unwrap_or_default();
            self.check_state(&id, state, repository, now)?;
        }
        self.check_required(claims)?;
        self.check_type(claims, TokenType::Refresh)?;
        Ok(signed)
    }

    /// A rotated token that comes again is in two hands, so its whole family ends.
    fn check_state(
        &self,
        id: &str,
        state: RefreshTokenState,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Result<(), RefreshError> {
        let is_reuse = self.options.rotates && state.is_reuse(now, self.options.rotation_grace);
        if is_reuse {
            repository.revoke_family(id, now)?;
        }
        if is_reuse || state.is_blacklisted {
            return Err(JwtFault::Blacklisted.into());
        }
        Ok(())
    }

    /// The user of a refresh token, whose access tokens would be taken (`decisions.md` 27); none where the token names none, or as good as none.
    fn refreshing_user(
        &self,
        signed: &Signed,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Result<Option<User>, RefreshError> {
        match signed.claims.get(&self.options.user_id_claim) {
            None => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            // A primary key may be 0.
            Some(Value::Number(number))
                if number.as_i64() == Some(0)
                    && self.options.user_id_field != UserField::ExternalId =>
            {
                return Ok(None);
            }
            Some(_) => {}
        }
        let token = self.access_token(signed, TokenType::Refresh)?;
        let holder = token.holder(ProfileDepth::Account, now, |holder| holder);
        match holder.resolve(repository)? {
            Ok(profile) => Ok(Some(profile.user)),
            Err(AuthError::PasswordChanged) => Err(RefreshError::PasswordChanged),
            Err(AuthError::Jwt(fault)) => Err(fault.into()),
            Err(AuthError::Repository(error)) => Err(error.into()),
            Err(_) => Err(RefreshError::NoActiveAccount),
        }
    }

    fn rotate(
        &self,
        old: &Claims,
        new: &Claims,
        user: Option<UserId>,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Result<(), RefreshError> {
        let rotation = Rotation {
            old: self.remembered(old),
            new: self.remembered(new),
            user,
            grace: self.options.rotation_grace,
            blacklists: self.options.blacklists_rotated,
        };
        match repository.rotate_refresh_token(&rotation, now) {
            Ok(RotationOutcome::Rotated) => Ok(()),
            Ok(RotationOutcome::Blacklisted | RotationOutcome::Reused) => {
                Err(JwtFault::Blacklisted.into())
            }
            // Gone since it was read.
            Err(RepositoryError::Missing("user")) => Err(RefreshError::NoActiveAccount),
            Err(error) => Err(error.into()),
        }
    }

    /// What has to be remembered of a token, for as long as it would be taken.
    fn remembered(&self, claims: &Claims) -> RefreshToken {
        let end = claims.get("exp").and_then(|claim| instant(&claim).ok());
        #[expect(
            clippy::cast_possible_truncation,
            reason = "an instant that was checked"
        )]
        let end = (end.unwrap_or_default() as i64).min(LAST_DAY);
        let end = DateTime::from_timestamp(end, 0).unwrap_or_default();
        RefreshToken {
            jti: self.stored_id(claims),
            expires_at: end + self.options.leeway + TimeDelta::seconds(1),
        }
    }

    pub(super) fn stored_id(&self, claims: &Claims) -> String {
        storable(claims.text(&self.options.jti_claim).unwrap_or_default())
    }
}
