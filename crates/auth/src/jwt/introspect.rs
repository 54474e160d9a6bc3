//! What a token is worth at this moment, for services that must know whether its user may still act
//! (RFC 7662; `decisions.md` 18).

use chrono::{DateTime, Utc};
use profiled_domain::{ProfileDepth, Repository, RepositoryError, User};
use serde_json::Value;

use super::access_token::AccessToken;
use super::claims::Claims;
use super::token_kind::TokenType;
use super::verifier::{JwtService, Signed};
use crate::error::{AuthError, JwtFault};

/// A token that counts: good in itself, not blacklisted, and its user stands by it.
#[derive(Clone, Debug)]
pub struct ActiveToken {
    /// Whom it stands for.
    pub user: User,
    /// Whether it gives access, or new tokens.
    pub kind: TokenType,
    /// `sub`: the user's id, or the subject of a foreign issuer in that one's words.
    subject: Option<String>,
    jti: Option<String>,
    claims: Claims,
}

impl ActiveToken {
    /// Whom it is about, in the words of its issuer (RFC 7662, section 2.2): a token of ours is about the user's
    /// id, whatever else it says. A token of a foreign issuer may have no subject.
    #[must_use]
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// The token's id, in the claim that is set for it.
    #[must_use]
    pub fn jti(&self) -> Option<&str> {
        self.jti.as_deref()
    }

    /// A claim of the token.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<Value> {
        self.claims.get(name)
    }
}

impl JwtService {
    /// Looks into a token of any type, of ours or of a foreign issuer. `None` for one that does not count
    /// for whatever reason: expired, revoked, blacklisted, for another audience, of a user who is gone or
    /// inactive.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage, which is no answer.
    pub fn introspect(
        &self,
        token: &str,
        repository: &dyn Repository,
        now: DateTime<Utc>,
    ) -> Result<Option<ActiveToken>, RepositoryError> {
        let Ok(signed) = self.signed(token.as_bytes(), now) else {
            return Ok(None);
        };
        let Ok((access, kind)) = self.either(&signed) else {
            return Ok(None);
        };
        if kind == TokenType::Refresh && self.options.has_blacklist {
            let state = repository.find_refresh_token(&self.stored_id(&signed.claims))?;
            let state = state.unwrap_or_default();
            let is_reuse = self.options.rotates && state.is_reuse(now, self.options.rotation_grace);
            if state.is_blacklisted || is_reuse {
                return Ok(None);
            }
        }
        match access.holder(ProfileDepth::Account, repository, now) {
            Ok(profile) => Ok(Some(ActiveToken {
                subject: signed.subject(profile.user.id),
                user: profile.user,
                kind,
                jti: access.jti().map(str::to_owned),
                claims: signed.claims,
            })),
            Err(AuthError::Repository(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }

    /// What a token says of its user, if it is complete for one of the types.
    fn either(&self, signed: &Signed) -> Result<(AccessToken, TokenType), JwtFault> {
        match self.access_token(signed, TokenType::Access) {
            Err(JwtFault::WrongType) => {
                let token = self.access_token(signed, TokenType::Refresh)?;
                Ok((token, TokenType::Refresh))
            }
            token => Ok((token?, TokenType::Access)),
        }
    }
}
