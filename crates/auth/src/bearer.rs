//! `Authorization: Bearer <jwt>`, or the header and the words of the settings: simplejwt's tokens (contract `drf.md`, section 4).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use profiled_domain::{CredentialRef, ProfileDepth};

use crate::authenticator::{Authentication, Identity, RequestCredentials, Verifier};
use crate::error::{AuthError, HeaderFault};
use crate::header::{self, Credentials};
use crate::jwt::{AccessToken, JwtService};
use crate::progress::Progress;
use crate::scheme::Scheme;

/// Verifies access tokens. The words are compared with case, as simplejwt does.
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
fn identify(
    jwt: Arc<JwtService>,
    access: AccessToken,
    depth: ProfileDepth,
    now: DateTime<Utc>,
) -> Authentication {
    let (jti, kind) = (access.jti().map(str::to_owned), access.kind());
    access.holder(depth, now, move |holder| {
        Ok(Identity {
            profile: holder.map_err(|error| match error {
                AuthError::Jwt(fault) => jwt.refusal(fault, Some(kind)),
                other => other,
            })?,
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

    fn challenge(&self) -> &str {
        self.jwt.header().challenge()
    }

    fn header(&self) -> Option<&str> {
        self.jwt.header().other()
    }

    fn matches(&self, word: &[u8]) -> bool {
        self.jwt.header().is_word(word)
    }

    fn claim(&self, attempt: &RequestCredentials<'_>) -> Option<Authentication> {
        let value = match self.header() {
            Some(_) => attempt.other_header,
            None => attempt.authorization,
        };
        let words = value.and_then(header::split)?;
        if !self.matches(words.scheme) {
            return None;
        }
        let Credentials::One(token) = words.credentials else {
            let (scheme, fault) = (Scheme::Bearer, HeaderFault::NotTwoParts);
            return Some(Progress::Done(Err(AuthError::Header { scheme, fault })));
        };
        let (depth, now) = (attempt.depth, attempt.now);
        let access = self.jwt.claim_access(token, now);
        let jwt = Arc::clone(&self.jwt);
        Some(access.then(move |access| match access {
            Ok(access) => identify(jwt, access, depth, now),
            Err(error) => Progress::Done(Err(error)),
        }))
    }
}
