//! What hashing costs, so that log-ins that fail cost the same.

use super::method::Method;
use super::pbkdf2::Digest;

impl Method {
    /// Time of one hash, in iterations of PBKDF2 with SHA-256.
    ///
    /// The ratios were measured at Django 5.2's costs, on a processor with SHA and AVX2 instructions
    /// (123, 98, 179, 235 and 119 ms in this order). Others have other ones: they only matter while
    /// hashes of several methods are stored.
    pub(super) fn weight(self) -> u64 {
        match self {
            Self::Pbkdf2(parameters) => {
                let iterations = u64::from(parameters.iterations);
                match parameters.digest {
                    Digest::Sha256 => iterations,
                    Digest::Sha1 => iterations * 4 / 5,
                }
            }
            Self::Argon2(parameters) => parameters.work() * 7,
            Self::Bcrypt(parameters) => 466 << parameters.rounds,
            Self::Scrypt(parameters) => parameters.work() / 87,
            Self::Md5 | Self::Legacy(_) => 0,
        }
    }
}
