//! `Authorization: Basic <base64>`: username and password (RFC 7617; contract `tower.md`, section 2.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_domain::{CredentialRef, ProfileDepth, Repository, UserProfile};

use crate::authenticator::{Identity, RequestCredentials, Verdict, Verifier};
use crate::error::{AuthError, HeaderFault};
use crate::header::{self, Credentials};
use crate::password::{LoginOutcome, PasswordCredentials, PasswordLogin};
use crate::scheme::Scheme;

/// Verifies usernames and passwords. The scheme's word is taken in any case.
#[derive(Clone)]
pub struct BasicVerifier {
    login: PasswordLogin,
}

impl BasicVerifier {
    /// A verifier over log-ins.
    #[must_use]
    pub fn new(login: PasswordLogin) -> Self {
        Self { login }
    }

    fn judge(
        &self,
        credentials: Credentials<'_>,
        attempt: &RequestCredentials<'_>,
        repository: &dyn Repository,
    ) -> Result<Identity, AuthError> {
        let fault = |fault| AuthError::Header {
            scheme: Scheme::Basic,
            fault,
        };
        let encoded = match credentials {
            Credentials::None => return Err(fault(HeaderFault::NoCredentials)),
            Credentials::Several => return Err(fault(HeaderFault::Spaces)),
            Credentials::One(word) => word,
        };
        let (username, password) = decode(encoded).ok_or(AuthError::InvalidPassword)?;
        let pair = PasswordCredentials {
            username: &username,
            password: &password,
            client_address: attempt.client_address,
            now: attempt.now,
        };
        let LoginOutcome::Accepted(user) = self.login.check(&pair, repository)? else {
            return Err(AuthError::InvalidPassword);
        };
        let profile = match attempt.depth {
            ProfileDepth::Account => UserProfile {
                user,
                groups: Vec::new(),
            },
            ProfileDepth::Groups => {
                let found = repository.find_profile(user.id, ProfileDepth::Groups)?;
                found.ok_or(AuthError::InvalidPassword)?
            }
        };
        Ok(Identity {
            profile,
            scheme: Scheme::Basic,
            keep: CredentialRef::None,
            token: None,
        })
    }
}

impl Verifier for BasicVerifier {
    fn scheme(&self) -> Scheme {
        Scheme::Basic
    }

    fn challenge(&self) -> &'static str {
        "Basic realm=\"api\""
    }

    fn is_costly(&self) -> bool {
        true
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

/// Username and password, split at the first colon.
fn decode(encoded: &[u8]) -> Option<(String, String)> {
    let text = text(STANDARD.decode(encoded).ok()?);
    let (username, password) = text.split_once(':')?;
    Some((username.to_owned(), password.to_owned()))
}

/// Credentials as text: UTF-8, and ISO 8859-1 where the bytes are not UTF-8 (RFC 7617, section 2.1;
/// `decisions.md` 23). Every character of ISO 8859-1 is the code point of its byte.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|other| other.into_bytes().into_iter().map(char::from).collect())
}
