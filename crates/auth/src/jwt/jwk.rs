//! Public keys as JSON (RFC 7517; RFC 7518, section 6; RFC 8037, section 2).

use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::algorithm::{Algorithm, Family};

/// Public keys for whoever verifies our tokens: never a secret one (RFC 7517, section 5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Jwks {
    /// Those that sign, have signed not long ago, or will sign before long.
    pub keys: Vec<PublicJwk>,
}

/// A public key with the one algorithm that it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublicJwk {
    #[serde(flatten)]
    material: Material,
    #[serde(rename = "use")]
    usage: &'static str,
    #[serde(rename = "alg")]
    algorithm: Algorithm,
    kid: String,
}

impl PublicJwk {
    pub(super) fn new(material: Material, algorithm: Algorithm, kid: String) -> Self {
        Self {
            material,
            usage: "sig",
            algorithm,
            kid,
        }
    }

    /// The name by which a token's header refers to it.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }
}

/// The numbers that make a public key, in base64url.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kty")]
pub(super) enum Material {
    #[serde(rename = "RSA")]
    Rsa { n: String, e: String },
    #[serde(rename = "EC")]
    Ec {
        crv: &'static str,
        x: String,
        y: String,
    },
    #[serde(rename = "OKP")]
    Ed { crv: &'static str, x: String },
}

/// Name of the curve of RFC 8037.
pub(super) const ED25519: &str = "Ed25519";

impl Material {
    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        Self::Rsa {
            n: encode(modulus),
            e: encode(exponent),
        }
    }

    /// From an uncompressed point (SEC 1, section 2.3.3).
    pub(super) fn ec(point: &[u8]) -> Option<Self> {
        let (form, coordinates) = point.split_first()?;
        let crv = match (form, coordinates.len()) {
            (4, 64) => "P-256",
            (4, 96) => "P-384",
            _ => return None,
        };
        let (x, y) = coordinates.split_at(coordinates.len() / 2);
        Some(Self::Ec {
            crv,
            x: encode(x),
            y: encode(y),
        })
    }

    pub(super) fn ed(public: &[u8]) -> Option<Self> {
        (public.len() == 32).then(|| Self::Ed {
            crv: ED25519,
            x: encode(public),
        })
    }

    /// The identifier that everybody computes alike (RFC 7638, section 3): SHA-256 in base64url.
    pub(super) fn thumbprint(&self) -> String {
        let canonical = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ec { crv, x, y } => {
                format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#)
            }
            Self::Ed { crv, x } => format!(r#"{{"crv":"{crv}","kty":"OKP","x":"{x}"}}"#),
        };
        encode(&Sha256::digest(canonical.as_bytes()))
    }

    /// The key, ready to verify; `None` if it is none, too weak, or for another algorithm.
    pub(super) fn verifier(&self, algorithm: Algorithm) -> Option<ParsedPublicKey> {
        match self {
            Self::Rsa { n, e } if algorithm.family() == Family::Rsa => {
                let (n, e) = (decode(n)?, decode(e)?);
                let n = n.strip_prefix(&[0]).unwrap_or(&n).to_vec();
                let is_strong = modulus_bits(&n) >= MIN_RSA_BITS && n.len() <= MAX_RSA_BYTES;
                let components = RsaPublicKeyComponents { n, e };
                let parameters = algorithm.rsa_parameters();
                let key = components.to_parsed_public_key(parameters);
                key.ok().filter(|_| is_strong)
            }
            Self::Ec { crv, x, y } if curve(algorithm) == Some(*crv) => {
                let size = if algorithm == Algorithm::ES384 {
                    48
                } else {
                    32
                };
                let mut point = vec![4];
                for coordinate in [x, y] {
                    point.extend(decode(coordinate).filter(|bytes| bytes.len() == size)?);
                }
                parsed(algorithm, &point)
            }
            Self::Ed { x, .. } if algorithm == Algorithm::EdDSA => {
                parsed(algorithm, &decode(x).filter(|bytes| bytes.len() == 32)?)
            }
            _ => None,
        }
    }

    /// Bits of the modulus of an RSA key.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        match self {
            Self::Rsa { n, .. } => decode(n).map(|n| modulus_bits(&n)),
            _ => None,
        }
    }
}

/// Least size of an RSA key (RFC 7518, section 3.3).
pub(super) const MIN_RSA_BITS: usize = 2048;
/// More would make verification an attack.
const MAX_RSA_BYTES: usize = 1024;

fn modulus_bits(modulus: &[u8]) -> usize {
    let mut rest = modulus.iter().skip_while(|byte| **byte == 0);
    rest.next().map_or(0, |first| {
        rest.count() * 8 + 8 - usize::try_from(first.leading_zeros()).unwrap_or(0)
    })
}

/// Name of the curve that an algorithm is for.
pub(super) fn curve(algorithm: Algorithm) -> Option<&'static str> {
    match algorithm {
        Algorithm::ES256 => Some("P-256"),
        Algorithm::ES384 => Some("P-384"),
        Algorithm::EdDSA => Some(ED25519),
        _ => None,
    }
}

fn parsed(algorithm: Algorithm, bytes: &[u8]) -> Option<ParsedPublicKey> {
    let key = UnparsedPublicKey::new(algorithm.verification(), bytes);
    key.parse().ok()
}

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Some issuers pad, against RFC 7515, section 2.
fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprints_are_those_of_the_standards() {
        // RFC 7638, section 3.1; RFC 8037, appendix A.3.
        let rsa = Material::Rsa {
            n: "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_\
                BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_\
                FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI\
                4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
                .to_owned(),
            e: "AQAB".to_owned(),
        };
        let ed = Material::Ed {
            crv: ED25519,
            x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo".to_owned(),
        };

        assert_eq!(
            rsa.thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        );
        assert_eq!(
            ed.thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
    }

    #[test]
    fn keys_of_other_kinds_and_weak_ones_do_not_verify() {
        let x = encode(&[1; 32]);
        let off_curve = Material::Ec {
            crv: "P-256",
            x: x.clone(),
            y: x.clone(),
        };
        let weak = Material::rsa(&[0xff; 128], &[1, 0, 1]);
        let huge = Material::rsa(&[0xff; 1025], &[1, 0, 1]);
        let padded = Material::rsa(&[&[0][..], &[0xff; 255]].concat(), &[1, 0, 1]);
        let short = Material::Ed {
            crv: ED25519,
            x: encode(&[1; 31]),
        };

        assert!(off_curve.verifier(Algorithm::ES256).is_none());
        assert!(off_curve.verifier(Algorithm::RS256).is_none());
        for key in [weak, huge, padded] {
            assert!(key.verifier(Algorithm::RS256).is_none(), "{key:?}");
            assert!(key.verifier(Algorithm::EdDSA).is_none());
        }
        assert!(short.verifier(Algorithm::EdDSA).is_none());
    }
}
