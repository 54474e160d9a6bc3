//! Several keys at once: which one signs, which ones verify, and until when.
//!
//! Everything follows from the moments at which keys begin to sign, so servers that share the keys agree
//! without a word, and nothing has to happen at any of these moments.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use jsonwebtoken::jwk::Jwk;

use super::algorithm::Algorithm;
use super::id::EpochKey;
use super::key::{SigningKey, VerifyingKey};

/// What a key is for at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// Verifies and is published, and will sign later.
    Published,
    /// Signs and verifies.
    Signing,
    /// Verifies what it has signed, or what was signed elsewhere.
    Verifying,
    /// Nothing that it signed is valid any more.
    Retired,
}

impl KeyState {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Signing => "signing",
            Self::Verifying => "verifying",
            Self::Retired => "retired",
        }
    }
}

/// A key as an operator may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// Its name in token headers; none for a configured secret.
    pub kid: Option<String>,
    /// The one algorithm that it is for.
    pub algorithm: Algorithm,
    /// What it is for at this moment.
    pub state: KeyState,
    /// When it was made, as far as that is known.
    pub created: Option<DateTime<Utc>>,
    /// When it begins to sign; none for a key that never does, and for a configured one.
    pub signs_from: Option<DateTime<Utc>>,
    /// When nothing that it signed is valid any more, once another key has begun to sign.
    pub retires_at: Option<DateTime<Utc>>,
}

/// A key with its name. It has no `Debug`.
pub(super) struct NamedKey {
    pub(super) kid: Option<String>,
    pub(super) half: Half,
}

/// Both halves of a key, or the one that verifies.
pub(super) enum Half {
    Signing(SigningKey),
    Verifying(VerifyingKey),
}

impl NamedKey {
    pub(super) fn verifying(&self) -> &VerifyingKey {
        match &self.half {
            Half::Signing(key) => key.verifying(),
            Half::Verifying(key) => key,
        }
    }

    pub(super) fn signing(&self) -> Option<&SigningKey> {
        match &self.half {
            Half::Signing(key) => Some(key),
            Half::Verifying(_) => None,
        }
    }

    pub(super) fn epochs(&self) -> Option<&EpochKey> {
        self.signing().map(SigningKey::epochs)
    }

    /// The key to publish; `None` if it is a secret.
    pub(super) fn public(&self) -> Option<Jwk> {
        self.verifying().public(self.kid.as_deref())
    }
}

/// A key with its times.
pub(super) struct TimedKey {
    pub(super) key: Arc<NamedKey>,
    pub(super) created: DateTime<Utc>,
    /// `None`: it only verifies.
    pub(super) signs_from: Option<DateTime<Utc>>,
}

impl TimedKey {
    /// The moment from which the key can sign, if it ever can.
    fn begins(&self) -> Option<DateTime<Utc>> {
        self.signs_from.filter(|_| self.key.signing().is_some())
    }
}

/// The keys of a folder, in the order in which they begin to sign.
#[derive(Default)]
pub(super) struct KeySet {
    keys: Vec<TimedKey>,
}

impl KeySet {
    pub(super) fn new(mut keys: Vec<TimedKey>) -> Self {
        keys.sort_by(|a, b| (a.begins(), &a.key.kid).cmp(&(b.begins(), &b.key.kid)));
        Self { keys }
    }

    /// The key that signs at this moment: the one that began last.
    pub(super) fn signing(&self, now: DateTime<Utc>) -> Option<&Arc<NamedKey>> {
        let has_begun = |key: &&TimedKey| key.begins().is_some_and(|begin| begin <= now);
        self.keys.iter().rev().find(has_begun).map(|key| &key.key)
    }

    /// The key of this name, unless it is retired.
    pub(super) fn verifying(
        &self,
        kid: &str,
        now: DateTime<Utc>,
        retention: Duration,
    ) -> Option<&Arc<NamedKey>> {
        let at = self
            .keys
            .iter()
            .position(|key| key.key.kid.as_deref() == Some(kid))?;
        let is_alive = self.state(at, now, retention).0 != KeyState::Retired;
        self.keys.get(at).filter(|_| is_alive).map(|key| &key.key)
    }

    /// Keys that are not retired.
    pub(super) fn alive(&self, now: DateTime<Utc>, retention: Duration) -> Vec<&Arc<NamedKey>> {
        let all = self.keys.iter().enumerate();
        all.filter(|(at, _)| self.state(*at, now, retention).0 != KeyState::Retired)
            .map(|(_, key)| &key.key)
            .collect()
    }

    /// A key's state, and the moment at which it retires if that is known.
    fn state(
        &self,
        at: usize,
        now: DateTime<Utc>,
        retention: Duration,
    ) -> (KeyState, Option<DateTime<Utc>>) {
        let Some(begin) = self.keys.get(at).and_then(TimedKey::begins) else {
            return (KeyState::Verifying, None);
        };
        // Keys that never sign stand in front of all others.
        let successor = self.keys.get(at + 1).and_then(TimedKey::begins);
        let retires_at = successor.map(|successor| successor + retention);
        let state = match successor {
            _ if begin > now => KeyState::Published,
            Some(successor) if successor <= now => match retires_at {
                Some(end) if end <= now => KeyState::Retired,
                _ => KeyState::Verifying,
            },
            _ => KeyState::Signing,
        };
        (state, retires_at)
    }

    pub(super) fn list(&self, now: DateTime<Utc>, retention: Duration) -> Vec<KeyInfo> {
        let info = |(at, key): (usize, &TimedKey)| {
            let (state, retires_at) = self.state(at, now, retention);
            KeyInfo {
                kid: key.key.kid.clone(),
                algorithm: key.key.verifying().algorithm(),
                state,
                created: Some(key.created),
                signs_from: key.begins(),
                retires_at,
            }
        };
        self.keys.iter().enumerate().map(info).collect()
    }
}
