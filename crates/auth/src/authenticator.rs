//! The chain of schemes that a view accepts.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use profiled_domain::{CredentialRef, ProfileDepth, Repository, TokenState, UserProfile};

use crate::error::AuthError;
use crate::header;
use crate::scheme::Scheme;

/// What a request offers. It has no `Debug`: it holds credentials.
pub struct RequestCredentials<'a> {
    /// The `Authorization` header; values of repeated ones joined by a comma.
    pub authorization: Option<&'a [u8]>,
    /// The cookie of a log-in, where cookies are taken.
    pub session: Option<&'a str>,
    /// Address that tokens are bound to and failed log-ins are counted under: one that the client cannot
    /// choose.
    pub client_address: IpAddr,
    /// `User-Agent` of the client.
    pub user_agent: Option<&'a str>,
    /// How much of the caller's profile is wanted.
    pub depth: ProfileDepth,
    /// The moment of the request.
    pub now: DateTime<Utc>,
}

/// An authenticated, active user.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The user, in the detail of the attempt.
    pub profile: UserProfile,
    /// The scheme that accepted the credentials.
    pub scheme: Scheme,
    /// How to keep the credential that was used when all others are revoked.
    pub keep: CredentialRef,
    /// The opaque token that was used, if it was one.
    pub token: Option<TokenState>,
}

/// What one scheme says of an attempt (contract `drf.md`, section 5, "Both schemes on one view").
#[derive(Debug)]
pub enum Verdict {
    /// Another scheme, or no credentials: ask the next verifier.
    NotMine,
    /// Good credentials of an active user.
    Accepted(Box<Identity>),
    /// Mine, and bad: no other verifier is asked.
    Refused(AuthError),
}

impl From<Result<Identity, AuthError>> for Verdict {
    fn from(outcome: Result<Identity, AuthError>) -> Self {
        match outcome {
            Ok(identity) => Self::Accepted(Box::new(identity)),
            Err(error) => Self::Refused(error),
        }
    }
}

/// One scheme.
pub trait Verifier: Send + Sync {
    /// The scheme.
    fn scheme(&self) -> Scheme;

    /// Its `WWW-Authenticate` (RFC 9110, section 11.6.1).
    fn challenge(&self) -> &'static str;

    /// Whether the word in front of the credentials names this scheme.
    fn matches(&self, word: &[u8]) -> bool {
        word.eq_ignore_ascii_case(self.scheme().as_str().as_bytes())
    }

    /// Whether verification hashes a password, and so takes a good part of a second of a core.
    fn is_costly(&self) -> bool {
        false
    }

    /// Judges the attempt.
    fn verify(&self, attempt: &RequestCredentials<'_>, repository: &dyn Repository) -> Verdict;
}

/// An ordered list of schemes.
pub struct Authenticator {
    verifiers: Vec<Box<dyn Verifier>>,
}

impl Authenticator {
    /// Schemes in the order of trial.
    #[must_use]
    pub fn new(verifiers: Vec<Box<dyn Verifier>>) -> Self {
        Self { verifiers }
    }

    /// The user whom an attempt authenticates.
    ///
    /// # Errors
    /// [`AuthError`] of the first scheme that refuses; [`AuthError::NotProvided`] if none feels
    /// concerned; [`AuthError::Repository`] on failure of the storage, which is no refusal.
    pub fn authenticate(
        &self,
        attempt: &RequestCredentials<'_>,
        repository: &dyn Repository,
    ) -> Result<Identity, AuthError> {
        for verifier in &self.verifiers {
            match verifier.verify(attempt, repository) {
                Verdict::NotMine => {}
                Verdict::Accepted(identity) => return Ok(*identity),
                Verdict::Refused(error) => return Err(error),
            }
        }
        Err(AuthError::NotProvided)
    }

    /// The challenge of a 401: the first scheme's, whichever one refused.
    #[must_use]
    pub fn challenge(&self) -> &'static str {
        self.verifiers.first().map_or("", |first| first.challenge())
    }

    /// Whether judging this header hashes a password.
    #[must_use]
    pub fn is_costly(&self, authorization: Option<&[u8]>) -> bool {
        let words = authorization.and_then(header::split);
        words.is_some_and(|words| {
            let mut concerned = self.verifiers.iter().filter(|v| v.matches(words.scheme));
            concerned.any(|verifier| verifier.is_costly())
        })
    }
}
