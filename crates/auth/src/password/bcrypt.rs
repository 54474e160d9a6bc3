//! bcrypt (Provos and Mazières, 1999): `bcrypt_sha256$$2b$<rounds>$<22 of salt><31 of hash>`, and the same
//! after `bcrypt$`.

use std::ops::RangeInclusive;

use base64::Engine;
use bcrypt::BASE_64;
use sha2::{Digest, Sha256};

/// Rounds, as a power of two: at most sixteen times Django 5.2's.
pub(super) const ROUNDS: RangeInclusive<u32> = 4..=16;
/// Bytes of a password that count, the final NUL of a shorter one included.
const KEY_LENGTH: usize = 72;
/// Bytes of the hash that are written, of 24.
const HASH_LENGTH: usize = 23;
/// Characters of a salt.
const SALT_LENGTH: usize = 22;

/// What is done to a password first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Preparation {
    /// Its SHA-256 in lower-case hexadecimal digits takes its place: no byte of it is cut off.
    Sha256,
    /// Nothing: bytes after the 72nd do not count.
    None,
}

/// Which program wrote the hash; for passwords without the old one's faults they are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    TwoA,
    TwoB,
    TwoX,
    TwoY,
}

impl Version {
    const ALL: [Self; 4] = [Self::TwoA, Self::TwoB, Self::TwoX, Self::TwoY];

    fn as_str(self) -> &'static str {
        match self {
            Self::TwoA => "2a",
            Self::TwoB => "2b",
            Self::TwoX => "2x",
            Self::TwoY => "2y",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) preparation: Preparation,
    version: Version,
    pub(super) rounds: u32,
}

impl Parameters {
    /// What new hashes are made with.
    pub(super) fn new(rounds: u32) -> Self {
        Self {
            preparation: Preparation::Sha256,
            version: Version::TwoB,
            rounds,
        }
    }

    /// Parameters and salt, from what comes after the name.
    pub(super) fn decode(preparation: Preparation, rest: &str) -> Option<(Self, &str)> {
        let mut parts = rest.strip_prefix('$')?.split('$');
        let version = parts.next()?;
        let known = Version::ALL.into_iter();
        let version = known.into_iter().find(|known| known.as_str() == version)?;
        let rounds = parts.next()?.parse().ok()?;
        let salt = parts.next()?.get(..SALT_LENGTH)?;
        let parameters = Self {
            preparation,
            version,
            rounds,
        };
        ROUNDS.contains(&rounds).then_some((parameters, salt))
    }

    /// `None` for an invalid salt.
    pub(super) fn encode(self, password: &[u8], salt: &str) -> Option<String> {
        let raw_salt = BASE_64.decode(salt).ok()?.try_into().ok()?;
        let mut key = match self.preparation {
            Preparation::Sha256 => hex::encode(Sha256::digest(password)).into_bytes(),
            Preparation::None => password.to_vec(),
        };
        key.push(0);
        key.truncate(KEY_LENGTH);
        let hash = bcrypt::bcrypt(self.rounds, raw_salt, &key);
        let name = match self.preparation {
            Preparation::Sha256 => "bcrypt_sha256",
            Preparation::None => "bcrypt",
        };
        let (version, rounds) = (self.version.as_str(), self.rounds);
        let hash = BASE_64.encode(hash.get(..HASH_LENGTH)?);
        Some(format!("{name}$${version}${rounds:02}${salt}{hash}"))
    }
}

/// A new random salt, in the form of the encoded text.
pub(super) fn new_salt() -> String {
    BASE_64.encode(rand::random::<[u8; 16]>())
}
