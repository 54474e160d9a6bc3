//! Leave to try a password.

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use profiled_domain::{Rate, RepositoryError, ThrottleKey, ThrottleRepository};

use super::{Familiar, Throttle, ThrottleError, wait};
use crate::progress::Progress;

/// A password that may be tried once.
#[must_use = "a failure has to be reported"]
pub struct LoginPermit {
    counters: Arc<dyn ThrottleRepository>,
    familiar: Arc<Familiar>,
    account: ThrottleKey,
    /// Those of the account at the address, and of the address.
    counted: Option<[(ThrottleKey, Rate); 2]>,
    given: DateTime<Utc>,
    since: Instant,
}

impl LoginPermit {
    pub(super) fn new(
        throttle: &Throttle,
        account: ThrottleKey,
        counted: Option<[(ThrottleKey, Rate); 2]>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            counters: Arc::clone(&throttle.counters),
            familiar: Arc::clone(&throttle.familiar),
            account,
            counted,
            given: now,
            since: Instant::now(),
        }
    }

    /// The longest wait, if there is one.
    pub(super) fn ask(&self, now: DateTime<Utc>) -> Result<(), ThrottleError> {
        let Some([own, of_address]) = &self.counted else {
            return Ok(());
        };
        let is_familiar = self.familiar.recent().get(&self.account, now).is_some();
        let asked = [Some(own), Some(of_address).filter(|_| !is_familiar)];
        let mut longest = None;
        for (key, rate) in asked.into_iter().flatten() {
            longest = longest.max(wait(self.counters.peek(key, *rate, now)?));
        }
        longest.map_or(Ok(()), |wait| Err(ThrottleError::Throttled(wait)))
    }

    /// Asks once more, after a time in a queue: others that came at the same time may have failed meanwhile. Counters
    /// that are kept elsewhere are not asked again.
    ///
    /// # Errors
    /// As [`Throttle::login_attempt`].
    pub fn confirm(&self) -> Result<(), ThrottleError> {
        if self.counters.is_immediate() {
            self.ask(self.now())
        } else {
            Ok(())
        }
    }

    /// Counts a failure: a wrong password, or that of a user who may not log in.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage: then the log-in has to fail with it, and not with an
    /// error that says that the password was wrong.
    pub fn failed(self) -> Result<(), RepositoryError> {
        let now = self.now();
        for (key, rate) in self.counted.iter().flatten() {
            self.counters.hit(key, *rate, now)?;
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

    /// Notes that the password was right: the account is familiar at the address from now on.
    pub fn succeeded(self) {
        let now = self.now();
        self.familiar.recent().put(self.account, (), now);
    }

    /// The time, in whole seconds since the request came.
    fn now(&self) -> DateTime<Utc> {
        let waited = i64::try_from(self.since.elapsed().as_secs()).unwrap_or_default();
        self.given + TimeDelta::seconds(waited)
    }
}
