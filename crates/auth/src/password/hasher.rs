//! Encoding and verifying.

use std::sync::{Mutex, MutexGuard, PoisonError};

use profiled_domain::PasswordHash;
use subtle::ConstantTimeEq;

use super::legacy::LegacyHasher;
use super::method::{Encoded, Method};
use super::pbkdf2::{self, Digest};
use super::remembered::RememberedPasswords;
use super::settings::{InvalidCost, PasswordSettings};

/// Encodes and verifies passwords. Every call takes a good part of a second of a core.
#[derive(Debug)]
pub struct PasswordHasher {
    method: Method,
    allows_md5: bool,
    legacy_hashers: Vec<LegacyHasher>,
    /// The costliest of the method of new hashes and those of the stored ones that came by.
    costliest: Mutex<Method>,
    /// Passwords that clients send with every request.
    remembered: RememberedPasswords,
}

/// Why a password is not hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// [`PasswordHasher::PLACEHOLDER`]
    #[error(
        "{:?} stands for a password that is not shown, and is none",
        PasswordHasher::PLACEHOLDER
    )]
    Placeholder,
    /// Longer than anything that is verified.
    #[error("the password has more than {} bytes", PasswordHasher::MAX_LENGTH)]
    TooLong,
    /// No room for the memory that the method fills.
    #[error("there is not enough memory to hash a password")]
    OutOfMemory,
}

impl PasswordHasher {
    /// Longest password that is hashed, in bytes.
    pub const MAX_LENGTH: usize = 4096;

    /// What clients of Tower send back in place of a password that was not shown to them: it is no user's
    /// password, whatever is stored (contract `tower.md`, section 6.1).
    pub const PLACEHOLDER: &str = "$encrypted$";

    /// A hasher with the settings of `auth.password`.
    ///
    /// # Errors
    /// [`InvalidCost`] names a setting whose value cannot be.
    pub fn new(settings: &PasswordSettings) -> Result<Self, InvalidCost> {
        let method = settings.method()?;
        Ok(Self {
            method,
            allows_md5: settings.allow_md5,
            legacy_hashers: settings.legacy_hashers.clone(),
            costliest: Mutex::new(method),
            remembered: RememberedPasswords::new(settings.remembered),
        })
    }

    /// Encodes a password under a new random salt, as Django's hasher of this name does.
    ///
    /// # Errors
    /// [`EncodeError`]: no password, one beyond all bounds, or no memory.
    pub fn encode(&self, password: &str) -> Result<PasswordHash, EncodeError> {
        if password == Self::PLACEHOLDER {
            return Err(EncodeError::Placeholder);
        }
        if password.len() > Self::MAX_LENGTH {
            return Err(EncodeError::TooLong);
        }
        let encoded = self.method.encode(password, &self.method.new_salt());
        let encoded = encoded.ok_or(EncodeError::OutOfMemory)?;
        Ok(PasswordHash::from_encoded(encoded))
    }

    /// Whether a password is the stored one.
    ///
    /// A stored text that is unusable, of no known algorithm, or costlier than what is worked off never
    /// matches. Whatever the reason, a password that is not the stored one takes the time of the
    /// costliest hash.
    #[must_use]
    pub fn verify(&self, password: &str, stored: &PasswordHash) -> bool {
        self.judge(password, Some(stored), true)
    }

    /// Whether a stored hash is to be replaced at the next log-in, as Django judges: it is of another
    /// algorithm or another cost than new ones, or its salt has less than 128 bits.
    ///
    /// A hash that never matches is not: there is no log-in to replace it.
    #[must_use]
    pub fn must_update(&self, stored: &PasswordHash) -> bool {
        self.parse(stored)
            .is_some_and(|encoded| encoded.must_update(self.method))
    }

    /// What the stored passwords begin with that are verified whatever the settings are, and those that never match.
    pub const ALWAYS_VERIFIED: [&str; 5] = ["pbkdf2_", "argon2$", "bcrypt", "scrypt$", "!"];

    /// The setting that would let a stored password be verified, if it is refused for want of it.
    #[must_use]
    pub fn refusing_setting(&self, stored: &PasswordHash) -> Option<&'static str> {
        let is_refused = self.parse(stored).is_none();
        let encoded = Encoded::parse(stored.as_encoded()).filter(|_| is_refused)?;
        match encoded.method {
            Method::Md5 => Some("auth.password.allow_md5"),
            Method::Legacy(_) => Some("auth.password.legacy_hashers"),
            _ => None,
        }
    }

    pub(crate) fn remembered(&self) -> &RememberedPasswords {
        &self.remembered
    }

    /// Verifies the password of a user who may not exist, or may not be `welcome`.
    ///
    /// Whoever does not get in must not learn from the time whether there is such a user, an active one,
    /// one with a password, or one whose hash is of an older kind (attack case D1). So all of them wait
    /// for one hash of the costliest kind that is in use: the time that the comparison saved is
    /// spent on another hash.
    pub(crate) fn judge(
        &self,
        password: &str,
        stored: Option<&PasswordHash>,
        welcome: bool,
    ) -> bool {
        self.work_off(password, stored, welcome).0
    }

    /// The judgement, and what was spent on it in the unit of [`Method::weight`].
    fn work_off(
        &self,
        password: &str,
        stored: Option<&PasswordHash>,
        welcome: bool,
    ) -> (bool, u64) {
        if password.len() > Self::MAX_LENGTH {
            // No user of any kind has such a password: there is nothing to hide.
            return (false, 0);
        }
        let (is_match, spent) = self.compare(password, stored).unwrap_or((false, 0));
        let is_match = is_match && password != Self::PLACEHOLDER;
        if is_match && welcome {
            return (true, spent);
        }
        (is_match, spent + self.fill_up(password, spent))
    }

    /// Whether the password is the stored one, and the cost of this hash. `None` if there is nothing
    /// that can be worked off.
    fn compare(&self, password: &str, stored: Option<&PasswordHash>) -> Option<(bool, u64)> {
        let stored = stored?;
        let Encoded { method, salt, text } = self.parse(stored)?;
        let encoded = method.encode(password, salt)?;
        let is_match = encoded.as_bytes().ct_eq(text.as_bytes());
        Some((is_match.into(), self.note(method)))
    }

    /// Spends what is missing to the costliest hash, and returns how much that was.
    fn fill_up(&self, password: &str, spent: u64) -> u64 {
        let costliest = *self.costliest();
        let filler = match costliest.weight().saturating_sub(spent) {
            0 => return 0,
            // Close to nothing was spent: the real thing takes exactly its own time.
            rest if spent < rest / 16 => costliest,
            rest => Method::Pbkdf2(pbkdf2::Parameters {
                digest: Digest::Sha256,
                iterations: u32::try_from(rest).unwrap_or(u32::MAX),
            }),
        };
        std::hint::black_box(filler.encode(password, &filler.new_salt()));
        filler.weight()
    }

    fn parse<'a>(&self, stored: &'a PasswordHash) -> Option<Encoded<'a>> {
        let encoded = Encoded::parse(stored.as_encoded())?;
        let is_allowed = match encoded.method {
            Method::Md5 => self.allows_md5,
            Method::Legacy(hasher) => self.legacy_hashers.contains(&hasher),
            _ => true,
        };
        is_allowed.then_some(encoded)
    }

    /// Remembers a method that is in use, and returns its weight.
    fn note(&self, method: Method) -> u64 {
        let weight = method.weight();
        let mut costliest = self.costliest();
        if weight > costliest.weight() {
            *costliest = method;
        }
        weight
    }

    fn costliest(&self) -> MutexGuard<'_, Method> {
        self.costliest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use profiled_store::testing::defaults;

    use super::*;

    const ITERATIONS: u32 = 1000;

    fn hasher() -> PasswordHasher {
        let settings = PasswordSettings {
            iterations: ITERATIONS,
            legacy_hashers: vec![LegacyHasher::Sha1, LegacyHasher::UnsaltedMd5],
            ..defaults("auth.password")
        };
        PasswordHasher::new(&settings).unwrap()
    }

    /// What it costs to refuse a user who has this stored.
    fn spent(hasher: &PasswordHasher, stored: Option<&str>, welcome: bool) -> u64 {
        let stored = stored.map(PasswordHash::from_encoded);
        hasher.work_off("secret", stored.as_ref(), welcome).1
    }

    #[test]
    fn every_refused_log_in_costs_the_same() {
        let hasher = hasher();
        let right = hasher.encode("secret").unwrap();
        let wrong = hasher.encode("other").unwrap();
        let turned_down = [
            ("unknown user", None),
            ("wrong password", Some(wrong.as_encoded())),
            ("unusable", Some("!")),
            ("empty", Some("")),
            ("plain text", Some("secret")),
            ("unknown algorithm", Some("crypt$salt$hash")),
            ("broken", Some("pbkdf2_sha256$x$salt$hash")),
            ("absurd cost", Some("pbkdf2_sha256$4000000000$salt$hash")),
            (
                "no salt for argon2",
                Some("argon2$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAAAAAA"),
            ),
            ("md5", Some("md5$salt$5ebe2294ecd0e0f08eab7690d2a6ee69")),
            (
                "salted SHA-1",
                Some("sha1$salt$9ac8b2b8a3ee8bb3ff6cf2fa7fe1e6b2d8b3c1ba"),
            ),
            (
                "unsalted SHA-1, not allowed",
                Some("sha1$$e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4"),
            ),
            ("unsalted MD5", Some("00000000000000000000000000000000")),
            (
                "named unsalted MD5",
                Some("md5$$00000000000000000000000000000000"),
            ),
            ("older iterations", Some("pbkdf2_sha256$600$salt$hash")),
            ("older algorithm", Some("pbkdf2_sha1$500$salt$hash")),
        ];

        for (case, stored) in turned_down {
            assert_eq!(spent(&hasher, stored, true), 1000, "{case}");
            assert_eq!(spent(&hasher, stored, false), 1000, "{case}, inactive");
        }
        assert_eq!(
            spent(&hasher, Some(right.as_encoded()), false),
            1000,
            "inactive"
        );
        let almost_nothing = spent(&hasher, Some("pbkdf2_sha256$9$salt$hash"), true);
        assert!((1000..=1000 + 1000 / 16).contains(&almost_nothing));
    }

    #[test]
    fn costliest_hash_seen_sets_the_cost_of_every_refusal() {
        let hasher = hasher();
        let bcrypt = "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuu5dC7HSz6YdPvhjxezEYbOPplzeB5f6i";
        let own = hasher.encode("other").unwrap();

        let dearest = spent(&hasher, Some(bcrypt), true);

        assert!(dearest > 1000);
        for stored in [None, Some("!"), Some(own.as_encoded())] {
            assert_eq!(spent(&hasher, stored, true), dearest, "{stored:?}");
        }
    }

    #[test]
    fn accepted_log_in_costs_one_hash() {
        let hasher = hasher();
        let settings = PasswordSettings {
            iterations: 300,
            ..defaults("auth.password")
        };
        let older = PasswordHasher::new(&settings)
            .unwrap()
            .encode("secret")
            .unwrap();

        assert_eq!(hasher.work_off("secret", Some(&older), true), (true, 300));
    }

    #[test]
    fn placeholder_is_refused_as_password() {
        let hasher = hasher();
        let salt = hasher.method.new_salt();
        let encoded = hasher.method.encode(PasswordHasher::PLACEHOLDER, &salt);
        let stored = PasswordHash::from_encoded(encoded.unwrap());

        assert!(!hasher.verify(PasswordHasher::PLACEHOLDER, &stored));
        assert_eq!(
            hasher.encode(PasswordHasher::PLACEHOLDER),
            Err(EncodeError::Placeholder)
        );
        assert_eq!(spent(&hasher, Some(stored.as_encoded()), true), 1000);
    }

    #[test]
    fn overlong_password_is_refused_without_hashing() {
        let hasher = hasher();
        let stored = hasher.encode("x").unwrap();
        let huge = "x".repeat(PasswordHasher::MAX_LENGTH + 1);

        for stored in [None, Some(&stored)] {
            assert_eq!(hasher.work_off(&huge, stored, true), (false, 0));
        }
        assert_eq!(hasher.encode(&huge), Err(EncodeError::TooLong));
    }
}
