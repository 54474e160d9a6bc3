//! What counters are kept under.

use std::net::IpAddr;

use hmac::digest::Key;
use hmac::{Hmac, KeyInit, Mac};
use profiled_domain::ThrottleKey;
use sha2::{Digest, Sha256};

use super::{ThrottleSubject, address};

/// Derives keys of counters: neither an address nor a typed name, which may be a
/// password, can be read or guessed from them without the secret. It has no `Debug`.
pub(super) struct Digester(Hmac<Sha256>);

impl Digester {
    pub(super) fn new(secret: &[u8]) -> Self {
        // Of its own: no digest is anything else that is made with the secret.
        let derived = Sha256::new()
            .chain_update(b"profiled: keys of counters")
            .chain_update(secret)
            .finalize();
        let mut key = Key::<Hmac<Sha256>>::default();
        for (byte, derived) in key.iter_mut().zip(derived) {
            *byte = derived;
        }
        Self(Hmac::new(&key))
    }

    pub(super) fn subject(&self, scope: &str, subject: ThrottleSubject) -> ThrottleKey {
        match subject {
            ThrottleSubject::User(id) => {
                self.digest(&[scope.as_bytes(), b"id", &id.0.to_be_bytes()])
            }
            ThrottleSubject::Address(address) => {
                self.digest(&[scope.as_bytes(), b"at", &client(address)])
            }
        }
    }

    pub(super) fn account(&self, account: &str, address: IpAddr) -> ThrottleKey {
        self.digest(&[b"account", &client(address), account.as_bytes()])
    }

    /// A password that is tried for an account.
    pub(super) fn attempt(&self, account: &ThrottleKey, password: &str) -> ThrottleKey {
        self.digest(&[b"attempt", &account.0, password.as_bytes()])
    }

    /// A name, wherever it is tried.
    pub(super) fn told(&self, account: &str) -> ThrottleKey {
        self.digest(&[b"told", account.as_bytes()])
    }

    /// A digest of parts, each with its length, so that no other parts run together to the same text.
    fn digest(&self, parts: &[&[u8]]) -> ThrottleKey {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        ThrottleKey(mac.finalize().into_bytes().into())
    }
}

/// What stands for a client in keys, which servers of several versions share.
fn client(address: IpAddr) -> Vec<u8> {
    match address::client_of(address) {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().into_iter().take(8).collect(),
    }
}
