//! Argon2 (RFC 9106): `argon2$argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<base64 salt>$<base64>`.

use std::ops::RangeInclusive;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Memory that is filled, in KiB: at most ten times Django 5.2's.
pub(super) const MEMORY_COST: RangeInclusive<u32> = 8..=1_048_576;
/// Passes over the memory.
pub(super) const TIME_COST: RangeInclusive<u32> = 1..=64;
/// Lanes. They are worked off one after the other, in one thread.
pub(super) const PARALLELISM: RangeInclusive<u32> = 1..=64;
/// Memory times passes, in KiB: twenty times Django 5.2's.
pub(super) const MAX_WORK: u64 = 4_194_304;
/// Bytes of a hash that is compared; Django's have 32.
const HASH_LENGTH: RangeInclusive<usize> = 4..=128;
/// Bytes of a salt (RFC 9106, section 3.1).
const SALT_LENGTH: RangeInclusive<usize> = 8..=128;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    algorithm: Algorithm,
    /// `None` is not written, and means the first one, 16.
    version: Option<Version>,
    memory_cost: u32,
    time_cost: u32,
    parallelism: u32,
    hash_length: usize,
}

impl Parameters {
    /// What new hashes are made with.
    pub(super) fn new(memory_cost: u32, time_cost: u32, parallelism: u32) -> Self {
        Self {
            algorithm: Algorithm::Argon2id,
            version: Some(Version::V0x13),
            memory_cost,
            time_cost,
            parallelism,
            hash_length: 32,
        }
    }

    /// Parameters and salt, from what comes after the name. Django wrote `argon2i` up to version 3.1.
    pub(super) fn decode(rest: &str) -> Option<(Self, &str)> {
        let mut parts = rest.split('$').peekable();
        let algorithm = match parts.next()? {
            "argon2id" => Algorithm::Argon2id,
            "argon2i" => Algorithm::Argon2i,
            "argon2d" => Algorithm::Argon2d,
            _ => return None,
        };
        let version = match parts.next_if(|part| part.starts_with("v=")) {
            None => None,
            Some("v=16") => Some(Version::V0x10),
            Some("v=19") => Some(Version::V0x13),
            Some(_) => return None,
        };
        let mut costs = parts.next()?.split(',');
        let mut cost = |name| costs.next()?.strip_prefix(name)?.parse().ok();
        let (memory_cost, time_cost, parallelism) = (cost("m=")?, cost("t=")?, cost("p=")?);
        let salt = parts.next()?;
        let parameters = Self {
            algorithm,
            version,
            memory_cost,
            time_cost,
            parallelism,
            // Four characters for three bytes, and no padding.
            hash_length: parts.next()?.len() * 3 / 4,
        };
        parameters.is_bearable().then_some((parameters, salt))
    }

    fn is_bearable(self) -> bool {
        MEMORY_COST.contains(&self.memory_cost)
            && TIME_COST.contains(&self.time_cost)
            && PARALLELISM.contains(&self.parallelism)
            && self.work() <= MAX_WORK
            && HASH_LENGTH.contains(&self.hash_length)
    }

    /// Memory times passes, in KiB.
    pub(super) fn work(self) -> u64 {
        u64::from(self.memory_cost) * u64::from(self.time_cost)
    }

    /// `None` for an invalid salt, for less than eight blocks a lane, and when memory runs out.
    pub(super) fn encode(self, password: &[u8], salt: &str) -> Option<String> {
        let Self {
            algorithm,
            memory_cost,
            time_cost,
            parallelism,
            ..
        } = self;
        let raw_salt = decode_salt(salt).filter(|salt| SALT_LENGTH.contains(&salt.len()))?;
        let length = Some(self.hash_length);
        let params = Params::new(memory_cost, time_cost, parallelism, length).ok()?;
        let version = self.version.unwrap_or(Version::V0x10);
        let mut hash = vec![0; self.hash_length];
        Argon2::new(algorithm, version, params)
            .hash_password_into(password, &raw_salt, &mut hash)
            .ok()?;
        let version = match self.version {
            None => String::new(),
            Some(version) => format!("v={}$", u32::from(version)),
        };
        let hash = STANDARD_NO_PAD.encode(hash);
        let costs = format!("m={memory_cost},t={time_cost},p={parallelism}");
        Some(format!("argon2${algorithm}${version}{costs}${salt}${hash}"))
    }
}

/// A salt in the form of the encoded text.
pub(super) fn encode_salt(salt: &str) -> String {
    STANDARD_NO_PAD.encode(salt)
}

/// The bytes of a salt.
pub(super) fn decode_salt(salt: &str) -> Option<Vec<u8>> {
    STANDARD_NO_PAD.decode(salt).ok()
}
