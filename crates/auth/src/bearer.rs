//! `Authorization: Bearer <jwt>`: simplejwt's access tokens (contract `drf.md`, section 4).

use std::sync::Arc;

use profiled_domain::Repository;

use crate::authenticator::{Attempt, Identity, Scheme, Verdict, Verifier};
use crate::error::{AuthError, HeaderFault};
use crate::header::{self, Credentials};
use crate::jwt::{JwtVerifier, UserClaim};

/// Verifies access tokens. The scheme's word is compared with case, as simplejwt does.
#[derive(Clone)]
pub struct BearerVerifier {
    jwt: Arc<JwtVerifier>,
}

impl BearerVerifier {
    /// A verifier of the tokens that `jwt` accepts.
    #[must_use]
    pub fn new(jwt: Arc<JwtVerifier>) -> Self {
        Self { jwt }
    }

    fn judge(
        &self,
        credentials: Credentials<'_>,
        attempt: &Attempt<'_>,
        repository: &dyn Repository,
    ) -> Result<Identity, AuthError> {
        let Credentials::One(token) = credentials else {
            let (scheme, fault) = (Scheme::Bearer, HeaderFault::NotTwoParts);
            return Err(AuthError::Header { scheme, fault });
        };
        let claim = self
            .jwt
            .verify(token, attempt.now)
            .map_err(AuthError::Jwt)?;
        let profile = match claim {
            UserClaim::Id(id) => repository.find_profile(id, attempt.detail)?,
            UserClaim::Nobody => None,
        };
        let profile = profile.ok_or(AuthError::UserGone)?;
        if !profile.user.is_active {
            return Err(AuthError::UserInactive(Scheme::Bearer));
        }
        Ok(Identity {
            profile,
            scheme: Scheme::Bearer,
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

    fn verify(&self, attempt: &Attempt<'_>, repository: &dyn Repository) -> Verdict {
        match attempt.authorization.and_then(header::split) {
            Some(words) if self.matches(words.scheme) => {
                self.judge(words.credentials, attempt, repository).into()
            }
            _ => Verdict::NotMine,
        }
    }
}
