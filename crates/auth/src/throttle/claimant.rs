//! For whom a password is hashed.

use std::net::IpAddr;

use profiled_domain::ThrottleKey;

use super::address;

/// Who waits for a hash: by this the turns of the threads that hash are shared out (ADR 0040). Neither a typed name nor
/// a password can be read from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimant {
    pub(super) address: IpAddr,
    pub(super) network: IpAddr,
    pub(super) account: ThrottleKey,
    pub(super) attempt: ThrottleKey,
    pub(super) is_familiar: bool,
}

impl Claimant {
    pub(super) fn new(from: IpAddr, account: ThrottleKey, attempt: ThrottleKey) -> Self {
        Self {
            address: address::client_of(from),
            network: address::network(from),
            account,
            attempt,
            is_familiar: false,
        }
    }

    /// The client: an IPv4 address, or the first address of an IPv6 network of 64 bits.
    #[must_use]
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// The first address of the network that the client is in: 24 bits of IPv4, 48 of IPv6.
    #[must_use]
    pub fn network(&self) -> IpAddr {
        self.network
    }

    /// The account at this client, whether there is such an account or not.
    #[must_use]
    pub fn account(&self) -> ThrottleKey {
        self.account
    }

    /// The account, the client and the password: requests that ask the same are equal in it.
    #[must_use]
    pub fn attempt(&self) -> ThrottleKey {
        self.attempt
    }

    /// Whether this account has shown at this client that it is no guesser's: by a log-in lately, or by another
    /// credential of this request.
    #[must_use]
    pub fn is_familiar(&self) -> bool {
        self.is_familiar
    }

    /// The same for somebody who has shown another credential.
    #[must_use]
    pub fn authenticated(self) -> Self {
        Self {
            is_familiar: true,
            ..self
        }
    }
}
