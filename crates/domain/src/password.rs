//! Passwords as they are stored, and their change.

use std::fmt;

use crate::CredentialRef;

/// A password as Django encodes it: `algorithm$…`, or `!…` for an unusable one.
///
/// It never appears in `Debug` output.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes an encoded password as it is: verification decides whether it is of any use.
    #[must_use]
    pub fn from_encoded(encoded: impl Into<String>) -> Self {
        Self(encoded.into())
    }

    /// The encoded text, for storage and for verification.
    #[must_use]
    pub fn as_encoded(&self) -> &str {
        &self.0
    }

    /// Whether both are made by the same hasher at the same cost. Django hashes a password anew at a log-in when
    /// they are not.
    #[must_use]
    pub fn has_parameters_of(&self, other: &Self) -> bool {
        self.parameters().eq(other.parameters())
    }

    /// The parts that stand before the salt, which tell algorithm and cost.
    fn parameters(&self) -> impl Iterator<Item = &str> {
        let count = match self.0.split('$').next().unwrap_or_default() {
            "pbkdf2_sha256" | "pbkdf2_sha1" | "scrypt" => 2,
            "argon2" | "bcrypt" | "bcrypt_sha256" => 4,
            _ => 1,
        };
        self.0.split('$').take(count)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A new password. Every other credential of the user ends with the old one (`decisions.md` 10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordChange {
    /// The new one.
    pub password: PasswordHash,
    /// The credential of the request, which outlives the change.
    pub keep: CredentialRef,
}
