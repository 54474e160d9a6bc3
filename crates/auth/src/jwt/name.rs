//! What a token of ours calls itself, for the audit trail.

use chrono::{DateTime, Utc};

use super::checks::{UserClaim, user_id};
use super::claims::Parts;
use super::verifier::JwtService;
use crate::audit::JwtIdentity;

impl JwtService {
    /// Reads id and user of a token of ours; `None` without a good signature of ours. Nothing else is asked.
    #[must_use]
    pub fn name(&self, token: &str, now: DateTime<Utc>) -> Option<JwtIdentity> {
        let parts = Parts::split(token.as_bytes())?;
        let claims = self.own(&parts, now)?.claims;
        let user = claims.get(&self.options.user_id_claim);
        let user = user
            .as_ref()
            .and_then(user_id)
            .and_then(|claim| match claim {
                UserClaim::Id(id) => Some(id),
                UserClaim::OutOfRange | UserClaim::Username(_) | UserClaim::Email(_) => None,
            });
        let jti = self.stored_id(&claims);
        Some(JwtIdentity { jti, user })
    }
}
