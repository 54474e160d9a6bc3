//! The digest by which tokens know a password.

use md5::{Digest, Md5};
use profiled_domain::PasswordHash;

/// simplejwt's form of a stored password: upper-case hexadecimal MD5 of the encoded text (contract `drf.md`,
/// section 5). It distinguishes hashes, and protects none.
#[must_use]
pub fn token_digest(password: &PasswordHash) -> String {
    hex::encode_upper(Md5::digest(password.as_encoded().as_bytes()))
}
