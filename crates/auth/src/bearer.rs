//! `Authorization: Bearer <jwt>`: simplejwt's access tokens (contract `drf.md`, section 4).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use profiled_domain::{CredentialRef, ProfileDepth};

use crate::authenticator::{Authentication, Identity, RequestCredentials, Verifier};
use crate::error::{AuthError, HeaderFault};
use crate::header::{self, Credentials};
use crate::jwt::{AccessToken, JwtService};
use crate::progress::Progress;
use crate::scheme::Scheme;

/// Verifies access tokens. The scheme's word is compared with case, as simplejwt does.
#[derive(Clone)]
pub struct BearerVerifier {
    jwt: Arc<JwtService>,
}

impl BearerVerifier {
    /// A verifier of the tokens that `jwt` accepts.
    #[must_use]
    pub fn new(jwt: Arc<JwtService>) -> Self {
        Self { jwt }
    }
}

/// The user for whom a token stands that is good in itself.
fn identify(access: AccessToken, depth: ProfileDepth, now: DateTime<Utc>) -> Authentication {
    let jti = access.jti().map(str::to_owned);
    access.holder(depth, now, move |holder| {
        Ok(Identity {
            profile: holder?,
            scheme: Scheme::Bearer,
            keep: jti.map_or(CredentialRef::None, CredentialRef::Jwt),
            token: None,
        })
    })
}

impl Verifier for BearerVerifier {
    fn scheme(&self) -> Scheme {
        Scheme::Bearer
    }

    fn challenge(&self) -> &'static str {
        "Bearer realm=\"api\""
    }

    fn matches(&self, word: &[u8]) -> bool {
        word == Scheme::Bearer.as_str().as_bytes()
    }

    fn claim(&self, attempt: &RequestCredentials<'_>) -> Option<Authentication> {
        let words = attempt.authorization.and_then(header::split)?;
        if !self.matches(words.scheme) {
            return None;
        }
        let Credentials::One(token) = words.credentials else {
            let (scheme, fault) = (Scheme::Bearer, HeaderFault::NotTwoParts);
            return Some(Progress::Done(Err(AuthError::Header { scheme, fault })));
        };
        let (depth, now) = (attempt.depth, attempt.now);
        let access = self.jwt.claim_access(token, now);
        Some(access.then(move |access| match access {
            Ok(access) => identify(access, depth, now),
            Err(fault) => Progress::Done(Err(AuthError::Jwt(fault))),
        }))
    }
}
