//! Sliding tokens: each goes with requests, and is exchanged for one that lives longer until `refresh_exp`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use profiled_domain::User;

use super::checks::instant;
use super::claims::Claims;
use super::key_ring::NoSigningKey;
use super::mint::TokenUser;
use super::refresh::RefreshError;
use super::token_kind::TokenType;
use super::verifier::{JwtService, Signed};
use crate::error::JwtFault;
use crate::progress::Progress;

impl JwtService {
    /// A sliding token for a user who has just logged in: as [`Self::obtain`].
    pub fn obtain_sliding(
        self: &Arc<Self>,
        user: &User,
        now: DateTime<Utc>,
    ) -> Progress<Result<String, RefreshError>> {
        self.obtained(user, now, Self::mint_sliding)
    }

    /// A sliding token for a user.
    ///
    /// # Errors
    /// [`NoSigningKey`] if there is none.
    pub fn mint_sliding(
        &self,
        subject: TokenUser<'_>,
        now: DateTime<Utc>,
    ) -> Result<String, NoSigningKey> {
        let key = self.signing_key(now)?;
        let claims = self.new_claims(&key, TokenType::Sliding, subject, now);
        self.encode(&key, claims)
    }

    /// Exchanges a sliding token for one that lives longer, with the same id. Ends in [`RefreshError`]: the first fault in
    /// simplejwt's order, then the user's, whom simplejwt does not ask.
    pub fn slide(
        self: &Arc<Self>,
        token: &str,
        now: DateTime<Utc>,
    ) -> Progress<Result<String, RefreshError>> {
        let service = Arc::clone(self);
        self.claim_sliding(token, now).and_then(move |signed| {
            if let Err(error) = service.check_refresh_end(&signed.claims, now) {
                return Progress::Done(Err(error));
            }
            let user = service.refreshing_user(&signed, TokenType::Sliding, now);
            user.and_then(move |_user| {
                Progress::Done(service.slid(signed.claims, now).map_err(RefreshError::from))
            })
        })
    }

    /// A sliding token of ours that is not blacklisted.
    fn claim_sliding(
        self: &Arc<Self>,
        token: &str,
        now: DateTime<Utc>,
    ) -> Progress<Result<Signed, RefreshError>> {
        let service = Arc::clone(self);
        self.claim_own(token, now).and_then(move |signed| {
            let checked = |service: &Self, signed: Signed| {
                let checked = service.check_class(&signed.claims, TokenType::Sliding);
                checked.map(|()| signed).map_err(RefreshError::from)
            };
            if !service.options.has_blacklist {
                return Progress::Done(checked(&service, signed));
            }
            let id = service.stored_id(&signed.claims);
            Progress::refresh_state(id, move |state| {
                let is_blacklisted = state.is_some_and(|state| state.is_blacklisted);
                Progress::Done(if is_blacklisted {
                    Err(JwtFault::Blacklisted.into())
                } else {
                    checked(&service, signed)
                })
            })
        })
    }

    fn check_refresh_end(&self, claims: &Claims, now: DateTime<Utc>) -> Result<(), RefreshError> {
        let name = &self.options.sliding_refresh_exp_claim;
        let end = claims.get(name);
        let end = end.ok_or_else(|| RefreshError::NoRefreshEnd(name.clone()))?;
        if self.rules.is_past(instant(&end)?, now) {
            return Err(RefreshError::RefreshEnded(name.clone()));
        }
        Ok(())
    }

    fn slid(&self, mut claims: Claims, now: DateTime<Utc>) -> Result<String, NoSigningKey> {
        let key = self.signing_key(now)?;
        claims.set("exp", (now + self.options.sliding_lifetime).timestamp());
        claims.set("iat", now.timestamp());
        self.encode(&key, claims)
    }
}
