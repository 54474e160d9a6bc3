//! The keys that an issuer publishes (RFC 7517, section 5).

use jsonwebtoken::jwk::{Jwk, KeyOperations, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;

use crate::jwt::algorithm::Algorithm;
use crate::jwt::key::VerifyingKey;

/// More keys are none of an honest issuer, and each costs time.
const MAX_KEYS: usize = 64;

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
    let document: Document = serde_json::from_slice(text)
        .map_err(|error| format!("is no set of keys (RFC 7517): {error}"))?;
    if document.keys.len() > MAX_KEYS {
        return Err(format!("has more than {MAX_KEYS} keys"));
    }
    let known = document.keys.into_iter().filter_map(read);
    let usable = known.flat_map(|(jwk, name)| usable(&jwk, name.as_deref(), algorithms));
    let keys: Vec<_> = usable.collect();
    if keys.is_empty() {
        return Err("has no key for the algorithms of the settings".to_owned());
    }
    Ok(keys)
}

/// The numbers of a key, and what it is for; its `alg` also apart, as the library does not know all of them. Some issuers
/// pad, against RFC 7515, section 2.
fn read(mut key: Value) -> Option<(Jwk, Option<String>)> {
    let members = key.as_object_mut()?;
    // Certificates and links are not read.
    members.retain(|name, _| !name.starts_with("x5"));
    for name in ["n", "e", "x", "y"] {
        if let Some(Value::String(text)) = members.get_mut(name) {
            text.truncate(text.trim_end_matches('=').len());
        }
    }
    let name = members
        .get("alg")
        .and_then(Value::as_str)
        .map(str::to_owned);
    Some((serde_json::from_value(key).ok()?, name))
}

/// A key under each of the algorithms that it may be used with, of which it may name one.
fn usable(jwk: &Jwk, name: Option<&str>, algorithms: &[Algorithm]) -> Vec<IssuerKey> {
    let common = &jwk.common;
    let usage = common.public_key_use.as_ref();
    let operations = common.key_operations.as_ref();
    let verifies = usage.is_none_or(|usage| *usage == PublicKeyUse::Signature)
        && operations.is_none_or(|all| all.contains(&KeyOperations::Verify));
    let is_for =
        |algorithm: &&Algorithm| verifies && name.is_none_or(|name| name == algorithm.as_str());
    let fitting = algorithms.iter().filter(is_for);
    fitting
        .filter_map(|algorithm| VerifyingKey::from_jwk(jwk, *algorithm))
        .map(|key| IssuerKey {
            kid: common.key_id.clone(),
            key,
        })
        .collect()
}
