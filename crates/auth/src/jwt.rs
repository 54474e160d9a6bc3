//! Access tokens in the way of simplejwt: verification and minting (contract `drf.md`, sections 4, 5).
//!
//! Only the signature is left to the library. Its checks of claims are neither strict nor compatible:
//! it tolerates a minute, ignores `iat` and `crit`, and lets odd types pass.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use profiled_domain::UserId;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::JwtFault;
use crate::keys::SigningKey;
use crate::settings::JwtSettings;

/// Longest token that is looked at, in bytes: headers of this size never arrive whole.
const MAX_LENGTH: usize = 16 * 1024;
/// First second of the year 10000: no instant of a token reaches it.
const END_OF_TIME: f64 = 253_402_300_800.0;
/// 2^63: a whole number from here on is nobody's id.
const BEYOND_IDS: f64 = 9_223_372_036_854_775_808.0;

type Claims = Map<String, Value>;

/// Whom a good token names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserClaim {
    /// A user's id, whether there is such a user or not.
    Id(UserId),
    /// A decimal number that no id can be.
    Nobody,
}

/// Verifies access tokens under one key, and mints them.
#[derive(Clone)]
pub struct JwtVerifier {
    key: SigningKey,
    access_lifetime: i64,
    leeway: f64,
    issuer: Option<String>,
    audience: Option<String>,
    user_id_claim: String,
}

impl JwtVerifier {
    /// A verifier with the settings of `auth.jwt` and its key.
    #[must_use]
    pub fn new(settings: &JwtSettings, key: SigningKey) -> Self {
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        Self {
            key,
            access_lifetime: i64::from(settings.access_lifetime),
            leeway: f64::from(settings.leeway),
            issuer: given(&settings.issuer),
            audience: given(&settings.audience),
            user_id_claim: settings.user_id_claim.clone(),
        }
    }

    /// The user that an access token names at this moment.
    ///
    /// # Errors
    /// [`JwtFault`]: the first that contract `drf.md`, section 4, lists.
    pub fn verify(&self, token: &[u8], now: DateTime<Utc>) -> Result<UserClaim, JwtFault> {
        let claims = self.signed_claims(token).ok_or(JwtFault::Invalid)?;
        self.check_times(&claims, now)?;
        if !self.is_for_us(&claims) || !is_text_or_absent(&claims, "sub") {
            return Err(JwtFault::Invalid);
        }
        if !is_text_or_absent(&claims, "jti") {
            return Err(JwtFault::Invalid);
        }
        for (name, fault) in [("exp", JwtFault::NoExpiry), ("jti", JwtFault::NoId)] {
            claims.get(name).ok_or(fault)?;
        }
        match claims.get("token_type") {
            None => return Err(JwtFault::NoType),
            Some(kind) if kind != "access" => return Err(JwtFault::WrongType),
            Some(_) => {}
        }
        let user = claims.get(&self.user_id_claim).ok_or(JwtFault::NoUser)?;
        user_claim(user).ok_or(JwtFault::Invalid)
    }

    /// Claims of a token with a good header and signature.
    fn signed_claims(&self, token: &[u8]) -> Option<Claims> {
        let token = std::str::from_utf8(token)
            .ok()
            .filter(|token| token.len() <= MAX_LENGTH)?;
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let header = object(header)?;
        if !self.accepts(&header) {
            return None;
        }
        // One surplus sign of padding is what Python's decoder lets pass.
        let signature = signature.strip_suffix('=').unwrap_or(signature);
        if !self.key.verifies(signature, signed.as_bytes()) {
            return None;
        }
        object(payload)
    }

    /// The algorithm is pinned, no unknown extension is critical (RFC 7515, section 4.1.11), and the
    /// payload is encoded (RFC 7797).
    fn accepts(&self, header: &Claims) -> bool {
        let algorithm = header.get("alg").and_then(Value::as_str);
        let critical = match header.get("crit") {
            None => true,
            Some(Value::Array(names)) => {
                !names.is_empty()
                    && names.iter().all(|name| name == "b64")
                    && header.get("b64") == Some(&Value::Bool(true))
            }
            Some(_) => false,
        };
        algorithm == Some(self.key.algorithm().as_str())
            && is_text_or_absent(header, "kid")
            && header
                .get("b64")
                .is_none_or(|value| value == &Value::Bool(true))
            && critical
    }

    /// `iat`, `nbf`, `exp` in this order (RFC 7519, section 4.1); leeway applies to all three.
    fn check_times(&self, claims: &Claims, now: DateTime<Utc>) -> Result<(), JwtFault> {
        let now = seconds(now);
        for name in ["iat", "nbf"] {
            let at = claims.get(name).map(instant).transpose()?;
            if at.is_some_and(|at| at > now + self.leeway) {
                return Err(JwtFault::Invalid);
            }
        }
        let end = claims.get("exp").map(instant).transpose()?;
        if end.is_some_and(|end| end <= now - self.leeway) {
            return Err(JwtFault::Expired);
        }
        Ok(())
    }

    /// Issuer and audience, where they are configured.
    fn is_for_us(&self, claims: &Claims) -> bool {
        let issuer = self
            .issuer
            .as_deref()
            .is_none_or(|own| claims.get("iss").is_some_and(|issuer| issuer == own));
        let audience = self
            .audience
            .as_deref()
            .is_none_or(|own| match claims.get("aud") {
                Some(Value::Array(all)) => {
                    all.iter().all(Value::is_string) && all.iter().any(|one| one == own)
                }
                Some(one) => one == own,
                None => false,
            });
        issuer && audience
    }

    /// A new access token for a user.
    ///
    /// Header and claims are simplejwt's, in its order; `user_id` is text.
    #[must_use]
    pub fn mint_access(&self, user: UserId, now: DateTime<Utc>) -> String {
        let header = Header {
            alg: self.key.algorithm().as_str(),
            typ: "JWT",
        };
        let claims = AccessClaims {
            token_type: "access",
            exp: now.timestamp() + self.access_lifetime,
            iat: now.timestamp(),
            jti: random_id(),
            user: (&self.user_id_claim, user.to_string()),
            aud: self.audience.as_deref(),
            iss: self.issuer.as_deref(),
        };
        let signed = format!("{}.{}", segment(&header), segment(&claims));
        let signature = self.key.sign(signed.as_bytes()).unwrap_or_default();
        format!("{signed}.{signature}")
    }
}

/// A segment that holds a JSON object; the last of repeated names counts.
fn object(segment: &str) -> Option<Claims> {
    let text = URL_SAFE_NO_PAD.decode(segment).ok()?;
    match serde_json::from_slice(&text).ok()? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

fn is_text_or_absent(members: &Claims, name: &str) -> bool {
    members.get(name).is_none_or(Value::is_string)
}

/// Seconds of a numeric date, its fraction cut off.
fn instant(claim: &Value) -> Result<f64, JwtFault> {
    let number = claim.as_number().and_then(serde_json::Number::as_f64);
    let number = number.filter(|number| number.is_finite() && *number < END_OF_TIME);
    number.map(f64::trunc).ok_or(JwtFault::Invalid)
}

fn seconds(at: DateTime<Utc>) -> f64 {
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact to the microsecond until the year 2255"
    )]
    let micros = at.timestamp_micros() as f64;
    micros / 1e6
}

/// A user id as text or as a number: decimal, without sign of plus, leading zero or blank.
fn user_claim(claim: &Value) -> Option<UserClaim> {
    match claim {
        Value::String(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let is_canonical = text == "0" || !digits.starts_with('0');
            (is_plain && is_canonical).then(|| match text.parse() {
                Ok(id) => UserClaim::Id(UserId(id)),
                Err(_) => UserClaim::Nobody,
            })
        }
        Value::Number(number) => match number.as_i64() {
            Some(id) => Some(UserClaim::Id(UserId(id))),
            None if number.is_u64() => Some(UserClaim::Nobody),
            // The parser keeps larger whole numbers as floating point.
            None => {
                let size = number.as_f64()?;
                (size.fract() == 0.0 && size.abs() >= BEYOND_IDS).then_some(UserClaim::Nobody)
            }
        },
        _ => None,
    }
}

#[derive(Serialize)]
struct Header {
    alg: &'static str,
    typ: &'static str,
}

/// Claims in simplejwt's order; the name of the one for the user is a setting.
struct AccessClaims<'a> {
    token_type: &'static str,
    exp: i64,
    iat: i64,
    jti: String,
    user: (&'a str, String),
    aud: Option<&'a str>,
    iss: Option<&'a str>,
}

impl Serialize for AccessClaims<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;

        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("token_type", self.token_type)?;
        map.serialize_entry("exp", &self.exp)?;
        map.serialize_entry("iat", &self.iat)?;
        map.serialize_entry("jti", &self.jti)?;
        map.serialize_entry(self.user.0, &self.user.1)?;
        for (name, value) in [("aud", self.aud), ("iss", self.iss)] {
            if let Some(value) = value {
                map.serialize_entry(name, value)?;
            }
        }
        map.end()
    }
}

fn segment<T: Serialize>(part: &T) -> String {
    // Plain text and numbers: serialisation cannot fail.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(part).unwrap_or_default())
}

/// A random UUID (RFC 9562, section 5.4) as 32 lower-case hexadecimal digits.
fn random_id() -> String {
    let mut bits = rand::random::<u128>();
    bits = bits & !(0xf << 76) | (0x4 << 76);
    bits = bits & !(0b11 << 62) | (0b10 << 62);
    format!("{bits:032x}")
}
