//! The claim `jti`: a random UUID to all others, and to us the epoch of the user's credentials in
//! which the token was made (ADR 0011).
//!
//! Of the 122 bits that a UUID of version 4 leaves free (RFC 9562, section 5.4), 48 are random, 26 are
//! the epoch under a mask, and 48 are a tag by which we know our own. Mask and tag come from a MAC over
//! user and random bits. The epoch itself needs none: the token's signature covers it.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::hmac;
use profiled_domain::{CredentialsEpoch, UserId};
use sha2::{Digest, Sha256};

const RANDOM_BITS: u32 = 48;
const EPOCH_BITS: u32 = 26;
const TAG_BITS: u32 = 48;
/// Epoch and tag, and how many of their bits come after the variant.
const LOW_BITS: u32 = EPOCH_BITS + TAG_BITS;
const AFTER_VARIANT: u32 = 62;
const VERSION: u128 = 0x4 << 76;
const VARIANT: u128 = 0b10 << 62;
const FIXED: u128 = 0xf << 76 | 0b11 << 62;

/// Longest id that is stored as it is, in bytes; ours have 32.
const MAX_ID: usize = 64;

const fn low(bits: u32) -> u128 {
    (1 << bits) - 1
}

/// Makes and knows the ids of one signing key's tokens. Its `Debug` does not show it.
#[derive(Clone)]
pub(super) struct EpochKey(Arc<hmac::Key>);

impl fmt::Debug for EpochKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EpochKey")
    }
}

impl EpochKey {
    /// The key that goes with the secret part of a signing key. All who have that agree on this one.
    pub(super) fn derive(secret: &[u8]) -> Self {
        let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
        // No token's text has a blank, so this is no signature of any.
        let derived = hmac::sign(&root, b"profiled: epochs in jti");
        Self(Arc::new(hmac::Key::new(
            hmac::HMAC_SHA256,
            derived.as_ref(),
        )))
    }

    /// A new id for a token of a user.
    pub(super) fn new_id(&self, user: UserId, epoch: i64) -> String {
        let random = rand::random::<u128>() & low(RANDOM_BITS);
        let (mask, tag) = self.mask_and_tag(user, random);
        let rest = (truncated(epoch) ^ mask) << TAG_BITS | tag;
        let before = rest >> AFTER_VARIANT;
        let after = rest & low(AFTER_VARIANT);
        let id = random << 80 | VERSION | before << 64 | VARIANT | after;
        format!("{id:032x}")
    }

    /// The epoch of an id that we made for this user, `None` for any other id.
    fn epoch_of(&self, user: UserId, id: &str) -> Option<u128> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if id.len() != 32 || !id.bytes().all(is_digit) {
            return None;
        }
        let id = u128::from_str_radix(id, 16).ok()?;
        if id & FIXED != VERSION | VARIANT {
            return None;
        }
        let before = (id >> 64) & low(LOW_BITS - AFTER_VARIANT);
        let rest = before << AFTER_VARIANT | id & low(AFTER_VARIANT);
        let (mask, tag) = self.mask_and_tag(user, id >> 80);
        (rest & low(TAG_BITS) == tag).then_some(rest >> TAG_BITS ^ mask)
    }

    fn mask_and_tag(&self, user: UserId, random: u128) -> (u128, u128) {
        let mut text = [0; 24];
        let (head, tail) = text.split_at_mut(8);
        head.copy_from_slice(&user.0.to_be_bytes());
        tail.copy_from_slice(&random.to_be_bytes());
        let mac = hmac::sign(&self.0, &text);
        let bits = mac.as_ref().iter().take(16);
        let bits = bits.fold(0, |bits: u128, byte| bits << 8 | u128::from(*byte));
        (bits & low(EPOCH_BITS), bits >> EPOCH_BITS & low(TAG_BITS))
    }
}

/// A random id, for a token that names no user.
pub(super) fn random_id() -> String {
    format!("{:032x}", random_uuid())
}

/// A random UUID (RFC 9562, section 5.4), as RFC 9562, section 4, writes it.
pub(super) fn random_uuid_text() -> String {
    let id = random_uuid();
    let part = |shift: u32, bits: u32| id >> shift & low(bits);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 32),
        part(80, 16),
        part(64, 16),
        part(48, 16),
        part(0, 48)
    )
}

fn random_uuid() -> u128 {
    rand::random::<u128>() & !FIXED | VERSION | VARIANT
}

/// The name under which an id is remembered: itself, or its digest where no column would hold it.
pub(super) fn storable(jti: String) -> String {
    if jti.len() <= MAX_ID && !jti.contains('\0') {
        jti
    } else {
        format!("sha256:{}", hex::encode(Sha256::digest(jti.as_bytes())))
    }
}

/// The bits of an epoch that an id has room for. Epochs grow one by one: tokens of one that looks the
/// same are long past.
fn truncated(epoch: i64) -> u128 {
    u128::from(epoch.unsigned_abs()) & low(EPOCH_BITS)
}

/// When, and by whom, a verified token was made.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenOrigin {
    /// We made it, in the epoch with these bits.
    Ours(u128),
    /// Another service with the same key made it, in the second of `iat` if there is one.
    Other(Option<f64>),
}

impl TokenOrigin {
    pub(super) fn of(
        key: Option<&EpochKey>,
        user: UserId,
        jti: Option<&str>,
        iat: Option<f64>,
    ) -> Self {
        let epoch = key.zip(jti).and_then(|(key, jti)| key.epoch_of(user, jti));
        epoch.map_or(Self::Other(iat), Self::Ours)
    }

    /// Whether the token still counts. Our own are exact, whatever the clocks of servers and callers say.
    /// Of others only those made after the second of the change count.
    pub(super) fn counts(&self, epoch: &CredentialsEpoch) -> bool {
        match (self, epoch.changed_at) {
            (Self::Ours(made), _) => *made == truncated(epoch.number),
            (Self::Other(_), None) => true,
            (Self::Other(None), Some(_)) => false,
            (Self::Other(Some(iat)), Some(changed_at)) => {
                #[expect(clippy::cast_precision_loss, reason = "exact for any year of a token")]
                let second = changed_at.timestamp() as f64;
                *iat > second
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration};

    use super::*;

    fn key() -> EpochKey {
        EpochKey::derive(&[7; 32])
    }

    fn epoch(number: i64) -> CredentialsEpoch {
        CredentialsEpoch {
            number,
            changed_at: Some(DateTime::UNIX_EPOCH + Duration::milliseconds(1_000_900)),
            ..CredentialsEpoch::default()
        }
    }

    #[test]
    fn id_is_a_random_uuid_that_holds_its_epoch() {
        let user = UserId(7);
        for number in [0, 1, 2, 67_108_863, 67_108_864, i64::MAX] {
            let (id, other) = (key().new_id(user, number), key().new_id(user, number));

            assert_ne!(id, other);
            assert_eq!(id.len(), 32);
            assert_eq!(id.get(12..13), Some("4"));
            assert!("89ab".contains(id.get(16..17).unwrap()), "{id}");
            assert_eq!(key().epoch_of(user, &id), Some(truncated(number)));
        }
    }

    #[test]
    fn uuid_is_written_in_groups_and_is_of_version_4() {
        let id = random_uuid_text();

        let groups: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(groups, [8, 4, 4, 4, 12]);
        assert_eq!(id.get(14..15), Some("4"));
        assert!("89ab".contains(id.get(19..20).unwrap()), "{id}");
        assert_ne!(id, random_uuid_text());
    }

    #[test]
    fn ids_of_other_users_keys_and_makers_are_not_ours() {
        let id = key().new_id(UserId(7), 3);
        let other_key = EpochKey::derive(&[8; 32]);

        assert_eq!(key().epoch_of(UserId(8), &id), None);
        assert_eq!(other_key.epoch_of(UserId(7), &id), None);
        assert_eq!(key().epoch_of(UserId(7), &id.to_uppercase()), None);
        for other in ["", "+", &random_id(), "0123456789abcdef0123456789abcdef"] {
            assert_eq!(key().epoch_of(UserId(7), other), None, "{other}");
        }
    }

    #[test]
    fn own_tokens_count_in_their_epoch_and_others_after_its_second() {
        let cases = [
            (TokenOrigin::Ours(2), true),
            (TokenOrigin::Ours(1), false),
            (TokenOrigin::Other(None), false),
            (TokenOrigin::Other(Some(999.0)), false),
            (TokenOrigin::Other(Some(1000.0)), false),
            (TokenOrigin::Other(Some(1001.0)), true),
        ];

        for (origin, expected) in cases {
            assert_eq!(origin.counts(&epoch(2)), expected, "{origin:?}");
        }
        let first = CredentialsEpoch::default();
        assert!(TokenOrigin::Other(None).counts(&first));
        assert!(TokenOrigin::Ours(0).counts(&first));
    }
}
