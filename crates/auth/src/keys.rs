//! The secret that signs JSON Web Tokens.

use jsonwebtoken::{DecodingKey, EncodingKey};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// Signature algorithms (RFC 7518, section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum Algorithm {
    /// HMAC with SHA-256.
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
}

impl Algorithm {
    /// The name in a token's header, compared with case.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
        }
    }

    fn known(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::HS256 => jsonwebtoken::Algorithm::HS256,
            Self::HS384 => jsonwebtoken::Algorithm::HS384,
            Self::HS512 => jsonwebtoken::Algorithm::HS512,
        }
    }
}

/// Why a key cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Too little to guess.
    #[error(
        "auth.jwt.signing_key has {length} bytes; use at least {min} random ones",
        min = SigningKey::MIN_LENGTH
    )]
    TooShort {
        /// Bytes of the key.
        length: usize,
    },
    /// The cryptographic backend does not sign and verify.
    #[error("the cryptographic backend fails its self-test")]
    SelfTest,
}

/// A key, pinned to one algorithm. It has no `Debug`.
#[derive(Clone)]
pub struct SigningKey {
    algorithm: Algorithm,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl SigningKey {
    /// Shortest key that is taken, in bytes (RFC 7518, section 3.2, for HS256).
    pub const MIN_LENGTH: usize = 32;

    /// Takes a secret for one algorithm.
    ///
    /// # Errors
    /// [`KeyError::TooShort`] under [`Self::MIN_LENGTH`] bytes.
    pub fn new(secret: &SecretString, algorithm: Algorithm) -> Result<Self, KeyError> {
        let bytes = secret.expose_secret().as_bytes();
        if bytes.len() < Self::MIN_LENGTH {
            return Err(KeyError::TooShort {
                length: bytes.len(),
            });
        }
        let (encoding, decoding) = (
            EncodingKey::from_secret(bytes),
            DecodingKey::from_secret(bytes),
        );
        Ok(Self {
            algorithm,
            encoding,
            decoding,
        })
    }

    /// The algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Signs and verifies once, so that a binary without a cryptographic backend fails at its start.
    ///
    /// # Errors
    /// [`KeyError::SelfTest`] when the signature does not verify.
    pub fn self_test(&self) -> Result<(), KeyError> {
        let signature = self.sign(b"self-test").ok_or(KeyError::SelfTest)?;
        if self.verifies(&signature, b"self-test") {
            Ok(())
        } else {
            Err(KeyError::SelfTest)
        }
    }

    /// The signature of a text, in base64url.
    pub(crate) fn sign(&self, text: &[u8]) -> Option<String> {
        jsonwebtoken::crypto::sign(text, &self.encoding, self.algorithm.known()).ok()
    }

    /// Whether a signature in base64url is that of a text.
    pub(crate) fn verifies(&self, signature: &str, text: &[u8]) -> bool {
        let algorithm = self.algorithm.known();
        jsonwebtoken::crypto::verify(signature, text, &self.decoding, algorithm).unwrap_or(false)
    }
}
