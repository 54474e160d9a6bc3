//! What a token is worth at this moment, for services that must know whether its user may still act
//! (RFC 7662; `decisions.md` 18).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use profiled_domain::{ProfileDepth, RefreshTokenState, User};
use serde_json::Value;

use super::access_token::AccessToken;
use super::claims::Claims;
use super::token_kind::TokenType;
use super::verifier::{JwtService, Signed};
use crate::error::JwtFault;
use crate::progress::Progress;

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
    /// Looks into a token of any type, of ours or of a foreign issuer. Ends in `None` for one that does not count
    /// for whatever reason: expired, revoked, blacklisted, for another audience, of a user who is gone or
    /// inactive.
    pub fn introspect(
        self: &Arc<Self>,
        token: &str,
        now: DateTime<Utc>,
    ) -> Progress<Option<ActiveToken>> {
        let read = self.claim_signed(token.as_bytes(), now, |service, signed| {
            let read = signed.and_then(|signed| {
                let (access, kind) = service.any(&signed)?;
                Ok((signed, access, kind))
            });
            read.inspect_err(|fault| note(*fault)).ok()
        });
        let service = Arc::clone(self);
        read.then(move |read| match read {
            None => Progress::Done(None),
            Some((signed, access, kind)) => match service.remembered_id(&signed, kind) {
                None => active(signed, access, kind, now),
                Some(id) => Progress::refresh_state(id, move |state| {
                    if service.is_over(state.unwrap_or_default(), now) {
                        Progress::Done(None)
                    } else {
                        active(signed, access, kind, now)
                    }
                }),
            },
        })
    }

    /// The id under which it is remembered what has become of a token.
    fn remembered_id(&self, signed: &Signed, kind: TokenType) -> Option<String> {
        let is_remembered = kind != TokenType::Access && self.options.has_blacklist;
        is_remembered.then(|| self.stored_id(&signed.claims))
    }

    fn is_over(&self, state: RefreshTokenState, now: DateTime<Utc>) -> bool {
        let is_reuse = self.options.rotates && state.is_reuse(now, self.options.rotation_grace);
        state.is_blacklisted || is_reuse
    }

    /// What a token says of its user, if it is complete for one of the types.
    fn any(&self, signed: &Signed) -> Result<(AccessToken, TokenType), JwtFault> {
        let classes = self.options.token_classes.iter().copied();
        for kind in classes {
            match self.access_token(signed, kind) {
                Err(JwtFault::WrongType) => {}
                token => return Ok((token?, kind)),
            }
        }
        let token = self.access_token(signed, TokenType::Refresh)?;
        Ok((token, TokenType::Refresh))
    }
}

/// The answer does not tell why a token is not active. An opaque token is none of this kind.
fn note(fault: JwtFault) {
    if fault != JwtFault::Malformed {
        tracing::info!(%fault, "a token is not active");
    }
}

/// The token, if its user stands by it.
fn active(
    signed: Signed,
    access: AccessToken,
    kind: TokenType,
    now: DateTime<Utc>,
) -> Progress<Option<ActiveToken>> {
    let jti = access.jti().map(str::to_owned);
    access.holder(ProfileDepth::Account, now, move |holder| {
        let user = *holder.ok()?.user;
        Some(ActiveToken {
            subject: signed.subject(user.id),
            user,
            kind,
            jti,
            claims: signed.claims,
        })
    })
}
