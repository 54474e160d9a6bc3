//! Hashers that Django had until 5.1: one SHA-1, or one MD5 without a salt. They protect nothing.

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
}

impl LegacyHasher {
    /// The hasher of an encoded password, its salt, and what [`Self::encode`] gives for the right password.
    pub(super) fn decode(encoded: &str) -> Option<(Self, &str, &str)> {
        let md5 = encoded.strip_prefix("md5$$").unwrap_or(encoded);
        if is_hex(md5, 32) {
            return Some((Self::UnsaltedMd5, "", md5));
        }
        let (salt, hash) = encoded.strip_prefix("sha1$")?.split_once('$')?;
        let hasher = if salt.is_empty() {
            Self::UnsaltedSha1
        } else {
            Self::Sha1
        };
        is_hex(hash, 40).then_some((hasher, salt, encoded))
    }

    pub(super) fn encode(self, password: &[u8], salt: &str) -> String {
        match self {
            Self::Sha1 | Self::UnsaltedSha1 => {
                let salted = [salt.as_bytes(), password].concat();
                format!("sha1${salt}${}", hex::encode(Sha1::digest(salted)))
            }
            Self::UnsaltedMd5 => hex::encode(md5::Md5::digest(password)),
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::UnsaltedSha1 => "unsalted_sha1",
            Self::UnsaltedMd5 => "unsalted_md5",
        }
    }
}

/// Whether a text is `length` lower-case hexadecimal digits: Django matches no others.
fn is_hex(text: &str, length: usize) -> bool {
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    text.len() == length && text.bytes().all(is_digit)
}
