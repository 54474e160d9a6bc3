//! The keys that an issuer publishes (RFC 7517, section 5).

use serde::Deserialize;
use serde_json::Value;

use crate::jwt::algorithm::Algorithm;
use crate::jwt::jwk::{ED25519, Material};
use crate::jwt::key::VerifyingKey;

/// More keys are none of an honest issuer, and each costs time.
const MAX_KEYS: usize = 64;

/// A foreign key under one of the algorithms that its issuer may use.
pub(super) struct ForeignKey {
    pub(super) kid: Option<String>,
    pub(super) key: VerifyingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// What is read of a key. Certificates and links are not.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    key_ops: Option<Vec<String>>,
    alg: Option<String>,
    kid: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The usable keys of a document. Others, of kinds that are unknown here for example, are passed over.
pub(super) fn parse(text: &[u8], algorithms: &[Algorithm]) -> Result<Vec<ForeignKey>, String> {
    let document: Document = serde_json::from_slice(text)
        .map_err(|error| format!("is no set of keys (RFC 7517): {error}"))?;
    if document.keys.len() > MAX_KEYS {
        return Err(format!("has more than {MAX_KEYS} keys"));
    }
    let known = document.keys.into_iter();
    let known = known.filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
    let keys: Vec<_> = known.flat_map(|jwk| usable(&jwk, algorithms)).collect();
    if keys.is_empty() {
        return Err("has no key for the algorithms of the settings".to_owned());
    }
    Ok(keys)
}

fn usable(jwk: &Jwk, algorithms: &[Algorithm]) -> Vec<ForeignKey> {
    let verifies = jwk.usage.as_deref().is_none_or(|usage| usage == "sig")
        && jwk
            .key_ops
            .as_ref()
            .is_none_or(|operations| operations.iter().any(|one| one == "verify"));
    let Some(material) = material(jwk).filter(|_| verifies) else {
        return Vec::new();
    };
    let is_for = |algorithm: &&Algorithm| {
        let named = jwk.alg.as_deref();
        !algorithm.is_symmetric() && named.is_none_or(|name| name == algorithm.as_str())
    };
    algorithms
        .iter()
        .filter(is_for)
        .filter_map(|algorithm| VerifyingKey::from_material(material.clone(), *algorithm).ok())
        .map(|key| ForeignKey {
            kid: jwk.kid.clone(),
            key,
        })
        .collect()
}

fn material(jwk: &Jwk) -> Option<Material> {
    match (jwk.kty.as_str(), jwk.crv.as_deref()) {
        ("RSA", _) => Some(Material::Rsa {
            n: jwk.n.clone()?,
            e: jwk.e.clone()?,
        }),
        ("EC", Some(crv)) => Some(Material::Ec {
            crv: ["P-256", "P-384"].into_iter().find(|known| *known == crv)?,
            x: jwk.x.clone()?,
            y: jwk.y.clone()?,
        }),
        ("OKP", Some(ED25519)) => Some(Material::Ed {
            crv: ED25519,
            x: jwk.x.clone()?,
        }),
        _ => None,
    }
}
