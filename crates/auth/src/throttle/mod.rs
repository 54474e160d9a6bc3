//! Limits on how often a caller may ask, and how often a log-in may fail (contract `drf.md`, section 10;
//! ADR 0013).

mod key;
mod settings;

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use profiled_domain::{
    Admission, Rate, RepositoryError, ThrottleKey, ThrottleRepository, UserId, Wait,
};

use self::key::Digester;
use crate::progress::Progress;

pub use settings::{CounterStore, RateSetting, ThrottleSettings};

/// Failed log-ins from one address, whatever the accounts, for each that one account may have there.
const ACCOUNTS_OF_AN_ADDRESS: u32 = 10;

/// Counts requests and failed log-ins.
pub struct Throttle {
    anon: Option<Rate>,
    user: Option<Rate>,
    login: Option<Rate>,
    counters: Arc<dyn ThrottleRepository>,
    digester: Digester,
}

/// Whose requests are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThrottleSubject {
    /// A user, whatever the dialect, the credentials and the address.
    User(UserId),
    /// Strangers at an address.
    Address(IpAddr),
}

/// Why a request may not go on.
#[derive(Debug, thiserror::Error)]
pub enum ThrottleError {
    /// Too many of them: there is room again after this time.
    #[error("too many requests")]
    Throttled(Wait),
    /// The counters could not be asked.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl Throttle {
    /// Limits over counters. Whoever shares the counters must share the secret, from which the keys of
    /// the counters are derived.
    #[must_use]
    pub fn new(
        settings: &ThrottleSettings,
        counters: Arc<dyn ThrottleRepository>,
        secret: &[u8],
    ) -> Self {
        Self {
            anon: settings.anon.0,
            user: settings.user.0,
            login: settings.login.0,
            counters,
            digester: Digester::new(secret),
        }
    }

    /// Whether requests of this subject are counted at all.
    #[must_use]
    pub fn counts(&self, subject: ThrottleSubject) -> bool {
        self.rates(subject).iter().any(Option::is_some)
    }

    /// Whether calls return at once, without waiting for a disk or a network.
    #[must_use]
    pub fn is_immediate(&self) -> bool {
        self.counters.is_immediate()
    }

    /// Counts a request that has passed authentication and permission.
    ///
    /// As in the framework, every limit is asked, and the longest wait is returned: those of anonymous callers are
    /// `throttle.anon` and, under their address instead of an id, `throttle.user`.
    ///
    /// # Errors
    /// [`ThrottleError::Throttled`] when a limit is reached; [`ThrottleError::Repository`] on failure of
    /// the storage: the request is not admitted.
    pub fn request(
        &self,
        subject: ThrottleSubject,
        now: DateTime<Utc>,
    ) -> Result<(), ThrottleError> {
        let [anon, user] = self.rates(subject);
        let mut longest = None;
        for (scope, rate) in [("anon", anon), ("user", user)] {
            if let Some(rate) = rate {
                let key = self.digester.subject(scope, subject);
                let admission = self.counters.hit(&key, rate, now)?;
                longest = longest.max(wait(admission));
            }
        }
        longest.map_or(Ok(()), |wait| Err(ThrottleError::Throttled(wait)))
    }

    /// Asks whether a password may be tried, before it is hashed. Only failures count, and the caller
    /// reports them: a user who knows the password is never stopped for coming often.
    ///
    /// `account` is the name as it is looked up, whether there is such a user or not.
    ///
    /// # Errors
    /// [`ThrottleError::Throttled`] after too many failures of this account at this address, or of this
    /// address on all accounts; [`ThrottleError::Repository`] on failure of the storage: the
    /// log-in is not admitted.
    pub fn login_attempt(
        &self,
        account: &str,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Result<LoginPermit, ThrottleError> {
        let counted = self.login.map(|rate| {
            [
                (self.digester.account(account, address), rate),
                (
                    self.digester
                        .subject("login", ThrottleSubject::Address(address)),
                    rate.times(ACCOUNTS_OF_AN_ADDRESS),
                ),
            ]
        });
        let mut longest = None;
        for (key, rate) in counted.iter().flatten() {
            longest = longest.max(wait(self.counters.peek(key, *rate, now)?));
        }
        match longest {
            Some(wait) => Err(ThrottleError::Throttled(wait)),
            None => Ok(LoginPermit {
                counters: Arc::clone(&self.counters),
                counted,
                now,
            }),
        }
    }

    /// The same in steps: at once where calls return at once.
    pub fn claim_login_attempt(
        self: &Arc<Self>,
        account: &str,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Progress<Result<LoginPermit, ThrottleError>> {
        if self.login.is_none() || self.is_immediate() {
            return Progress::Done(self.login_attempt(account, address, now));
        }
        let (throttle, account) = (Arc::clone(self), account.to_owned());
        Progress::write(move |_| throttle.login_attempt(&account, address, now))
    }

    /// `throttle.anon` and `throttle.user`, as far as they concern the subject.
    fn rates(&self, subject: ThrottleSubject) -> [Option<Rate>; 2] {
        match subject {
            ThrottleSubject::User(_) => [None, self.user],
            ThrottleSubject::Address(_) => [self.anon, self.user],
        }
    }
}

/// A password that may be tried once.
#[must_use = "a failure has to be reported"]
pub struct LoginPermit {
    counters: Arc<dyn ThrottleRepository>,
    counted: Option<[(ThrottleKey, Rate); 2]>,
    now: DateTime<Utc>,
}

impl LoginPermit {
    /// Counts a failure: a wrong password, or that of a user who may not log in.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage: then the log-in has to fail with it, and not with an
    /// error that says that the password was wrong.
    pub fn failed(self) -> Result<(), RepositoryError> {
        for (key, rate) in self.counted.iter().flatten() {
            self.counters.hit(key, *rate, self.now)?;
        }
        Ok(())
    }

    /// The same in steps: at once where calls return at once.
    pub fn claim_failed(self) -> Progress<Result<(), RepositoryError>> {
        if self.counted.is_none() || self.counters.is_immediate() {
            Progress::Done(self.failed())
        } else {
            Progress::write(|_| self.failed())
        }
    }
}

fn wait(admission: Admission) -> Option<Wait> {
    match admission {
        Admission::Admitted => None,
        Admission::Refused(wait) => Some(wait),
    }
}
