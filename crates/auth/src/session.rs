//! Log-ins of browsers: a cookie carries the key of a stored token (contract `tower.md`, section 15.3).

use profiled_domain::{Holder, HolderQuery};

use crate::authenticator::{Authentication, RequestCredentials, Verifier};
use crate::error::AuthError;
use crate::progress::Progress;
use crate::scheme::Scheme;
use crate::token::{Presented, TokenKey, TokenPolicy};

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

    /// A cookie that is good no more is none: browsers go on sending it. No header is there then, and no verifier that
    /// stands behind this one is asked: place it last, or before those that read headers alone.
    fn claim(&self, attempt: &RequestCredentials<'_>) -> Option<Authentication> {
        let cookie = attempt.session.filter(|_| attempt.authorization.is_none());
        let query = HolderQuery::Token(cookie.and_then(TokenKey::parse)?.session_digest());
        let (policy, presented) = (self.policy, Presented::from(attempt));
        Some(Progress::find(query, attempt.depth, move |found| {
            let found = found.and_then(Holder::into_token);
            Progress::Done(match policy.judge(Scheme::Session, found, &presented) {
                Err(AuthError::InvalidToken | AuthError::TokenExpired) => {
                    Err(AuthError::NotProvided)
                }
                other => other,
            })
        }))
    }
}
