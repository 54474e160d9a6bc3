//! Pairs of name and password that were right a moment ago (ADR 0040).

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use profiled_domain::{PasswordHash, User, UserId};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::recent::Recent;

/// Users whose password is remembered at most: some 2 MiB.
const CAPACITY: usize = 10_000;

/// For each user a digest of the password that was right, and of all that would make it wrong.
pub(crate) struct RememberedPasswords {
    key: Hmac<Sha256>,
    proofs: Mutex<Recent<UserId, Proof>>,
}

/// A digest under the key of the process of a user, the epoch of the credentials, the stored hash and a password.
#[derive(Clone, Copy)]
pub(crate) struct Proof([u8; 32]);

impl RememberedPasswords {
    /// Passwords are remembered for so many seconds, 0 for never. The key is random, and this process's alone.
    pub(crate) fn new(seconds: u32) -> Self {
        let lifetime = TimeDelta::seconds(seconds.into());
        Self {
            key: Hmac::new(&rand::random::<[u8; 64]>().into()),
            proofs: Mutex::new(Recent::new(CAPACITY, lifetime)),
        }
    }

    /// The digest for a password. It costs the same where there is no such user.
    pub(crate) fn proof(&self, account: Option<(&User, &PasswordHash)>, password: &str) -> Proof {
        let (id, epoch, stored) = account.map_or((0, 0, ""), |(user, stored)| {
            (user.id.0, user.credentials.number, stored.as_encoded())
        });
        let mut mac = self.key.clone();
        for part in [stored.as_bytes(), password.as_bytes()] {
            let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
            mac.update(&length.to_be_bytes());
            mac.update(part);
        }
        mac.update(&id.to_be_bytes());
        mac.update(&epoch.to_be_bytes());
        Proof(mac.finalize().into_bytes().into())
    }

    /// Whether this was right lately, for a user who is as the proof says.
    pub(crate) fn knows(&self, user: UserId, proof: &Proof, now: DateTime<Utc>) -> bool {
        let known = self.proofs().get(&user, now).copied();
        known.is_some_and(|known| known.0.ct_eq(&proof.0).into())
    }

    pub(crate) fn remember(&self, user: UserId, proof: Proof, now: DateTime<Utc>) {
        self.proofs().put(user, proof, now);
    }

    fn proofs(&self) -> MutexGuard<'_, Recent<UserId, Proof>> {
        self.proofs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for RememberedPasswords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RememberedPasswords(…)")
    }
}
