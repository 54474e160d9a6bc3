//! Who was let in, and why others were not: plain numbers, which whoever exports them reads (ADR 0045).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::scheme::Scheme;

/// What stands for a username and a password in a body.
const PASSWORD: &str = "password";
/// What stands for credentials without a known scheme.
const NONE: &str = "none";

/// Credentials by scheme, and by why they were refused. All words are this service's own.
#[derive(Debug, Default)]
pub struct Tally {
    /// By [`Scheme::ALL`], and passwords in bodies last.
    accepted: [AtomicU64; Scheme::ALL.len() + 1],
    /// Rare in comparison.
    refused: Mutex<BTreeMap<(&'static str, &'static str), u64>>,
    throttled: [AtomicU64; 2],
}

impl Tally {
    /// Counts a credential that was accepted. Pairs of Basic are counted by the log-in that they are.
    pub fn accept(&self, scheme: Scheme) {
        if scheme != Scheme::Basic {
            self.accept_at(Scheme::ALL.iter().position(|known| *known == scheme));
        }
    }

    /// Counts one that was not, of a scheme if it is of one.
    pub(crate) fn refuse(&self, scheme: Option<Scheme>, reason: &'static str) {
        self.refuse_as(scheme.map_or(NONE, Scheme::label), reason);
    }

    /// Counts a token in a body that was refused.
    pub fn refuse_token(&self, reason: &'static str) {
        self.refuse_as(Scheme::Bearer.label(), reason);
    }

    /// Counts a log-in, with why it was refused.
    pub(crate) fn log_in(&self, is_basic: bool, refusal: Option<&'static str>) {
        match refusal {
            None if is_basic => {
                self.accept_at(Scheme::ALL.iter().position(|known| *known == Scheme::Basic));
            }
            None => self.accept_at(Some(Scheme::ALL.len())),
            Some(reason) if is_basic => self.refuse_as(Scheme::Basic.label(), reason),
            Some(reason) => self.refuse_as(PASSWORD, reason),
        }
    }

    fn accept_at(&self, place: Option<usize>) {
        if let Some(count) = place.and_then(|place| self.accepted.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn refuse_as(&self, scheme: &'static str, reason: &'static str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused.entry((scheme, reason)).or_default() += 1;
    }

    pub(crate) fn throttle_request(&self) {
        self.throttled[0].fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn throttle_log_in(&self) {
        self.throttled[1].fetch_add(1, Ordering::Relaxed);
    }

    /// Requests and log-ins that came too often.
    #[must_use]
    pub fn throttled(&self) -> [u64; 2] {
        let [requests, log_ins] = &self.throttled;
        [requests, log_ins].map(|count| count.load(Ordering::Relaxed))
    }

    /// Scheme, reason (`accepted` for none) and number.
    #[must_use]
    pub fn all(&self) -> Vec<(&'static str, &'static str, u64)> {
        let labels = Scheme::ALL.map(Scheme::label).into_iter();
        let accepted = labels.chain([PASSWORD]).zip(&self.accepted);
        let accepted =
            accepted.map(|(scheme, count)| (scheme, "accepted", count.load(Ordering::Relaxed)));
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = refused
            .iter()
            .map(|((scheme, reason), count)| (*scheme, *reason, *count));
        accepted.chain(refused).collect()
    }
}
