//! New keys.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::AlgorithmFamily;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::algorithm::Algorithm;
use super::key::SigningKey;
use super::pem;

/// A new key: its name, and the text of its file.
pub(super) fn generate(algorithm: Algorithm) -> Option<(String, Zeroizing<String>)> {
    let random = SystemRandom::new();
    let text = match algorithm.family() {
        AlgorithmFamily::Hmac => {
            let secret = Zeroizing::new(rand::random::<[u8; 64]>());
            let kid = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
            let secret = URL_SAFE_NO_PAD.encode(secret.as_slice());
            return Some((kid, Zeroizing::new(secret)));
        }
        AlgorithmFamily::Rsa => {
            let key = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
            let der: Pkcs8V1Der<'_> = key.as_der().ok()?;
            pem::write(pem::PRIVATE, der.as_ref())
        }
        AlgorithmFamily::Ec => {
            let curve = pem::signing_curve(algorithm);
            let der = EcdsaKeyPair::generate_pkcs8(curve, &random).ok()?;
            pem::write(pem::PRIVATE, der.as_ref())
        }
        AlgorithmFamily::Ed => {
            let der = Ed25519KeyPair::generate_pkcs8v1(&random).ok()?;
            pem::write(pem::PRIVATE, der.as_ref())
        }
    };
    let key = SigningKey::new(&SecretString::from(text.to_string()), algorithm).ok()?;
    Some((key.public()?.common.key_id?, text))
}
