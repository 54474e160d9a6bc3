//! Salted MD5, the oldest format that Django 5.2 has: `md5$<salt>$<hex>`. It protects nothing.

use md5::{Digest, Md5};

/// The salt, from what comes after the name.
pub(super) fn decode(rest: &str) -> Option<&str> {
    let (salt, _hash) = rest.split_once('$')?;
    (!salt.is_empty()).then_some(salt)
}

pub(super) fn encode(password: &[u8], salt: &str) -> String {
    let salted = [salt.as_bytes(), password].concat();
    format!("md5${salt}${}", hex::encode(Md5::digest(salted)))
}
