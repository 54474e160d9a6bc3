//! The keys that an issuer publishes (RFC 7517, section 5), as they come in the wild.

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{Jwk, KeyOperations, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;

use crate::jwt::algorithm::Algorithm;
use crate::jwt::key::VerifyingKey;

/// More keys are none of an honest issuer, and a token that names none may have to be tried with each.
const MAX_KEYS: usize = 128;

/// Numbers of keys in the alphabet of URLs, with padding and without.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// A foreign key under one of the algorithms that its issuer may use.
pub(super) struct IssuerKey {
    pub(super) kid: Option<String>,
    pub(super) key: VerifyingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// The usable keys of a document. Others, of kinds that are unknown here for example, are passed over.
pub(super) fn parse(text: &[u8], algorithms: &[Algorithm]) -> Result<Vec<IssuerKey>, String> {
    let document: Document = serde_json::from_slice(without_mark(text))
        .map_err(|error| format!("is no set of keys (RFC 7517): {error}"))?;
    let count = document.keys.len();
    if count > MAX_KEYS {
        return Err(format!(
            "has {count} keys, and no more than {MAX_KEYS} are taken"
        ));
    }
    let known = document.keys.into_iter().filter_map(read);
    let usable = known.flat_map(|(jwk, name)| usable(&jwk, name.as_deref(), algorithms));
    let keys: Vec<_> = usable.collect();
    if keys.is_empty() {
        return Err(format!(
            "has no key for the algorithms of the settings among its {count}: alg and use have to fit, points to be on their \
             curve, and RSA keys to have 2048 to 8192 bits and an exponent of at most 33"
        ));
    }
    Ok(keys)
}

/// A document without the mark of its encoding, which some servers put in front (RFC 8259, section 8.1).
pub(super) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

/// The numbers of a key, and what it is for; its `alg` also apart, as the library does not know all of them.
fn read(mut key: Value) -> Option<(Jwk, Option<String>)> {
    let members = key.as_object_mut()?;
    // Certificates and links are not read.
    members.retain(|name, _| !name.starts_with("x5"));
    for name in ["n", "e", "x", "y"] {
        if let Some(Value::String(text)) = members.get_mut(name) {
            *text = canonical(text)?;
        }
    }
    if let Some(Value::Number(number)) = members.get("kid") {
        let text = number.to_string();
        members.insert("kid".to_owned(), text.into());
    }
    let name = members
        .get("alg")
        .and_then(Value::as_str)
        .map(str::to_owned);
    Some((serde_json::from_value(key).ok()?, name))
}

/// A number as RFC 7515, section 2, has it. Some issuers pad, take the standard alphabet (RFC 4648, section 4) or break lines.
fn canonical(text: &str) -> Option<String> {
    let urls = |sign: char| match sign {
        '+' => Some('-'),
        '/' => Some('_'),
        sign => (!sign.is_ascii_whitespace()).then_some(sign),
    };
    let text: String = text.chars().filter_map(urls).collect();
    Some(URL_SAFE_NO_PAD.encode(LENIENT.decode(text).ok()?))
}

/// A key under each of the algorithms that it may be used with, of which it may name one.
fn usable(jwk: &Jwk, name: Option<&str>, algorithms: &[Algorithm]) -> Vec<IssuerKey> {
    let common = &jwk.common;
    let usage = common.public_key_use.as_ref();
    let operations = common.key_operations.as_ref();
    let verifies = usage.is_none_or(|usage| *usage == PublicKeyUse::Signature)
        && operations.is_none_or(|all| all.contains(&KeyOperations::Verify));
    let is_for = |algorithm: &&Algorithm| {
        verifies && name.is_none_or(|name| name.parse() == Ok(**algorithm))
    };
    let fitting = algorithms.iter().filter(is_for);
    fitting
        .filter_map(|algorithm| VerifyingKey::from_jwk(jwk, *algorithm))
        .map(|key| IssuerKey {
            kid: common.key_id.clone(),
            key,
        })
        .collect()
}
