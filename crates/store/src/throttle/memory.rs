//! Counters of requests in the memory of one process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use profiled_domain::{
    Admission, Rate, RepositoryError, SlidingWindow, ThrottleKey, ThrottleRepository,
};

/// Locks, so that workers seldom wait for each other, and making room stops few of them.
const SHARDS: usize = 64;
/// What a key weighs in addition to its moments, in moments of 16 bytes.
const KEY_WEIGHT: usize = 12;
/// Moments that are kept in all: 32 MiB, 160,000 keys that came once.
const CAPACITY: usize = 1 << 21;

/// Sliding windows in bounded memory.
///
/// When it is full, windows that have ended go first, and then those with the smallest part of their
/// limit used up, the longest unused first. So a caller with many addresses cannot make it forget
/// a window that is full, but by filling more windows than there is room for.
#[derive(Debug)]
pub struct MemoryCounters {
    shards: [Mutex<Shard>; SHARDS],
    /// Largest weight of a shard.
    capacity: usize,
}

#[derive(Debug, Default)]
struct Shard {
    counters: HashMap<ThrottleKey, Counter>,
    /// Moments of all counters.
    moments: usize,
}

#[derive(Debug)]
struct Counter {
    window: SlidingWindow,
    /// The last rate that was used.
    rate: Rate,
}

impl Default for MemoryCounters {
    fn default() -> Self {
        Self::with_capacity(CAPACITY)
    }
}

impl MemoryCounters {
    fn with_capacity(moments: usize) -> Self {
        Self {
            shards: std::array::from_fn(|_| Mutex::default()),
            capacity: moments / SHARDS,
        }
    }

    fn shard(&self, key: &ThrottleKey) -> Result<MutexGuard<'_, Shard>, RepositoryError> {
        let ThrottleKey([first, ..]) = key;
        let shard = self.shards.get(usize::from(*first) % SHARDS);
        let shard =
            shard.ok_or_else(|| RepositoryError::Failed("there is no such shard".into()))?;
        Ok(shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl ThrottleRepository for MemoryCounters {
    fn hit(
        &self,
        key: &ThrottleKey,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<Admission, RepositoryError> {
        let mut shard = self.shard(key)?;
        let admission = shard.hit(key, rate, now);
        if shard.weight() > self.capacity {
            shard.make_room(self.capacity / 8 * 7, now);
        }
        Ok(admission)
    }

    fn peek(
        &self,
        key: &ThrottleKey,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<Admission, RepositoryError> {
        Ok(self.shard(key)?.peek(key, rate, now))
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

impl Shard {
    fn hit(&mut self, key: &ThrottleKey, rate: Rate, now: DateTime<Utc>) -> Admission {
        let counter = self.counters.entry(*key).or_insert_with(|| Counter {
            window: SlidingWindow::default(),
            rate,
        });
        counter.rate = rate;
        let before = counter.window.hits().len();
        let admission = counter.window.hit(rate, now);
        self.moments = self.moments - before + counter.window.hits().len();
        admission
    }

    fn peek(&mut self, key: &ThrottleKey, rate: Rate, now: DateTime<Utc>) -> Admission {
        let Some(counter) = self.counters.get_mut(key) else {
            return Admission::Admitted;
        };
        let before = counter.window.hits().len();
        let admission = counter.window.peek(rate, now);
        self.moments = self.moments - before + counter.window.hits().len();
        admission
    }

    fn weight(&self) -> usize {
        self.counters.len() * KEY_WEIGHT + self.moments
    }

    /// Gets the weight down to `wanted`. Much at once: the work is shared by the many hits until then.
    fn make_room(&mut self, wanted: usize, now: DateTime<Utc>) {
        self.counters.retain(|_, counter| !counter.has_ended(now));
        let mut by_use: Vec<_> = self
            .counters
            .iter()
            .map(|(key, counter)| (counter.use_made(), *key))
            .collect();
        by_use.sort_unstable_by_key(|(use_made, ThrottleKey(key))| (*use_made, *key));
        self.moments = self
            .counters
            .values()
            .map(|counter| counter.window.hits().len())
            .sum();
        let mut coldest = by_use.into_iter();
        while self.weight() > wanted
            && let Some((_, key)) = coldest.next()
        {
            let gone = self.counters.remove(&key);
            self.moments -= gone.map_or(0, |counter| counter.window.hits().len());
        }
    }
}

impl Counter {
    fn has_ended(&self, now: DateTime<Utc>) -> bool {
        let newest = self.window.newest();
        newest.is_none_or(|newest| newest + self.rate.window() <= now)
    }

    /// Millionths of the limit that are used up, and the last use.
    fn use_made(&self) -> (u64, Option<DateTime<Utc>>) {
        let used = u64::from(self.window.total()) * 1_000_000 / u64::from(self.rate.limit());
        (used, self.window.newest())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    /// All keys of a test are in one shard.
    fn key(number: u32) -> ThrottleKey {
        let mut key = [0; 32];
        key[1..5].copy_from_slice(&number.to_be_bytes());
        ThrottleKey(key)
    }

    fn hit(counters: &MemoryCounters, number: u32, seconds: i64) -> bool {
        let rate = "2/min".parse().unwrap();
        let admission = counters.hit(&key(number), rate, at(seconds)).unwrap();
        admission == Admission::Admitted
    }

    fn weight(counters: &MemoryCounters) -> usize {
        counters.shards[0].lock().unwrap().weight()
    }

    #[test]
    fn a_flood_of_keys_takes_bounded_memory_and_does_not_wash_a_full_window_away() {
        let counters = MemoryCounters::with_capacity(SHARDS * 1000);
        assert_eq!([1, 2, 3].map(|_| hit(&counters, 0, 0)), [true, true, false]);

        for number in 1..10_000 {
            assert!(hit(&counters, number, 1), "{number}");
            assert!(weight(&counters) <= 1000);
        }

        assert!(!hit(&counters, 0, 2));
    }

    #[test]
    fn recently_used_key_is_kept_longest() {
        let counters = MemoryCounters::with_capacity(SHARDS * 1000);

        for number in 1..1000 {
            hit(&counters, number, i64::from(number) / 100);
        }

        // The newest are there, and count on.
        assert!(hit(&counters, 999, 10));
        assert!(!hit(&counters, 999, 10));
    }

    #[test]
    fn ended_windows_are_removed_first() {
        let counters = MemoryCounters::with_capacity(SHARDS * 1000);
        for number in 0..60 {
            assert!(hit(&counters, number, 0) && hit(&counters, number, 0));
        }
        let full = weight(&counters);
        hit(&counters, 100, 50);

        for number in 101..130 {
            hit(&counters, number, 61);
        }

        assert!(weight(&counters) < full, "{full}");
        assert!(hit(&counters, 100, 62));
        assert!(!hit(&counters, 100, 62));
    }

    #[test]
    fn memory_of_moments_is_counted_exactly() {
        let counters = MemoryCounters::default();
        let rate: Rate = "100/min".parse().unwrap();

        for second in 0..50 {
            counters.hit(&key(0), rate, at(second)).unwrap();
        }
        assert_eq!(weight(&counters), KEY_WEIGHT + 50);
        counters.peek(&key(0), rate, at(69)).unwrap();
        assert_eq!(weight(&counters), KEY_WEIGHT + 40);
    }
}
