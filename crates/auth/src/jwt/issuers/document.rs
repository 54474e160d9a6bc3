//! The keys that an issuer publishes (RFC 7517, section 5).

use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{Jwk, KeyOperations, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;

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
    let keys: Vec<_> = known.flat_map(|jwk| usable(&jwk, algorithms)).collect();
    if keys.is_empty() {
        return Err("has no key for the algorithms of the settings".to_owned());
    }
    Ok(keys)
}

/// The numbers of a key, and what it is for. Some issuers pad, against RFC 7515, section 2.
fn read(mut key: Value) -> Option<Jwk> {
    let members = key.as_object_mut()?;
    // Certificates and links are not read.
    members.retain(|name, _| !name.starts_with("x5"));
    for name in ["n", "e", "x", "y"] {
        if let Some(Value::String(text)) = members.get_mut(name) {
            text.truncate(text.trim_end_matches('=').len());
        }
    }
    serde_json::from_value(key).ok()
}

fn usable(jwk: &Jwk, algorithms: &[Algorithm]) -> Vec<IssuerKey> {
    let common = &jwk.common;
    let usage = common.public_key_use.as_ref();
    let operations = common.key_operations.as_ref();
    let verifies = usage.is_none_or(|usage| *usage == PublicKeyUse::Signature)
        && operations.is_none_or(|all| all.contains(&KeyOperations::Verify));
    let is_for = |algorithm: &&Algorithm| {
        let named = common.key_algorithm;
        verifies && named.is_none_or(|named| named == (**algorithm).into())
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
