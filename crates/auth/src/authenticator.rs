//! The chain of schemes that a view accepts.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use profiled_domain::{CredentialRef, ProfileDepth, Repository, TokenState, UserProfile};

use crate::error::AuthError;
use crate::progress::Progress;
use crate::scheme::Scheme;

/// What a request offers. It has no `Debug`: it holds credentials.
pub struct RequestCredentials<'a> {
    /// The `Authorization` header; values of repeated ones joined by a comma.
    pub authorization: Option<&'a [u8]>,
    /// The header of [`Authenticator::header`]; values of repeated ones joined by a comma.
    pub other_header: Option<&'a [u8]>,
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

/// An attempt on its way to a user, or to a refusal.
pub type Authentication = Progress<Result<Identity, AuthError>>;

/// One scheme.
pub trait Verifier: Send + Sync {
    /// The scheme.
    fn scheme(&self) -> Scheme;

    /// Its `WWW-Authenticate` (RFC 9110, section 11.6.1).
    fn challenge(&self) -> &str;

    /// The header that it reads in place of `Authorization`.
    fn header(&self) -> Option<&str> {
        None
    }

    /// Whether the word in front of the credentials names this scheme.
    fn matches(&self, word: &[u8]) -> bool {
        word.eq_ignore_ascii_case(self.scheme().as_str().as_bytes())
    }

    /// Reads the attempt, without waiting for anything. `None`: another scheme, or no credentials, so the next
    /// verifier is asked (contract `drf.md`, section 5, "Both schemes on one view"). Whatever this one says
    /// of credentials that are its own, no other is asked.
    fn claim(&self, attempt: &RequestCredentials<'_>) -> Option<Authentication>;
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

    /// What the first scheme that the attempt is for needs to judge it: pure, without waiting for anything. Ends in
    /// the user whom the attempt authenticates, or the [`AuthError`] of the scheme; [`AuthError::NotProvided`] if
    /// no scheme feels concerned.
    pub fn claim(&self, attempt: &RequestCredentials<'_>) -> Authentication {
        let mut claims = self.verifiers.iter();
        let claim = claims.find_map(|verifier| verifier.claim(attempt));
        claim.unwrap_or(Progress::Done(Err(AuthError::NotProvided)))
    }

    /// The user whom an attempt authenticates, looked up in `repository` on this thread.
    ///
    /// # Errors
    /// As [`Self::claim`] ends; [`AuthError::Repository`] on failure of the storage, which is no refusal.
    pub fn authenticate(
        &self,
        attempt: &RequestCredentials<'_>,
        repository: &dyn Repository,
    ) -> Result<Identity, AuthError> {
        self.claim(attempt).resolve(repository)?
    }

    /// The challenge of a 401: the first scheme's, whichever one refused.
    #[must_use]
    pub fn challenge(&self) -> &str {
        self.verifiers.first().map_or("", |first| first.challenge())
    }

    /// The header that one of the schemes reads in place of `Authorization`.
    #[must_use]
    pub fn header(&self) -> Option<&str> {
        self.verifiers.iter().find_map(|verifier| verifier.header())
    }
}
