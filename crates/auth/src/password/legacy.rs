//! Hashers that Django had until 5.0 and 5.1: one SHA-1, one MD5 without a salt, or crypt(3). They protect nothing.

use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha1::digest::Digest;

/// The setting `auth.password.legacy_hashers`: Django's name of the hasher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LegacyHasher {
    /// `sha1$<salt>$<hex>`
    Sha1,
    /// `sha1$$<hex>`
    UnsaltedSha1,
    /// `<hex>` alone, or `md5$$<hex>`
    UnsaltedMd5,
    /// `crypt$$<13 characters>`: DES, of the first eight characters of a password
    Crypt,
}

impl LegacyHasher {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [
        Self::Sha1,
        Self::UnsaltedSha1,
        Self::UnsaltedMd5,
        Self::Crypt,
    ];

    /// The hasher of an encoded password, its salt, and what [`Self::encode`] gives for the right password.
    pub(super) fn decode(encoded: &str) -> Option<(Self, &str, &str)> {
        let md5 = encoded.strip_prefix("md5$$").unwrap_or(encoded);
        if is_hex(md5, 32) {
            return Some((Self::UnsaltedMd5, "", md5));
        }
        if let Some(hash) = des_hash(encoded) {
            // crypt(3) takes the salt from the whole hash.
            return Some((Self::Crypt, hash, hash));
        }
        let (salt, hash) = encoded.strip_prefix("sha1$")?.split_once('$')?;
        let hasher = if salt.is_empty() {
            Self::UnsaltedSha1
        } else {
            Self::Sha1
        };
        is_hex(hash, 40).then_some((hasher, salt, encoded))
    }

    /// `None` for a password that the hasher does not take.
    pub(super) fn encode(self, password: &[u8], salt: &str) -> Option<String> {
        match self {
            Self::Sha1 | Self::UnsaltedSha1 => {
                let salted = [salt.as_bytes(), password].concat();
                let hash = hex::encode(Sha1::digest(salted));
                Some(format!("sha1${salt}${hash}"))
            }
            Self::UnsaltedMd5 => Some(hex::encode(md5::Md5::digest(password))),
            // To C, a NUL is the end of the password.
            Self::Crypt if password.contains(&0) => None,
            Self::Crypt => {
                let hash = crypt3_rs::unix::crypt(password, salt).ok()?;
                Some(hash.as_str().to_owned())
            }
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::UnsaltedSha1 => "unsalted_sha1",
            Self::UnsaltedMd5 => "unsalted_md5",
            Self::Crypt => "crypt",
        }
    }
}

/// The hash of `crypt$<ignored>$<hash>`, if it is of DES.
fn des_hash(encoded: &str) -> Option<&str> {
    let (_salt, hash) = encoded.strip_prefix("crypt$")?.split_once('$')?;
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/');
    (hash.len() == 13 && hash.bytes().all(is_digit)).then_some(hash)
}

/// Whether a text is `length` lower-case hexadecimal digits: Django matches no others.
fn is_hex(text: &str, length: usize) -> bool {
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == length && text.bytes().all(is_digit)
}
