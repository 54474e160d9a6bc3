//! Keys that sign and verify JSON Web Tokens, each pinned to one algorithm.

use std::sync::Arc;

use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    EcdsaKeyPair, Ed25519KeyPair, KeyPair, ParsedPublicKey, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

use super::algorithm::{Algorithm, Family};
use super::id::EpochKey;
use super::jwk::{MIN_RSA_BITS, Material, PublicJwk};
use super::pem::{self, Pem};

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Too little to guess.
    #[error("has {length} bytes: use at least {min} random ones", min = SigningKey::MIN_LENGTH)]
    TooShort {
        /// Bytes of the key.
        length: usize,
    },
    /// An asymmetric key in the place of a secret: everybody knows its public half.
    #[error("holds a PEM key, and {algorithm} takes a secret: name the algorithm of the key")]
    PemForHmac {
        /// The algorithm that was asked for.
        algorithm: Algorithm,
    },
    /// Anything else in the place of a private key.
    #[error("holds no private key for {algorithm}: give it in PEM, as openssl genpkey writes it")]
    NoPrivateKey {
        /// The algorithm that was asked for.
        algorithm: Algorithm,
    },
    /// Anything else in the place of a public key.
    #[error("holds no public key for {algorithm}")]
    NoPublicKey {
        /// The algorithm that was asked for.
        algorithm: Algorithm,
    },
    /// An RSA key that can be factored.
    #[error("is too weak: use an RSA key of at least {MIN_RSA_BITS} bits")]
    WeakRsa,
    /// Signing and verifying do not fit.
    #[error("does not verify what it signs")]
    SelfTest,
}

/// The half of a key that verifies. It has no `Debug`.
#[derive(Clone)]
pub(crate) struct VerifyingKey {
    algorithm: Algorithm,
    verifier: Verifier,
}

#[derive(Clone)]
enum Verifier {
    Hmac(Arc<hmac::Key>),
    Public(Box<ParsedPublicKey>, Material),
}

impl VerifyingKey {
    /// A public key in PEM.
    pub(super) fn from_pem(text: &str, algorithm: Algorithm) -> Result<Self, KeyError> {
        let none = KeyError::NoPublicKey { algorithm };
        let material = pem::public_material(text).ok_or(none.clone())?;
        Self::from_material(material, algorithm).map_err(|error| error.unwrap_or(none))
    }

    /// Its own fault, or none where the key does not fit the algorithm.
    pub(super) fn from_material(
        material: Material,
        algorithm: Algorithm,
    ) -> Result<Self, Option<KeyError>> {
        let is_weak = material.rsa_bits().is_some_and(|bits| bits < MIN_RSA_BITS);
        if is_weak && algorithm.family() == Family::Rsa {
            return Err(Some(KeyError::WeakRsa));
        }
        let key = material.verifier(algorithm).ok_or(None)?;
        Ok(Self {
            algorithm,
            verifier: Verifier::Public(Box::new(key), material),
        })
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether a signature in base64url is that of a text.
    pub(crate) fn verifies(&self, signature: &str, text: &[u8]) -> bool {
        let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
            return false;
        };
        match &self.verifier {
            Verifier::Hmac(key) => hmac::verify(key, text, &signature).is_ok(),
            Verifier::Public(key, _) => key.verify_sig(text, &signature).is_ok(),
        }
    }

    /// The key for everybody, `None` if it is a secret.
    pub(super) fn material(&self) -> Option<&Material> {
        match &self.verifier {
            Verifier::Hmac(_) => None,
            Verifier::Public(_, material) => Some(material),
        }
    }
}

/// A key that signs, pinned to one algorithm. It has no `Debug`.
#[derive(Clone)]
pub struct SigningKey {
    verifying: VerifyingKey,
    signer: Signer,
    epochs: EpochKey,
}

#[derive(Clone)]
enum Signer {
    Hmac(Arc<hmac::Key>),
    Rsa(Arc<RsaKeyPair>),
    Ec(Arc<EcdsaKeyPair>),
    Ed(Arc<Ed25519KeyPair>),
}

impl SigningKey {
    /// Shortest secret that is taken, in bytes (RFC 7518, section 3.2, for HS256).
    pub const MIN_LENGTH: usize = 32;

    /// Takes a key for one algorithm: the bytes of a secret for HMAC, a private key in PEM for others.
    ///
    /// # Errors
    /// [`KeyError`] for a key that is weak, or of another kind than the algorithm's.
    pub fn new(key: &SecretString, algorithm: Algorithm) -> Result<Self, KeyError> {
        let text = key.expose_secret();
        if algorithm.is_symmetric() {
            return Self::from_secret(text, algorithm);
        }
        let none = KeyError::NoPrivateKey { algorithm };
        let pem = pem::private_key(text).ok_or(none.clone())?;
        let (signer, material) = private(&pem, algorithm).map_err(|fault| match fault {
            Some(rejected) if rejected.to_string() == "TooSmall" => KeyError::WeakRsa,
            _ => none.clone(),
        })?;
        let verifying = VerifyingKey::from_material(material, algorithm);
        Ok(Self {
            verifying: verifying.map_err(|error| error.unwrap_or(none))?,
            signer,
            epochs: EpochKey::derive(pem.der()),
        })
    }

    fn from_secret(text: &str, algorithm: Algorithm) -> Result<Self, KeyError> {
        if pem::is_key(text) {
            return Err(KeyError::PemForHmac { algorithm });
        }
        let bytes = text.as_bytes();
        if bytes.len() < Self::MIN_LENGTH {
            let length = bytes.len();
            return Err(KeyError::TooShort { length });
        }
        let key = Arc::new(hmac::Key::new(algorithm.hmac(), bytes));
        Ok(Self {
            verifying: VerifyingKey {
                algorithm,
                verifier: Verifier::Hmac(Arc::clone(&key)),
            },
            signer: Signer::Hmac(key),
            epochs: EpochKey::derive(bytes),
        })
    }

    /// The algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.verifying.algorithm
    }

    /// The public half with its RFC 7638 thumbprint as `kid`; `None` for a secret.
    #[must_use]
    pub fn public(&self) -> Option<PublicJwk> {
        let material = self.verifying.material()?.clone();
        let kid = material.thumbprint();
        Some(PublicJwk::new(material, self.algorithm(), kid))
    }

    /// Signs and verifies once, so that a key without its other half fails at the start.
    ///
    /// # Errors
    /// [`KeyError::SelfTest`] when the signature does not verify.
    pub fn self_test(&self) -> Result<(), KeyError> {
        let signature = self.sign(b"self-test").ok_or(KeyError::SelfTest)?;
        if self.verifying.verifies(&signature, b"self-test") {
            Ok(())
        } else {
            Err(KeyError::SelfTest)
        }
    }

    pub(super) fn verifying(&self) -> &VerifyingKey {
        &self.verifying
    }

    pub(super) fn epochs(&self) -> &EpochKey {
        &self.epochs
    }

    /// The signature of a text, in base64url.
    pub(super) fn sign(&self, text: &[u8]) -> Option<String> {
        let random = SystemRandom::new();
        let signature = match &self.signer {
            Signer::Hmac(key) => hmac::sign(key, text).as_ref().to_vec(),
            Signer::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                let encoding = self.algorithm().rsa_encoding();
                key.sign(encoding, &random, text, &mut signature).ok()?;
                signature
            }
            Signer::Ec(key) => key.sign(&random, text).ok()?.as_ref().to_vec(),
            Signer::Ed(key) => key.try_sign(text).ok()?.as_ref().to_vec(),
        };
        Some(URL_SAFE_NO_PAD.encode(signature))
    }
}

/// Both halves of a private key, if it is one of the algorithm's family.
fn private(pem: &Pem, algorithm: Algorithm) -> Result<(Signer, Material), Option<KeyRejected>> {
    match (algorithm.family(), pem) {
        (Family::Rsa, Pem::Pkcs8(der)) => Ok(rsa(RsaKeyPair::from_pkcs8(der)?)),
        (Family::Rsa, Pem::Pkcs1(der)) => Ok(rsa(RsaKeyPair::from_der(der)?)),
        (Family::Ec, Pem::Pkcs8(der) | Pem::Sec1(der)) => {
            let key = EcdsaKeyPair::from_private_key_der(algorithm.ec_signing(), der)?;
            let material = Material::ec(key.public_key().as_ref()).ok_or(None)?;
            Ok((Signer::Ec(Arc::new(key)), material))
        }
        (Family::Ed, Pem::Pkcs8(der)) => {
            let key = Ed25519KeyPair::from_pkcs8(der)?;
            let material = Material::ed(key.public_key().as_ref()).ok_or(None)?;
            Ok((Signer::Ed(Arc::new(key)), material))
        }
        _ => Err(None),
    }
}

fn rsa(key: RsaKeyPair) -> (Signer, Material) {
    let public = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
    let material = Material::rsa(&public.n, &public.e);
    (Signer::Rsa(Arc::new(key)), material)
}
