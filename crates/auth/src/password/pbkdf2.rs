//! PBKDF2 (RFC 8018, section 5.2): `pbkdf2_sha256$<iterations>$<salt>$<base64>`.

use std::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pbkdf2::pbkdf2_hmac;
use pbkdf2::sha2::Sha256;
use sha1::Sha1;

/// Iterations that are worked off: ten times Django 5.2's.
pub(super) const ITERATIONS: RangeInclusive<u32> = 1..=10_000_000;

/// The hash function under HMAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    Sha256,
    Sha1,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) digest: Digest,
    pub(super) iterations: u32,
}

impl Parameters {
    /// Parameters and salt, from what comes after the name; the salt is text, and used as it is.
    pub(super) fn decode(digest: Digest, rest: &str) -> Option<(Self, &str)> {
        let mut parts = rest.split('$');
        let (iterations, salt) = (parts.next()?.parse().ok()?, parts.next()?);
        let is_bearable = ITERATIONS.contains(&iterations) && !salt.is_empty();
        is_bearable.then_some((Self { digest, iterations }, salt))
    }

    pub(super) fn encode(self, password: &[u8], salt: &str) -> String {
        let Self { digest, iterations } = self;
        let (name, hash) = match digest {
            Digest::Sha256 => {
                let mut hash = [0; 32];
                pbkdf2_hmac::<Sha256>(password, salt.as_bytes(), iterations, &mut hash);
                ("pbkdf2_sha256", STANDARD.encode(hash))
            }
            Digest::Sha1 => {
                let mut hash = [0; 20];
                pbkdf2_hmac::<Sha1>(password, salt.as_bytes(), iterations, &mut hash);
                ("pbkdf2_sha1", STANDARD.encode(hash))
            }
        };
        format!("{name}${iterations}${salt}${hash}")
    }
}
