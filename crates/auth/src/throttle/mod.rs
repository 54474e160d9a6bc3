//! Limits on how often a caller may ask, and how often a log-in may fail (contract `drf.md`, section 10;
//! ADR 0013).

mod account;
mod address;
mod claimant;
mod key;
mod permit;
mod settings;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use chrono::{DateTime, TimeDelta, Utc};
use profiled_domain::{
    Admission, Rate, RepositoryError, ThrottleKey, ThrottleRepository, UserId, Wait,
};

use self::key::Digester;
use crate::progress::Progress;
use crate::recent::Recent;
use crate::tally::Tally;

pub use account::FailedAccounts;
pub use address::client_of;
pub use claimant::Claimant;
pub use permit::LoginPermit;
pub use settings::{CounterStore, RateSetting, ThrottleSettings};

/// Failed log-ins from one address, whatever the accounts, for each that one account may have there.
const ACCOUNTS_OF_AN_ADDRESS: u32 = 10;
/// How many accounts are familiar at most, each at an address: some 8 MiB.
const FAMILIAR: usize = 1 << 16;
/// How long an account is familiar at an address after a log-in.
const FAMILIAR_FOR: TimeDelta = TimeDelta::days(7);

/// Counts requests and failed log-ins.
pub struct Throttle {
    rates: ArcSwap<Rates>,
    counters: Arc<dyn ThrottleRepository>,
    digester: Digester,
    familiar: Arc<Familiar>,
    tally: Tally,
    failed_accounts: FailedAccounts,
}

/// What the settings allow at present.
struct Rates {
    anon: Option<Rate>,
    user: Option<Rate>,
    /// Of an account at an address, and of the address on all accounts.
    login: Option<[Rate; 2]>,
}

impl From<&ThrottleSettings> for Rates {
    fn from(settings: &ThrottleSettings) -> Self {
        let of_address = |login: Rate| {
            let own = settings.login_address.0;
            own.unwrap_or_else(|| login.times(ACCOUNTS_OF_AN_ADDRESS))
        };
        let login = settings.login.0;
        Self {
            anon: settings.anon.0,
            user: settings.user.0,
            login: login.map(|login| [login, of_address(login)]),
        }
    }
}

/// Accounts at addresses where somebody has logged in to them lately.
struct Familiar(Mutex<Recent<ThrottleKey, ()>>);

impl Familiar {
    fn recent(&self) -> MutexGuard<'_, Recent<ThrottleKey, ()>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
            rates: ArcSwap::from_pointee(settings.into()),
            counters,
            digester: Digester::new(secret),
            familiar: Arc::new(Familiar(Mutex::new(Recent::new(FAMILIAR, FAMILIAR_FOR)))),
            tally: Tally::default(),
            failed_accounts: FailedAccounts::default(),
        }
    }

    /// Takes the rates of other settings from now on. What has been counted stays, and so does where.
    pub fn set_rates(&self, settings: &ThrottleSettings) {
        self.rates.store(Arc::new(settings.into()));
    }

    /// The same, with accounts of failed log-ins told so.
    #[must_use]
    pub fn telling(self, failed_accounts: FailedAccounts) -> Self {
        Self {
            failed_accounts,
            ..self
        }
    }

    /// What is told of a name that nobody has logged in with.
    pub(crate) fn told_account(&self, name: &str) -> Option<String> {
        let digest = || self.digester.told(name);
        self.failed_accounts.tell(name, digest)
    }

    /// Who was let in, and why others were not.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
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
        longest.map_or(Ok(()), |wait| {
            self.tally.throttle_request();
            Err(ThrottleError::Throttled(wait))
        })
    }

    /// Asks whether a password may be tried, before it is hashed. Only failures count, and the caller
    /// reports them: a user who knows the password is never stopped for coming often.
    ///
    /// `account` is the name as it is looked up, whether there is such a user or not. An account that somebody has logged
    /// in to at this address lately is under its own limit alone: one who guesses must not lock all others out who
    /// share the address.
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
        let account = self.digester.account(account, address);
        let counted = self.rates.load().login.map(|[login, of_address]| {
            let address = ThrottleSubject::Address(address);
            let address = self.digester.subject("login", address);
            [(account, login), (address, of_address)]
        });
        let permit = LoginPermit::new(self, account, counted, now);
        permit.ask(now)?;
        Ok(permit)
    }

    /// Who waits for the hash of a password that is tried for `account` from an address.
    #[must_use]
    pub fn claimant(
        &self,
        account: &str,
        address: IpAddr,
        password: &str,
        now: DateTime<Utc>,
    ) -> Claimant {
        let account = self.digester.account(account, address);
        let attempt = self.digester.attempt(&account, password);
        let mut claimant = Claimant::new(address, account, attempt);
        claimant.is_familiar = self.familiar.recent().get(&account, now).is_some();
        claimant
    }

    /// The same in steps: at once where calls return at once.
    pub fn claim_login_attempt(
        self: &Arc<Self>,
        account: &str,
        address: IpAddr,
        now: DateTime<Utc>,
    ) -> Progress<Result<LoginPermit, ThrottleError>> {
        if self.rates.load().login.is_none() || self.is_immediate() {
            return Progress::Done(self.login_attempt(account, address, now));
        }
        let (throttle, account) = (Arc::clone(self), account.to_owned());
        Progress::write(move |_| throttle.login_attempt(&account, address, now))
    }

    /// `throttle.anon` and `throttle.user`, as far as they concern the subject.
    fn rates(&self, subject: ThrottleSubject) -> [Option<Rate>; 2] {
        let rates = self.rates.load();
        match subject {
            ThrottleSubject::User(_) => [None, rates.user],
            ThrottleSubject::Address(_) => [rates.anon, rates.user],
        }
    }
}

fn wait(admission: Admission) -> Option<Wait> {
    match admission {
        Admission::Admitted => None,
        Admission::Refused(wait) => Some(wait),
    }
}
