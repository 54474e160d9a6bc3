//! Keys that sign and verify JSON Web Tokens, each pinned to one algorithm.
//!
//! `jsonwebtoken` signs, verifies and writes keys as JSON. It takes a key as it comes and finds out with
//! the first token whether it is any good, so that is asked here, once (ADR 0026).

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey, crypto};
use secrecy::{ExposeSecret, SecretString};

use super::algorithm::Algorithm;
use super::curve::{Curve, Pair, Point};
use super::id::EpochKey;
use super::pem;
use super::small_order::has_small_order;

/// Least size of an RSA key (RFC 7518, section 3.3).
const MIN_RSA_BITS: usize = 2048;
/// More would make verification an attack.
const MAX_RSA_BYTES: usize = 1024;

/// Why a key cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Too short: it could be guessed.
    #[error("has {length} bytes: use at least {min} random ones", min = SigningKey::MIN_LENGTH)]
    TooShort {
        /// Bytes of the key.
        length: usize,
    },
    /// An asymmetric key in the place of a secret: its public half is public.
    #[error("holds a PEM key, and {algorithm:?} takes a secret: name the algorithm of the key")]
    PemForHmac {
        /// The algorithm that was asked for.
        algorithm: Algorithm,
    },
    /// Anything else in the place of a private key.
    #[error("holds no private key for {algorithm:?}: give it in PEM, as openssl genpkey writes it")]
    NoPrivateKey {
        /// The algorithm that was asked for.
        algorithm: Algorithm,
    },
    /// Anything else in the place of a public key.
    #[error(
        "holds no public key for {algorithm:?}: give it in PEM, as openssl pkey -pubout writes it"
    )]
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

/// The half of a key that verifies.
#[derive(Clone)]
pub(crate) struct VerifyingKey {
    algorithm: Algorithm,
    key: PublicHalf,
}

/// A key of `jsonwebtoken`, with its name for the algorithm, or one on a curve that it lacks.
#[derive(Clone)]
enum PublicHalf {
    Library(jsonwebtoken::Algorithm, DecodingKey),
    Point(Point),
}

impl VerifyingKey {
    /// A public key in PEM; `None` if it is none, too weak, or for another algorithm.
    pub(super) fn from_pem(text: &str, algorithm: Algorithm) -> Option<Self> {
        let key = pem::public_key(text, algorithm.family())?;
        match Curve::of(algorithm) {
            Some(curve) => {
                let point = Point::new(curve, key.try_get_as_bytes().ok()?)?;
                Some(Self::from_point(point, algorithm))
            }
            None => Self::from_jwk(&Jwk::from_decoding_key(&key, None).ok()?, algorithm),
        }
    }

    fn from_point(point: Point, algorithm: Algorithm) -> Self {
        let key = PublicHalf::Point(point);
        Self { algorithm, key }
    }

    /// A public key in JSON; `None` if it is none, too weak, or for another algorithm.
    pub(super) fn from_jwk(jwk: &Jwk, algorithm: Algorithm) -> Option<Self> {
        if let Some(curve) = Curve::of(algorithm) {
            return Some(Self::from_point(Point::from_jwk(curve, jwk)?, algorithm));
        }
        let given = DecodingKey::from_jwk(jwk).ok()?;
        // Coordinates of another length than the curve's are no key, although they add up to one.
        let canonical = Jwk::from_decoding_key(&given, None).ok()?;
        let family = algorithm.family();
        let fits = canonical.algorithm == jwk.algorithm && given.family() == family;
        if !fits || family == AlgorithmFamily::Hmac {
            return None;
        }
        let key = match given.kind() {
            DecodingKeyKind::RsaModulusExponent { n, e } => sound_rsa(n, e)?,
            DecodingKeyKind::SecretOrDer(point) => {
                let curve: &dyn VerificationAlgorithm = match algorithm {
                    Algorithm::ES256 => &ECDSA_P256_SHA256_FIXED,
                    Algorithm::ES384 => &ECDSA_P384_SHA384_FIXED,
                    _ => &ED25519,
                };
                UnparsedPublicKey::new(curve, point).parse().ok()?;
                if algorithm == Algorithm::EdDSA && has_small_order(point) {
                    return None;
                }
                given
            }
        };
        let key = PublicHalf::Library(algorithm.library()?, key);
        Some(Self { algorithm, key })
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether a signature in base64url is that of a text.
    pub(crate) fn verifies(&self, signature: &str, text: &[u8]) -> bool {
        match &self.key {
            PublicHalf::Library(algorithm, key) => {
                crypto::verify(signature, text, key, *algorithm).unwrap_or(false)
            }
            PublicHalf::Point(point) => point.verifies(signature, text),
        }
    }

    /// The key to publish, with a name or else its RFC 7638 thumbprint; `None` if it is a secret.
    pub(super) fn public(&self, kid: Option<&str>) -> Option<Jwk> {
        if self.algorithm.family() == AlgorithmFamily::Hmac {
            return None;
        }
        let (algorithm, key) = match &self.key {
            PublicHalf::Library(algorithm, key) => (*algorithm, key),
            PublicHalf::Point(point) => return Some(point.public(kid)),
        };
        let mut jwk = Jwk::from_decoding_key(key, Some(algorithm)).ok()?;
        let kid = kid.map(str::to_owned);
        let thumbprint = || jwk.thumbprint(ThumbprintHash::SHA256).ok();
        jwk.common.key_id = Some(kid.or_else(thumbprint)?);
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Some(jwk)
    }
}

/// An RSA key of a good size. Some issuers write zeros in front of its numbers, the sign of the modulus for example.
fn sound_rsa(n: &[u8], e: &[u8]) -> Option<DecodingKey> {
    let n = n.strip_prefix(&[0]).unwrap_or(n);
    let zeros = e.iter().take_while(|byte| **byte == 0).count();
    let e = e.get(zeros..)?;
    let unused_bits = usize::try_from(n.first()?.leading_zeros()).ok()?;
    let components = RsaPublicKeyComponents { n, e };
    let parsed = components.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256);
    let is_sound = n.len() * 8 - unused_bits >= MIN_RSA_BITS && n.len() <= MAX_RSA_BYTES;
    (is_sound && parsed.is_ok()).then(|| DecodingKey::from_rsa_raw_components(n, e))
}

/// A key that signs, pinned to one algorithm. It has no `Debug`.
#[derive(Clone)]
pub struct SigningKey {
    verifying: VerifyingKey,
    key: PrivateHalf,
    epochs: EpochKey,
}

/// As [`PublicHalf`].
#[derive(Clone)]
enum PrivateHalf {
    Library(jsonwebtoken::Algorithm, EncodingKey),
    Pair(Pair),
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
        if algorithm.family() == AlgorithmFamily::Hmac {
            return Self::from_secret(text, algorithm);
        }
        let none = || KeyError::NoPrivateKey { algorithm };
        let der = pem::private_der(text).ok_or_else(none)?;
        let epochs = EpochKey::derive(der.secret_der());
        let Some(library) = algorithm.library() else {
            let halves = Self::on_curve(der.secret_der(), algorithm);
            let (verifying, key) = halves.ok_or_else(none)?;
            return Ok(Self {
                verifying,
                key,
                epochs,
            });
        };
        let key = pem::private_key(&der, algorithm).ok_or_else(none)?;
        let jwk = Jwk::from_encoding_key(&key, library);
        let jwk = jwk.map_err(|error| match error.kind() {
            ErrorKind::InvalidRsaKey(problem) if problem == "TooSmall" => KeyError::WeakRsa,
            _ => none(),
        })?;
        Ok(Self {
            verifying: VerifyingKey::from_jwk(&jwk, algorithm).ok_or_else(none)?,
            key: PrivateHalf::Library(library, key),
            epochs,
        })
    }

    fn on_curve(der: &[u8], algorithm: Algorithm) -> Option<(VerifyingKey, PrivateHalf)> {
        let curve = Curve::of(algorithm)?;
        let pair = Pair::new(curve, der)?;
        let verifying = VerifyingKey::from_point(pair.point(curve)?, algorithm);
        Some((verifying, PrivateHalf::Pair(pair)))
    }

    fn from_secret(text: &str, algorithm: Algorithm) -> Result<Self, KeyError> {
        if pem::is_key(text) {
            return Err(KeyError::PemForHmac { algorithm });
        }
        let (bytes, length) = (text.as_bytes(), text.len());
        if length < Self::MIN_LENGTH {
            return Err(KeyError::TooShort { length });
        }
        let empty = || KeyError::TooShort { length };
        let library = algorithm.library().ok_or_else(empty)?;
        let verifying = DecodingKey::from_secret(bytes).ok().ok_or_else(empty)?;
        let key = EncodingKey::from_secret(bytes).ok().ok_or_else(empty)?;
        Ok(Self {
            verifying: VerifyingKey {
                algorithm,
                key: PublicHalf::Library(library, verifying),
            },
            key: PrivateHalf::Library(library, key),
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
    pub fn public(&self) -> Option<Jwk> {
        self.verifying.public(None)
    }

    /// Whether a public key in PEM verifies what this key signs.
    #[must_use]
    pub fn fits(&self, pem: &str) -> bool {
        let other = VerifyingKey::from_pem(pem, self.algorithm());
        let signature = self.sign(b"fits");
        let both = other.zip(signature);
        both.is_some_and(|(other, signature)| other.verifies(&signature, b"fits"))
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
        match &self.key {
            PrivateHalf::Library(algorithm, key) => crypto::sign(text, key, *algorithm).ok(),
            PrivateHalf::Pair(pair) => pair.sign(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::*;

    fn read(jwk: Value, algorithm: Algorithm) -> Option<VerifyingKey> {
        VerifyingKey::from_jwk(&serde_json::from_value(jwk).unwrap(), algorithm)
    }

    #[test]
    fn thumbprint_of_a_key_is_that_of_the_standards() {
        // RFC 7638, section 3.1; RFC 8037, appendix A.3.
        let rsa = json!({"kty": "RSA", "e": "AQAB", "n":
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_\
             BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_\
             FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI\
             4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"});
        let ed = json!({"kty": "OKP", "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let kid = |jwk, algorithm| {
            let key = read(jwk, algorithm).unwrap().public(None);
            key.unwrap().common.key_id.unwrap()
        };

        assert_eq!(
            kid(rsa, Algorithm::RS256),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
        assert_eq!(
            kid(ed, Algorithm::EdDSA),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn key_of_another_kind_or_a_weak_one_is_refused() {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let rsa = |n: &[u8]| json!({"kty": "RSA", "n": text(n), "e": "AQAB"});
        let curve = |kty: &str, crv: &str, x: &[u8], y: &[u8]| json!({"kty": kty, "crv": crv, "x": text(x), "y": text(y)});
        // The generator of P-256 (SEC 2, section 2.4.2).
        let x = hex::decode("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
        let y = hex::decode("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
        let (x, y) = (x.unwrap(), y.unwrap());
        let point = [x.as_slice(), &y].concat();
        let secret = json!({"kty": "oct", "k": text(&[1; 32])});
        let cases = [
            (curve("EC", "P-256", &[1; 32], &[1; 32]), Algorithm::ES256),
            (curve("EC", "P-256", &x, &y), Algorithm::ES384),
            (curve("EC", "P-256", &x, &y), Algorithm::RS256),
            (curve("EC", "P-384", &x, &y), Algorithm::ES256),
            (curve("EC", "P-384", &x, &y), Algorithm::ES384),
            (
                curve("EC", "P-256", &point[..31], &point[31..]),
                Algorithm::ES256,
            ),
            (curve("EC", "Ed25519", &x, &y), Algorithm::ES256),
            (curve("OKP", "P-256", &x, &y), Algorithm::EdDSA),
            (curve("OKP", "Ed25519", &x[..31], &y), Algorithm::EdDSA),
            (curve("OKP", "Ed25519", &x, &y), Algorithm::ES256),
            // Zero, a point of order 4.
            (curve("OKP", "Ed25519", &[0; 32], &y), Algorithm::EdDSA),
            (rsa(&[0xff; 128]), Algorithm::RS256),
            (rsa(&[0xff; 1025]), Algorithm::RS256),
            (rsa(&[&[0][..], &[0xff; 255]].concat()), Algorithm::RS256),
            (rsa(&[0xff; 256]), Algorithm::EdDSA),
            (rsa(&[0xff; 256]), Algorithm::HS256),
            (secret.clone(), Algorithm::HS256),
            (secret, Algorithm::EdDSA),
        ];

        for (jwk, algorithm) in cases {
            assert!(
                read(jwk.clone(), algorithm).is_none(),
                "{jwk} {algorithm:?}"
            );
        }
        assert!(read(curve("EC", "P-256", &x, &y), Algorithm::ES256).is_some());
        assert!(read(rsa(&[&[0][..], &[0xff; 256]].concat()), Algorithm::RS256).is_some());
    }
}
