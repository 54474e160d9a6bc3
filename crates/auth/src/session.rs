//! Log-ins of browsers: a cookie carries the key of a stored token (contract `tower.md`, section 15.3).

use profiled_domain::Repository;

use crate::authenticator::{RequestCredentials, Verdict, Verifier};
use crate::error::AuthError;
use crate::scheme::Scheme;
use crate::token::{TokenKey, TokenPolicy};

/// Verifies the cookies of log-ins. An `Authorization` header takes precedence, good or bad.
#[derive(Clone, Copy, Debug)]
pub struct SessionVerifier {
    policy: TokenPolicy,
}

impl SessionVerifier {
    /// A verifier with a policy.
    #[must_use]
    pub fn new(policy: TokenPolicy) -> Self {
        Self { policy }
    }
}

impl Verifier for SessionVerifier {
    fn scheme(&self) -> Scheme {
        Scheme::Session
    }

    /// Nothing that a header could answer.
    fn challenge(&self) -> &'static str {
        ""
    }

    /// No header names it.
    fn matches(&self, _word: &[u8]) -> bool {
        false
    }

    /// A cookie that is good no more is none: browsers go on sending it.
    fn verify(&self, attempt: &RequestCredentials<'_>, repository: &dyn Repository) -> Verdict {
        let cookie = attempt
            .session
            .filter(|_| attempt.authorization.is_none())
            .and_then(TokenKey::parse);
        let Some(key) = cookie else {
            return Verdict::NotMine;
        };
        let found = repository.find_token_with_profile(&key.session_digest(), attempt.depth);
        let found = found.map_err(AuthError::from);
        let judge = |found| self.policy.judge(Scheme::Session, found, attempt);
        match found.and_then(judge) {
            Err(AuthError::InvalidToken | AuthError::TokenExpired) => Verdict::NotMine,
            other => other.into(),
        }
    }
}
