//! What tokens say that they are. Only access tokens give access: not ID tokens, refresh tokens or log-out
//! tokens that the same key has signed (RFC 8725, sections 2.8, 3.11 and 3.12; RFC 9068, section 4).

use serde_json::Value;

use crate::error::JwtFault;
use crate::jwt::claims::{Claims, Parts};

/// Header `typ` of access tokens, and of tokens that do not say (RFC 7519, section 5.1; RFC 9068, section 2.1).
const HEADER_TYPES: [&str; 2] = ["jwt", "at+jwt"];

/// Claims that name the type of a token, and what they hold in access tokens: Keycloak's, Cognito's, simplejwt's.
const TYPE_CLAIMS: [(&str, &[&str]); 3] = [
    (
        "typ",
        &["bearer", "access", "access_token", "at+jwt", "jwt"],
    ),
    ("token_use", &["access"]),
    ("token_type", &["access", "bearer"]),
];

/// What the claim `type`, which may be about anything, holds in tokens that are none for access.
const OTHER_TYPES: [&str; 8] = [
    "offline",
    "refresh",
    "refresh-token",
    "refresh_token",
    "id",
    "id_token",
    "logout",
    "logout_token",
];

/// Claims that only other tokens have, and the words that allow them: hashes of what an ID token came with
/// (OIDC Core, 3.3.2.11), and what a security event token reports (RFC 8417, section 2.2).
const OTHER_TOKEN_CLAIMS: [(&str, &str); 3] =
    [("at_hash", "id"), ("c_hash", "id"), ("events", "events")];

/// The kinds of tokens that are taken of an issuer.
#[derive(Clone, Debug)]
pub(super) struct AcceptedTypes {
    required: Option<String>,
    allowed: Vec<String>,
}

impl AcceptedTypes {
    /// Access tokens, whose header `typ` is `required` unless that is empty, and tokens that call themselves by
    /// one of the words that are `allowed` besides.
    pub(super) fn new(required: &str, allowed: &[String]) -> Self {
        Self {
            required: word(required),
            allowed: allowed.iter().filter_map(|text| word(text)).collect(),
        }
    }

    /// Whether the header lets the token pass.
    pub(super) fn has_header(&self, parts: &Parts<'_>) -> bool {
        let given = parts.header.typ.as_ref();
        if self.required.is_some() {
            return given.and_then(word_of) == self.required;
        }
        given.is_none_or(|given| self.takes(given, &HEADER_TYPES))
    }

    /// Refuses tokens whose claims say that they are something else.
    pub(super) fn check(&self, claims: &Claims) -> Result<(), JwtFault> {
        let says_other = |(name, words): &(&str, &[&str])| {
            claims
                .get(name)
                .is_some_and(|said| !self.takes(&said, words))
        };
        let is_of_other_token =
            |(name, word): &(&str, &str)| claims.has(name) && !self.allows(word);
        let kind = claims.get("type").as_ref().and_then(word_of);
        let is_other =
            |kind: &String| OTHER_TYPES.contains(&kind.as_str()) && !self.allows(kind.as_str());
        if TYPE_CLAIMS.iter().any(says_other)
            || OTHER_TOKEN_CLAIMS.iter().any(is_of_other_token)
            || kind.as_ref().is_some_and(is_other)
        {
            return Err(JwtFault::WrongType);
        }
        Ok(())
    }

    fn takes(&self, said: &Value, words: &[&str]) -> bool {
        word_of(said).is_some_and(|said| words.contains(&said.as_str()) || self.allows(&said))
    }

    fn allows(&self, word: &str) -> bool {
        self.allowed.iter().any(|allowed| allowed == word)
    }
}

fn word_of(said: &Value) -> Option<String> {
    said.as_str().and_then(word)
}

/// A type to compare: in lower case, and in the short form of RFC 7515, section 4.1.9. `None` for no text.
fn word(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let short = lower.strip_prefix("application/").unwrap_or(&lower);
    (!short.is_empty()).then(|| short.to_owned())
}
