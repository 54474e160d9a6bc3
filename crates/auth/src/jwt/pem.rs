//! Keys in PEM (RFC 7468), in the encodings that are about.
//!
//! `jsonwebtoken` reads a text that holds one key in one encoding for each family. Files hold parameters
//! and certificates, too, and elliptic curve keys as `openssl ecparam` writes them, so the section is
//! found here, and the key brought into that encoding.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{AlgorithmFamily, DecodingKey, EncodingKey};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivateKeyDer, SubjectPublicKeyInfoDer};
use secrecy::zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::curve::Curve;

/// Whether the text is a key in PEM, of any kind.
pub(super) fn is_key(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim);
    lines.any(|line| {
        let label = line.strip_prefix("-----BEGIN ");
        label
            .is_some_and(|label| label.ends_with("KEY-----") || label.ends_with("CERTIFICATE-----"))
            || line.starts_with("ssh-")
            || line.starts_with("ecdsa-sha2-")
    })
}

/// The first private key of a text.
pub(super) fn private_der(text: &str) -> Option<Zeroizing<PrivateKeyDer<'static>>> {
    let der = PrivateKeyDer::from_pem_slice(at_the_margin(text).as_bytes());
    der.ok().map(Zeroizing::new)
}

/// A text whose lines may be indented, as those of a key within a settings file are.
fn at_the_margin(text: &str) -> Zeroizing<String> {
    let mut lines = Zeroizing::new(String::with_capacity(text.len() + 1));
    for line in text.lines() {
        lines.push_str(line.trim());
        lines.push('\n');
    }
    lines
}

/// A private key of the algorithm's family: PKCS#8 (RFC 5208), PKCS#1 (RFC 8017) or SEC 1 (RFC 5915).
pub(super) fn private_key(der: &PrivateKeyDer<'_>, algorithm: Algorithm) -> Option<EncodingKey> {
    let bytes = der.secret_der();
    match (algorithm.family(), der) {
        (AlgorithmFamily::Rsa, PrivateKeyDer::Pkcs1(_)) => Some(EncodingKey::from_rsa_der(bytes)),
        (AlgorithmFamily::Rsa, _) => {
            EncodingKey::from_rsa_pem(write(PRIVATE, bytes).as_bytes()).ok()
        }
        (AlgorithmFamily::Ec, _) => {
            let curve = signing_curve(algorithm);
            let pair = EcdsaKeyPair::from_private_key_der(curve, bytes).ok()?;
            Some(EncodingKey::from_ec_der(pair.to_pkcs8v1().ok()?.as_ref()))
        }
        (AlgorithmFamily::Ed, _) => {
            let pair = Ed25519KeyPair::from_pkcs8(bytes).ok()?;
            Some(EncodingKey::from_ed_der(pair.to_pkcs8v1().ok()?.as_ref()))
        }
        (AlgorithmFamily::Hmac, _) => None,
    }
}

/// How an elliptic curve key signs.
pub(super) fn signing_curve(algorithm: Algorithm) -> &'static EcdsaSigningAlgorithm {
    match (Curve::of(algorithm), algorithm) {
        (Some(curve), _) => curve.signing,
        (None, Algorithm::ES384) => &ECDSA_P384_SHA384_FIXED_SIGNING,
        (None, _) => &ECDSA_P256_SHA256_FIXED_SIGNING,
    }
}

/// The first public key of a text, if it is one of this family.
pub(super) fn public_key(text: &str, family: AlgorithmFamily) -> Option<DecodingKey> {
    let text = at_the_margin(text);
    if family == AlgorithmFamily::Rsa && text.contains("-----BEGIN RSA PUBLIC KEY-----") {
        // PKCS#1 (RFC 8017).
        return DecodingKey::from_rsa_pem(text.as_bytes()).ok();
    }
    let der = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes()).ok()?;
    let text = write("PUBLIC KEY", &der);
    let key = match family {
        AlgorithmFamily::Rsa => DecodingKey::from_rsa_pem(text.as_bytes()),
        AlgorithmFamily::Ec => DecodingKey::from_ec_pem(text.as_bytes()),
        AlgorithmFamily::Ed => DecodingKey::from_ed_pem(text.as_bytes()),
        AlgorithmFamily::Hmac => return None,
    };
    key.ok()
}

/// Label of a private key in PKCS#8.
pub(super) const PRIVATE: &str = "PRIVATE KEY";

/// A key as a file holds it.
pub(super) fn write(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = Zeroizing::new(format!("-----BEGIN {label}-----\n"));
    for line in body.as_bytes().chunks(64) {
        text.push_str(&String::from_utf8_lossy(line));
        text.push('\n');
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}
