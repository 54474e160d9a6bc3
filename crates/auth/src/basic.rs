//! `Authorization: Basic <base64>`: username and password (RFC 7617; contract `tower.md`, section 2.1).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_domain::{CredentialRef, Group, UserProfile};

use crate::authenticator::{Authentication, Identity, RequestCredentials, Verifier};
use crate::error::{AuthError, HeaderFault};
use crate::header::{self, Credentials};
use crate::password::{LoginOutcome, PasswordCredentials, PasswordLogin};
use crate::progress::Progress;
use crate::scheme::Scheme;
use crate::throttle::ThrottleError;

/// Verifies usernames and passwords. The scheme's word is taken in any case. Clients send the pair with every request, so
/// one that was right is remembered for a moment, in a digest.
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
}

/// Username and password of a header, or what is wrong with it.
fn credentials(words: Credentials<'_>) -> Result<(String, String), AuthError> {
    let fault = |fault| AuthError::Header {
        scheme: Scheme::Basic,
        fault,
    };
    match words {
        Credentials::None => Err(fault(HeaderFault::NoCredentials)),
        Credentials::Several => Err(fault(HeaderFault::Spaces)),
        Credentials::One(word) => decode(word).ok_or(AuthError::InvalidPassword),
    }
}

impl Verifier for BasicVerifier {
    fn scheme(&self) -> Scheme {
        Scheme::Basic
    }

    fn challenge(&self) -> &'static str {
        "Basic realm=\"api\""
    }

    fn claim(&self, attempt: &RequestCredentials<'_>) -> Option<Authentication> {
        let words = attempt.authorization.and_then(header::split)?;
        if !self.matches(words.scheme) {
            return None;
        }
        let (username, password) = match credentials(words.credentials) {
            Ok(pair) => pair,
            Err(error) => return Some(Progress::Done(Err(error))),
        };
        let pair = PasswordCredentials {
            username: &username,
            password: &password,
            client_address: attempt.client_address,
            now: attempt.now,
        };
        let judged = self.login.claim_repeated(&pair, attempt.depth);
        Some(judged.then(|judged| Progress::Done(identity(judged))))
    }
}

/// The user of a name and a password.
fn identity(
    judged: Result<(LoginOutcome, Vec<Group>), ThrottleError>,
) -> Result<Identity, AuthError> {
    let (LoginOutcome::Accepted(user), groups) = judged? else {
        return Err(AuthError::InvalidPassword);
    };
    Ok(Identity {
        profile: UserProfile {
            user: Box::new(user),
            groups,
        },
        scheme: Scheme::Basic,
        keep: CredentialRef::None,
        token: None,
    })
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
