//! New keys.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair, RsaKeyPair};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use super::algorithm::{Algorithm, Family};
use super::jwk::encode;
use super::key::SigningKey;
use super::pem;

/// A new key: its name, and the text of its file.
pub(super) fn generate(algorithm: Algorithm) -> Option<(String, Zeroizing<String>)> {
    let random = SystemRandom::new();
    let text = match algorithm.family() {
        Family::Hmac => {
            let secret = Zeroizing::new(rand::random::<[u8; 64]>());
            let kid = encode(&rand::random::<[u8; 16]>());
            return Some((kid, Zeroizing::new(encode(secret.as_slice()))));
        }
        Family::Rsa => {
            let key = RsaKeyPair::generate(KeySize::Rsa2048).ok()?;
            let der: Pkcs8V1Der<'_> = key.as_der().ok()?;
            pem::write_private_key(der.as_ref())
        }
        Family::Ec => {
            let der = EcdsaKeyPair::generate_pkcs8(algorithm.ec_signing(), &random).ok()?;
            pem::write_private_key(der.as_ref())
        }
        Family::Ed => {
            let der = Ed25519KeyPair::generate_pkcs8v1(&random).ok()?;
            pem::write_private_key(der.as_ref())
        }
    };
    let key = SigningKey::new(&SecretString::from(text.to_string()), algorithm).ok()?;
    Some((key.public()?.kid().to_owned(), text))
}
