//! The algorithms that tokens are signed with.

use std::str::FromStr;

use jsonwebtoken::AlgorithmFamily;
use serde::{Deserialize, Serialize};

/// An algorithm of signatures (RFC 7518, section 3.1; RFC 8037, section 3.1; RFC 8812, section 3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub enum Algorithm {
    /// HMAC with SHA-256
    HS256,
    /// HMAC with SHA-384
    HS384,
    /// HMAC with SHA-512
    HS512,
    /// RSASSA-PKCS1-v1_5 with SHA-256
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512
    RS512,
    /// RSASSA-PSS with SHA-256
    PS256,
    /// RSASSA-PSS with SHA-384
    PS384,
    /// RSASSA-PSS with SHA-512
    PS512,
    /// ECDSA on P-256 with SHA-256
    ES256,
    /// ECDSA on P-384 with SHA-384
    ES384,
    /// ECDSA on P-521 with SHA-512
    ES512,
    /// ECDSA on secp256k1 with SHA-256
    ES256K,
    /// Ed25519, by either of its names (RFC 9864, section 2.2)
    #[serde(alias = "Ed25519")]
    EdDSA,
}

/// Why a text names no algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no known algorithm")]
pub struct UnknownAlgorithm;

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::HS256,
        Self::HS384,
        Self::HS512,
        Self::RS256,
        Self::RS384,
        Self::RS512,
        Self::PS256,
        Self::PS384,
        Self::PS512,
        Self::ES256,
        Self::ES384,
        Self::ES512,
        Self::ES256K,
        Self::EdDSA,
    ];

    /// Its name in headers of tokens and in keys.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::ES512 => "ES512",
            Self::ES256K => "ES256K",
            Self::EdDSA => "EdDSA",
        }
    }

    /// The kind of its keys.
    #[must_use]
    pub fn family(self) -> AlgorithmFamily {
        match self.library() {
            Some(known) => known.family(),
            None => AlgorithmFamily::Ec,
        }
    }

    /// The same in `jsonwebtoken`; `None` for those that it lacks, which all are on curves of
    /// [`super::curve`].
    pub(super) fn library(self) -> Option<jsonwebtoken::Algorithm> {
        self.as_str().parse().ok()
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, UnknownAlgorithm> {
        // Ed448, which EdDSA may mean as well, is not offered.
        if name == "Ed25519" {
            return Ok(Self::EdDSA);
        }
        let mut all = Self::ALL.into_iter();
        let found = all.find(|algorithm| algorithm.as_str() == name);
        found.ok_or(UnknownAlgorithm)
    }
}
