//! Tokens that django-rest-knox made (ADR 0033).
//!
//! Knox stores the SHA-512 of a key, and we the SHA-256 of that: the key itself is not known at the import. Up to
//! version 4.1 every row has a salt, by which no key can be looked up; those tokens are not taken.

use profiled_domain::TokenDigest;
use sha2::{Digest, Sha256, Sha512};

/// Longest prefix of a key (`TOKEN_PREFIX`), in characters.
const MAX_PREFIX: usize = 10;
/// Fewest hexadecimal digits of a key (`AUTH_TOKEN_CHARACTER_LENGTH`, 64 unless it was changed) that are looked up:
/// what has less may be guessed.
const MIN_DIGITS: usize = 32;

/// What is stored for a row of knox, from the digest that the row has. `None` if that is no SHA-512.
pub(crate) fn stored_digest(hex: &str) -> Option<TokenDigest> {
    let mut digest = [0; 64];
    hex::decode_to_slice(hex, &mut digest).ok()?;
    Some(wrapped(&digest))
}

/// What is stored for a key if knox made it, in version 5 or 4.2; nothing for a key that knox makes in neither.
pub(crate) fn digests_of(key: &str) -> impl Iterator<Item = TokenDigest> + use<> {
    let is_of_five = has_form(key);
    let five = is_of_five.then(|| wrapped(&Sha512::digest(key)));
    // Version 4.2 has no prefix, and hashes the bytes that the digits stand for.
    let bytes = is_of_five.then(|| hex::decode(key).ok()).flatten();
    let four = bytes.map(|bytes| wrapped(&Sha512::digest(bytes)));
    five.into_iter().chain(four)
}

/// Whether a text is a prefix, if any, and an even number of lower-case hexadecimal digits.
fn has_form(key: &str) -> bool {
    let is_digit = |one: char| matches!(one, '0'..='9' | 'a'..='f');
    let prefix = key.trim_end_matches(is_digit);
    let digits = key.len() - prefix.len();
    // A prefix may end in digits, too: its length tells nothing about theirs.
    let is_even = !prefix.is_empty() || digits.is_multiple_of(2);
    is_even && digits >= MIN_DIGITS && prefix.chars().count() <= MAX_PREFIX
}

/// It is no digest of any text, as FF is part of none: whoever has read the table of knox can send nothing in a header
/// that has it.
fn wrapped(digest: &[u8]) -> TokenDigest {
    let wrapper = Sha256::new().chain_update(b"knox\xff");
    TokenDigest(wrapper.chain_update(digest).finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(key: &str) -> usize {
        digests_of(key).count()
    }

    #[test]
    fn keys_that_knox_makes_have_digests_and_no_others() {
        let digits = "0123456789abcdef".repeat(4);

        assert_eq!(count(&digits), 2);
        assert_eq!(count(&digits[..40]), 2);
        assert_eq!(count(&format!("live-{digits}")), 1);
        assert_eq!(count(&format!("éèêëéèêëéè{digits}")), 1);
        // A prefix that ends in a digit.
        assert_eq!(count(&format!("live-1{digits}")), 1);
        let others = [
            "",
            "secret",
            &digits[..30],
            &digits[..41],
            &digits.to_uppercase(),
            &format!("eleven-char{digits}"),
            &format!("{digits}-live"),
        ];
        for other in others {
            assert_eq!(count(other), 0, "{other}");
        }
    }

    #[test]
    fn digest_of_a_row_is_that_of_its_key() {
        let key = "0123456789abcdef".repeat(4);
        let of_text = hex::encode(Sha512::digest(&key));
        let of_bytes = hex::encode(Sha512::digest(hex::decode(&key).unwrap()));

        let stored: Vec<_> = [of_text, of_bytes.to_uppercase()]
            .iter()
            .map(|digest| stored_digest(digest))
            .collect();

        let expected: Vec<_> = digests_of(&key).map(Some).collect();
        assert_eq!(stored, expected);
    }

    #[test]
    fn text_that_is_no_sha_512_has_no_digest() {
        for text in ["", &"0".repeat(64), &"0".repeat(130), &"g".repeat(128)] {
            assert_eq!(stored_digest(text), None, "{text}");
        }
    }
}
