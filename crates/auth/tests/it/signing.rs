//! Tokens made by hand.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// A token with any header and payload, signed with HMAC-SHA-256 whatever the header says.
pub fn hmac(secret: &str, header: &str, payload: &str) -> String {
    let text = unsigned(header, payload);
    let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes()).unwrap();
    let algorithm = jsonwebtoken::Algorithm::HS256;
    let signature = jsonwebtoken::crypto::sign(text.as_bytes(), &key, algorithm).unwrap();
    format!("{text}.{signature}")
}

/// The signature of a text under a key in PKCS#8 on a curve that `jsonwebtoken` lacks.
pub fn on_curve(algorithm: &str, pem: &[u8], text: &[u8]) -> String {
    let curve = match algorithm {
        "ES512" => &ECDSA_P521_SHA512_FIXED_SIGNING,
        _ => &ECDSA_P256K1_SHA256_FIXED_SIGNING,
    };
    let pem = std::str::from_utf8(pem).unwrap();
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    let key = EcdsaKeyPair::from_pkcs8(curve, &STANDARD.decode(body).unwrap()).unwrap();
    let signature = key.sign(&SystemRandom::new(), text).unwrap();
    URL_SAFE_NO_PAD.encode(signature.as_ref())
}

/// What a signature covers.
pub fn unsigned(header: &str, payload: &str) -> String {
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header),
        URL_SAFE_NO_PAD.encode(payload)
    )
}

/// Header and claims of a token, unverified.
pub fn claims_of(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| {
        let text = URL_SAFE_NO_PAD.decode(part).unwrap();
        serde_json::from_slice(&text).unwrap_or_default()
    });
    (parts.next().unwrap(), parts.next().unwrap())
}
