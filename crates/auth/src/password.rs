//! Passwords as Django encodes them (contract `drf.md`, section 11).
//!
//! Written and verified is `pbkdf2_sha256`, Django's default. Any other encoding never matches.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use pbkdf2::pbkdf2_hmac;
use pbkdf2::sha2::Sha256;
use profiled_domain::PasswordHash;
use rand::seq::IndexedRandom;
use subtle::ConstantTimeEq;

use crate::settings::PasswordSettings;

const ALGORITHM: &str = "pbkdf2_sha256";
const SALT_LENGTH: usize = 22;
const SALT_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Most iterations of a stored hash that are worked off: one from elsewhere must not stall a thread.
const MAX_ITERATIONS: u32 = 10_000_000;
/// Longest password that is hashed, in bytes.
const MAX_PASSWORD_LENGTH: usize = 4096;

/// Encodes and verifies passwords. Every call takes a good part of a second of a core.
#[derive(Clone, Debug)]
pub struct PasswordHasher {
    iterations: u32,
}

impl PasswordHasher {
    /// A hasher with the settings of `auth.password`.
    #[must_use]
    pub fn new(settings: &PasswordSettings) -> Self {
        Self {
            iterations: settings.iterations.max(1),
        }
    }

    /// Encodes a password under a new random salt: `pbkdf2_sha256$<iterations>$<salt>$<base64>`.
    #[must_use]
    pub fn encode(&self, password: &str) -> PasswordHash {
        let mut rng = rand::rng();
        let letter = || {
            SALT_ALPHABET
                .choose(&mut rng)
                .map_or('x', |byte| char::from(*byte))
        };
        let salt: String = std::iter::repeat_with(letter).take(SALT_LENGTH).collect();
        let hash = STANDARD.encode(derive(password, &salt, self.iterations));
        PasswordHash::from_encoded(format!("{ALGORITHM}${}${salt}${hash}", self.iterations))
    }

    /// Whether a password is the stored one. The comparison takes the same time wherever they differ.
    #[must_use]
    pub fn verify(&self, password: &str, stored: &PasswordHash) -> bool {
        let Some(stored) = Encoded::parse(stored.as_encoded()) else {
            self.burn(password);
            return false;
        };
        if password.len() > MAX_PASSWORD_LENGTH {
            return false;
        }
        let hash = derive(password, stored.salt, stored.iterations);
        hash.as_slice().ct_eq(&stored.hash).into()
    }

    /// Spends what a verification costs: an unknown user must not be told from a wrong password.
    pub fn burn(&self, password: &str) {
        if password.len() <= MAX_PASSWORD_LENGTH {
            std::hint::black_box(derive(password, "no user has this salt.", self.iterations));
        }
    }
}

/// The parts of an encoded password.
struct Encoded<'a> {
    iterations: u32,
    /// Used as text, not decoded.
    salt: &'a str,
    hash: Vec<u8>,
}

impl<'a> Encoded<'a> {
    fn parse(encoded: &'a str) -> Option<Self> {
        let mut parts = encoded.splitn(4, '$');
        let algorithm = parts.next()?;
        let iterations = parts.next()?.parse().ok()?;
        let salt = parts.next()?;
        let hash = STANDARD.decode(parts.next()?).ok()?;
        let is_ours = algorithm == ALGORITHM && hash.len() == 32;
        (is_ours && (1..=MAX_ITERATIONS).contains(&iterations)).then_some(Self {
            iterations,
            salt,
            hash,
        })
    }
}

fn derive(password: &str, salt: &str, iterations: u32) -> [u8; 32] {
    let mut hash = [0; 32];
    pbkdf2_hmac::<Sha256>(password.as_bytes(), salt.as_bytes(), iterations, &mut hash);
    hash
}
