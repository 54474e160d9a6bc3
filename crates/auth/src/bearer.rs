//! `Authorization: Bearer <jwt>`: simplejwt's access tokens (contract `drf.md`, section 4).

use std::sync::Arc;

use profiled_domain::{CredentialRef, Repository};

use crate::authenticator::{Identity, RequestCredentials, Verdict, Verifier};
use crate::error::{AuthError, HeaderFault};
use crate::header::{self, Credentials};
use crate::jwt::JwtService;
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

    fn judge(
        &self,
        credentials: Credentials<'_>,
        attempt: &RequestCredentials<'_>,
        repository: &dyn Repository,
    ) -> Result<Identity, AuthError> {
        let Credentials::One(token) = credentials else {
            let (scheme, fault) = (Scheme::Bearer, HeaderFault::NotTwoParts);
            return Err(AuthError::Header { scheme, fault });
        };
        let access = self.jwt.verify_access(token, attempt.now);
        let access = access.map_err(AuthError::Jwt)?;
        Ok(Identity {
            profile: access.holder(attempt.depth, repository, attempt.now)?,
            scheme: Scheme::Bearer,
            keep: access.jti().map_or(CredentialRef::None, |jti| {
                CredentialRef::Jwt(jti.to_owned())
            }),
            token: None,
        })
    }
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

    fn verify(&self, attempt: &RequestCredentials<'_>, repository: &dyn Repository) -> Verdict {
        match attempt.authorization.and_then(header::split) {
            Some(words) if self.matches(words.scheme) => {
                self.judge(words.credentials, attempt, repository).into()
            }
            _ => Verdict::NotMine,
        }
    }
}
