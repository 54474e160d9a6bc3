//! Opaque tokens: `Authorization: Token <key>` (contract `drf.md`, section 3; `decisions.md` 9).

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use profiled_domain::{
    CredentialRef, HolderQuery, ProfileDepth, TokenClient, TokenDigest, TokenWithProfile,
};
use sha2::{Digest, Sha256};

use crate::authenticator::{Authentication, Identity, RequestCredentials, Verifier};
use crate::error::{AuthError, HeaderFault};
use crate::header::{self, Credentials};
use crate::knox;
use crate::progress::Progress;
use crate::scheme::Scheme;

/// Longest key that is looked up, in bytes: more is no key of anybody's.
const MAX_KEY_LENGTH: usize = 1024;

/// The key of a token: 160 random bits as 40 lower-case hexadecimal digits. It has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenKey(String);

impl TokenKey {
    /// A new random key.
    #[must_use]
    pub fn generate() -> Self {
        Self(hex::encode(rand::random::<[u8; 20]>()))
    }

    /// Takes a key in its documented form, `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        (text.len() == 40 && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The key itself: shown to its owner once, stored nowhere.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is stored of the key.
    #[must_use]
    pub fn digest(&self) -> TokenDigest {
        Self::digest_of(&self.0)
    }

    /// What is stored of a key that a cookie carries. It is no digest of any text, so that no header can
    /// pass the key of a log-in for that of a token, nor a cookie the other way round.
    #[must_use]
    pub fn session_digest(&self) -> TokenDigest {
        let digest = Sha256::new().chain_update(b"session\xff");
        TokenDigest(digest.chain_update(&self.0).finalize().into())
    }

    /// SHA-256 of any text that claims to be a key.
    #[must_use]
    pub fn digest_of(key: &str) -> TokenDigest {
        TokenDigest(Sha256::digest(key.as_bytes()).into())
    }

    /// What is stored of a token that django-rest-knox 4.2 or later made, from the digest that its row has: 128
    /// hexadecimal digits. `None` for any other text.
    #[must_use]
    pub fn digest_of_knox(hex: &str) -> Option<TokenDigest> {
        knox::stored_digest(hex)
    }

    /// The token of any text that claims to be a key, with its holder. Keys of knox are looked up only where no token
    /// of ours has the key.
    pub fn holder(key: &str, depth: ProfileDepth) -> Progress<Option<TokenWithProfile>> {
        Self::judged(key, depth, |found| found)
    }

    /// The same, as `judge` judges it: `holder(..).then(..)` would allocate once more for each request.
    fn judged<T: 'static>(
        key: &str,
        depth: ProfileDepth,
        judge: impl FnOnce(Option<TokenWithProfile>) -> T + Send + 'static,
    ) -> Progress<T> {
        if key.len() > MAX_KEY_LENGTH {
            return Progress::Done(judge(None));
        }
        let query = HolderQuery::Token(Self::digest_of(key));
        let key = key.to_owned();
        Progress::find(query, depth, move |found| match found {
            Some(holder) => Progress::Done(judge(holder.into_token())),
            None => {
                first_of(knox::digests_of(&key), depth).then(|found| Progress::Done(judge(found)))
            }
        })
    }

    /// The first eight characters, to recognise the token by.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

/// What is required of a token in addition to its time.
#[derive(Clone, Copy, Debug)]
pub struct TokenPolicy {
    /// Refuse bound tokens from another client (contract `tower.md`, section 2.4).
    pub check_binding: bool,
}

/// Verifies opaque tokens. The scheme's word is taken in any case.
#[derive(Clone, Copy, Debug)]
pub struct TokenVerifier {
    policy: TokenPolicy,
    /// Another word for the scheme.
    alias: Option<&'static str>,
}

impl TokenVerifier {
    /// A verifier with a policy.
    #[must_use]
    pub fn new(policy: TokenPolicy) -> Self {
        Self {
            policy,
            alias: None,
        }
    }

    /// The same, which takes another word for the scheme as well.
    #[must_use]
    pub fn also_named(self, word: &'static str) -> Self {
        Self {
            alias: Some(word),
            ..self
        }
    }

    /// The key that a header names; `None` for a header of another scheme, or none of a token.
    #[must_use]
    pub fn key<'a>(&self, authorization: &'a [u8]) -> Option<&'a str> {
        let words = header::split(authorization).filter(|words| self.matches(words.scheme))?;
        key(words.credentials).ok()
    }
}

/// When and by which client a token is presented.
pub(crate) struct Presented {
    address: IpAddr,
    user_agent: Option<String>,
    now: DateTime<Utc>,
}

impl From<&RequestCredentials<'_>> for Presented {
    fn from(attempt: &RequestCredentials<'_>) -> Self {
        Self {
            address: attempt.client_address,
            user_agent: attempt.user_agent.map(str::to_owned),
            now: attempt.now,
        }
    }
}

impl Presented {
    /// Whether the client is the one that a token belongs to.
    fn is_by(&self, client: &TokenClient) -> bool {
        let address = client.address.parse::<IpAddr>();
        address.is_ok_and(|address| address.to_canonical() == self.address.to_canonical())
            && client.user_agent == self.user_agent
    }
}

impl TokenPolicy {
    /// The user of a stored token, by any scheme that presents one.
    pub(crate) fn judge(
        self,
        scheme: Scheme,
        found: Option<TokenWithProfile>,
        presented: &Presented,
    ) -> Result<Identity, AuthError> {
        let holder = found.ok_or(AuthError::InvalidToken)?;
        let binding = holder.token.binding.as_ref();
        let binding = binding.filter(|_| self.check_binding);
        if binding.is_some_and(|binding| !presented.is_by(binding)) {
            return Err(AuthError::InvalidToken);
        }
        if holder.token.is_expired(presented.now) {
            return Err(AuthError::TokenExpired);
        }
        let user = &holder.profile.user;
        if !user.is_active || user.deleted_at.is_some() {
            return Err(AuthError::UserInactive(scheme));
        }
        let (profile, keep) = (holder.profile, CredentialRef::Token(holder.token.id));
        let token = Some(holder.token);
        Ok(Identity {
            profile,
            scheme,
            keep,
            token,
        })
    }
}

impl Verifier for TokenVerifier {
    fn scheme(&self) -> Scheme {
        Scheme::Token
    }

    fn challenge(&self) -> &'static str {
        "Token"
    }

    fn matches(&self, word: &[u8]) -> bool {
        let mut words = [Some("Token"), self.alias].into_iter().flatten();
        words.any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
    }

    fn claim(&self, attempt: &RequestCredentials<'_>) -> Option<Authentication> {
        let words = attempt.authorization.and_then(header::split)?;
        if !self.matches(words.scheme) {
            return None;
        }
        let key = match key(words.credentials) {
            Ok(key) => key,
            Err(fault) => {
                let scheme = Scheme::Token;
                return Some(Progress::Done(Err(AuthError::Header { scheme, fault })));
            }
        };
        let (policy, presented) = (self.policy, Presented::from(attempt));
        let judge = move |found| policy.judge(Scheme::Token, found, &presented);
        Some(TokenKey::judged(key, attempt.depth, judge))
    }
}

/// The first token that there is of several digests.
fn first_of(
    mut digests: impl Iterator<Item = TokenDigest> + Send + 'static,
    depth: ProfileDepth,
) -> Progress<Option<TokenWithProfile>> {
    let Some(digest) = digests.next() else {
        return Progress::Done(None);
    };
    Progress::find(
        HolderQuery::Token(digest),
        depth,
        move |found| match found {
            Some(holder) => Progress::Done(holder.into_token()),
            None => first_of(digests, depth),
        },
    )
}

fn key(credentials: Credentials<'_>) -> Result<&str, HeaderFault> {
    match credentials {
        Credentials::None => Err(HeaderFault::NoCredentials),
        Credentials::Several => Err(HeaderFault::Spaces),
        Credentials::One(word) => match std::str::from_utf8(word) {
            Ok(key) => Ok(key),
            Err(_) => Err(HeaderFault::InvalidCharacters),
        },
    }
}
