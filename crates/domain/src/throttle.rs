//! Counting requests in a sliding window, as Django REST framework's `SimpleRateThrottle` does
//! (contract `drf.md`, section 10).

use std::collections::VecDeque;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{Rate, RepositoryError};

/// What requests are counted under: a keyed digest, from which neither an account nor an address is
/// read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThrottleKey(pub [u8; 32]);

impl fmt::Debug for ThrottleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ThrottleKey(…)")
    }
}

/// Whether a request may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The window has room.
    Admitted,
    /// The window is full, and has room again after this time.
    Refused(Wait),
}

/// Time until a full window has room again: above zero, at most the length of the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wait(TimeDelta);

impl Wait {
    /// The shortest that can be told.
    pub const SECOND: Self = Self(TimeDelta::seconds(1));

    /// Whole seconds, rounded up: what `Retry-After` and messages tell.
    #[must_use]
    pub fn seconds(self) -> i64 {
        let whole = self.0.num_seconds();
        let is_whole = self.0 == TimeDelta::seconds(whole);
        (whole + i64::from(!is_whole)).max(1)
    }
}

/// Requests that were counted at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hits {
    /// UTC, microseconds.
    pub at: DateTime<Utc>,
    /// How many, at least one.
    pub count: u32,
}

/// The accepted requests of one key, oldest first. What is refused is not recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlidingWindow {
    hits: VecDeque<Hits>,
    total: u32,
}

impl SlidingWindow {
    /// Up to this many requests are stored with a time of their own. For a greater rate the window is cut into this
    /// many parts, and the requests of one part share the time of the first: a request may pass early by one part
    /// at most.
    pub const MAX_MOMENTS: u32 = 1024;

    /// Records a request that comes `now`, unless the window is full.
    pub fn hit(&mut self, rate: Rate, now: DateTime<Utc>) -> Admission {
        let admission = self.peek(rate, now);
        if admission == Admission::Admitted {
            self.record(rate, now);
        }
        admission
    }

    /// What [`Self::hit`] would say. Forgets what has left the window.
    pub fn peek(&mut self, rate: Rate, now: DateTime<Utc>) -> Admission {
        self.forget(now - rate.window());
        self.settle(now);
        if self.total < rate.limit() {
            return Admission::Admitted;
        }
        // One more than the limit leaves room for, should the rate be lower than it was.
        let surplus = self.total - rate.limit();
        let mut gone = 0_u32;
        let in_the_way = self.hits.iter().find(|hits| {
            gone = hits.count.saturating_add(gone);
            gone > surplus
        });
        let leaves = in_the_way.map_or(now, |hits| hits.at) + rate.window();
        Admission::Refused(Wait(leaves - now))
    }

    /// The moments, oldest first.
    #[must_use]
    pub fn hits(&self) -> impl ExactSizeIterator<Item = Hits> + '_ {
        self.hits.iter().copied()
    }

    /// Recorded requests, those included that have left the window since the last look.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.total
    }

    /// The last moment of all.
    #[must_use]
    pub fn newest(&self) -> Option<DateTime<Utc>> {
        self.hits.back().map(|hits| hits.at)
    }

    fn record(&mut self, rate: Rate, now: DateTime<Utc>) {
        self.total = self.total.saturating_add(1);
        let part = if rate.limit() > Self::MAX_MOMENTS {
            rate.window() / i32::try_from(Self::MAX_MOMENTS).unwrap_or(i32::MAX)
        } else {
            TimeDelta::zero()
        };
        match self.hits.back_mut() {
            Some(newest) if now - newest.at < part => newest.count += 1,
            _ => self.hits.push_back(Hits { at: now, count: 1 }),
        }
    }

    fn forget(&mut self, until: DateTime<Utc>) {
        while let Some(oldest) = self.hits.pop_front_if(|hits| hits.at <= until) {
            self.total = self.total.saturating_sub(oldest.count);
        }
    }

    /// A clock that was set back, or that of another server, must not make anybody wait for more than
    /// a window: what lies ahead has happened now.
    fn settle(&mut self, now: DateTime<Utc>) {
        for hits in self.hits.iter_mut().rev().take_while(|hits| hits.at > now) {
            hits.at = now;
        }
    }
}

impl FromIterator<Hits> for SlidingWindow {
    /// Moments in any order.
    fn from_iter<T: IntoIterator<Item = Hits>>(hits: T) -> Self {
        let mut hits: Vec<Hits> = hits.into_iter().collect();
        hits.sort_by_key(|hits| hits.at);
        let total = hits
            .iter()
            .fold(0_u32, |sum, hits| sum.saturating_add(hits.count));
        Self {
            hits: hits.into(),
            total,
        }
    }
}

/// Counters of requests in sliding windows. Not part of [`Repository`](crate::Repository): they may be kept in memory while
/// everything else is in a database.
pub trait ThrottleRepository: Send + Sync {
    /// Counts a request that comes `now`, unless the window of its key is full. Of parallel calls none is
    /// lost.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage: the count is unknown then, and the request must fail.
    fn hit(
        &self,
        key: &ThrottleKey,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<Admission, RepositoryError>;

    /// What [`Self::hit`] would say, without counting.
    ///
    /// # Errors
    /// As [`Self::hit`].
    fn peek(
        &self,
        key: &ThrottleKey,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<Admission, RepositoryError>;

    /// Whether calls return at once, without waiting for a disk or a network.
    fn is_immediate(&self) -> bool;
}
