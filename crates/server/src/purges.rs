//! The purges of this process, counted.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use profiled_http::measure::Count;

use crate::maintenance::Cleared;

/// What has come of them.
#[derive(Debug, Default)]
pub(crate) struct Purges {
    succeeded: Count,
    failed: Count,
    /// Seconds of Unix time.
    last_success: AtomicU64,
    cleared: [Count; 6],
}

/// What is counted, in the order of [`numbers`].
const KINDS: [&str; 6] = [
    "accounts",
    "tokens",
    "refresh_tokens",
    "media_files",
    "events",
    "tombstones",
];

fn numbers(cleared: &Cleared) -> [u64; 6] {
    [
        cleared.accounts,
        cleared.tokens,
        cleared.refresh_tokens,
        cleared.files,
        cleared.events,
        cleared.tombstones,
    ]
}

impl Purges {
    /// Counts one that has ended well.
    pub(crate) fn succeeded(&self, cleared: &Cleared, at: DateTime<Utc>) {
        self.succeeded.one();
        let second = u64::try_from(at.timestamp()).unwrap_or_default();
        self.last_success.store(second, Ordering::Relaxed);
        for (count, number) in self.cleared.iter().zip(numbers(cleared)) {
            count.add(number);
        }
    }

    /// Counts one that has not.
    pub(crate) fn failed(&self) {
        self.failed.one();
    }

    pub(crate) fn runs(&self) -> [(&'static str, u64); 2] {
        [
            ("done", self.succeeded.get()),
            ("failed", self.failed.get()),
        ]
    }

    pub(crate) fn cleared(&self) -> impl Iterator<Item = (&'static str, u64)> {
        KINDS.into_iter().zip(self.cleared.iter().map(Count::get))
    }

    /// When the last one has ended well, in seconds of Unix time.
    pub(crate) fn last_success(&self) -> u64 {
        self.last_success.load(Ordering::Relaxed)
    }
}
