//! What a good access token says of itself, for those who introspect it (RFC 7662, section 2.2).

use serde_json::Value;

use super::checks::instant;
use super::claims::Claims;
use super::verifier::{JwtVerifier, Signed};

/// Claims of a token, as far as it has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenFacts {
    /// `exp`, in seconds since 1970.
    pub expires_at: Option<i64>,
    /// `iat`, in seconds since 1970.
    pub issued_at: Option<i64>,
    /// The token's id.
    pub jti: Option<String>,
    /// `aud`: a text or a list of them.
    pub audience: Option<Value>,
    /// `iss`
    pub issuer: Option<String>,
}

impl JwtVerifier {
    /// What a token under a good signature says of itself.
    pub(super) fn facts(&self, signed: &Signed) -> TokenFacts {
        let jti = match signed.key {
            Some(_) => self.options.jti_claim.as_str(),
            None => "jti",
        };
        let claims = &signed.claims;
        TokenFacts {
            expires_at: seconds(claims, "exp"),
            issued_at: seconds(claims, "iat"),
            jti: claims.text(jti),
            audience: claims.get("aud"),
            issuer: claims.text("iss"),
        }
    }
}

fn seconds(claims: &Claims, name: &str) -> Option<i64> {
    let at = instant(&claims.get(name)?).ok()?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole, and below the year 10000"
    )]
    let seconds = at as i64;
    Some(seconds)
}
