//! A hashing method with its cost, and encoded passwords taken apart.

use rand::seq::IndexedRandom;

use super::bcrypt::Preparation;
use super::legacy::LegacyHasher;
use super::pbkdf2::Digest;
use super::{argon2, bcrypt, md5, pbkdf2, scrypt};

const SALT_ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Characters of this alphabet that hold 128 bits.
const SALT_LENGTH: usize = 22;

/// All that a hash depends on in addition to the password and the salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    Pbkdf2(pbkdf2::Parameters),
    Argon2(argon2::Parameters),
    Bcrypt(bcrypt::Parameters),
    Scrypt(scrypt::Parameters),
    Md5,
    Legacy(LegacyHasher),
}

/// A stored hash that can be worked off.
#[derive(Clone, Copy)]
pub(super) struct Encoded<'a> {
    pub(super) method: Method,
    /// As it stands in the text.
    pub(super) salt: &'a str,
    /// What [`Method::encode`] gives for the right password.
    pub(super) text: &'a str,
}

impl<'a> Encoded<'a> {
    /// Takes an encoded password apart. `None` never matches: it is unusable (`!…`), has no known
    /// algorithm or not its form, or costs more than is worked off.
    pub(super) fn parse(encoded: &'a str) -> Option<Self> {
        if let Some((hasher, salt, text)) = LegacyHasher::decode(encoded) {
            let method = Method::Legacy(hasher);
            return Some(Self { method, salt, text });
        }
        let (name, rest) = encoded.split_once('$')?;
        let (method, salt) = match name {
            "pbkdf2_sha256" => pbkdf2(Digest::Sha256, rest)?,
            "pbkdf2_sha1" => pbkdf2(Digest::Sha1, rest)?,
            "argon2" => {
                let (parameters, salt) = argon2::Parameters::decode(rest)?;
                (Method::Argon2(parameters), salt)
            }
            "bcrypt_sha256" => bcrypt(Preparation::Sha256, rest)?,
            "bcrypt" => bcrypt(Preparation::None, rest)?,
            "scrypt" => {
                let (parameters, salt) = scrypt::Parameters::decode(rest)?;
                (Method::Scrypt(parameters), salt)
            }
            "md5" => (Method::Md5, md5::decode(rest)?),
            _ => return None,
        };
        Some(Self {
            method,
            salt,
            text: encoded,
        })
    }

    /// Whether Django would replace this hash by one of `method`: another algorithm or cost, or for the
    /// algorithms whose salt it looks at, one under 128 bits.
    pub(super) fn must_update(self, method: Method) -> bool {
        match (self.method, method) {
            (Method::Pbkdf2(ours), Method::Pbkdf2(wanted)) => {
                ours != wanted || self.salt.chars().count() < SALT_LENGTH
            }
            (Method::Argon2(ours), Method::Argon2(wanted)) => {
                let salt = argon2::decode_salt(self.salt);
                ours != wanted || salt.is_none_or(|salt| salt.len() < SALT_LENGTH)
            }
            // One version is as good as the other.
            (Method::Bcrypt(ours), Method::Bcrypt(wanted)) => {
                (ours.preparation, ours.rounds) != (wanted.preparation, wanted.rounds)
            }
            (Method::Scrypt(ours), Method::Scrypt(wanted)) => ours != wanted,
            _ => true,
        }
    }
}

fn pbkdf2(digest: Digest, rest: &str) -> Option<(Method, &str)> {
    let (parameters, salt) = pbkdf2::Parameters::decode(digest, rest)?;
    Some((Method::Pbkdf2(parameters), salt))
}

fn bcrypt(preparation: Preparation, rest: &str) -> Option<(Method, &str)> {
    let (parameters, salt) = bcrypt::Parameters::decode(preparation, rest)?;
    Some((Method::Bcrypt(parameters), salt))
}

impl Method {
    /// Hashes a password, in Django's encoding. `None` for a salt that is invalid in this method, and
    /// when memory runs out.
    pub(super) fn encode(self, password: &str, salt: &str) -> Option<String> {
        let password = password.as_bytes();
        match self {
            Self::Pbkdf2(parameters) => Some(parameters.encode(password, salt)),
            Self::Argon2(parameters) => parameters.encode(password, salt),
            Self::Bcrypt(parameters) => parameters.encode(password, salt),
            Self::Scrypt(parameters) => parameters.encode(password, salt),
            Self::Md5 => Some(md5::encode(password, salt)),
            Self::Legacy(hasher) => hasher.encode(password, salt),
        }
    }

    /// A new random salt of at least 128 bits, as it stands in the text.
    pub(super) fn new_salt(self) -> String {
        match self {
            Self::Bcrypt(_) => bcrypt::new_salt(),
            Self::Argon2(_) => argon2::encode_salt(&random_text()),
            Self::Pbkdf2(_) | Self::Scrypt(_) | Self::Md5 | Self::Legacy(_) => random_text(),
        }
    }
}

fn random_text() -> String {
    let mut rng = rand::rng();
    let letter = || {
        let byte = SALT_ALPHABET.choose(&mut rng);
        byte.map_or('x', |byte| char::from(*byte))
    };
    std::iter::repeat_with(letter).take(SALT_LENGTH).collect()
}
