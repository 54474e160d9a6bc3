//! What is counted of the service while it runs. Plain numbers, which whoever exports them reads: this crate knows no exporter
//! (ADR 0045).

mod lane;
mod requests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use lane::{LaneCounts, LaneReport};
pub(crate) use requests::METHODS;
pub use requests::{Place, RequestCounts, RouteCounts};

/// Upper bounds of times, in microseconds: from what a read takes to what nobody waits for.
pub const TIMES: &[u64] = &[
    250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    2_500_000, 5_000_000, 10_000_000,
];

/// Counts, from any thread.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// One more.
    pub fn one(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// How many there were.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// How many values there were up to each bound, and beyond the last one.
#[derive(Debug)]
pub struct Distribution {
    bounds: &'static [u64],
    counts: Box<[Count]>,
    sum: Count,
}

impl Distribution {
    /// Nothing yet; the bounds rise.
    #[must_use]
    pub fn new(bounds: &'static [u64]) -> Self {
        let counts = (0..=bounds.len()).map(|_| Count::default());
        Self {
            bounds,
            counts: counts.collect(),
            sum: Count::default(),
        }
    }

    /// Notes a value.
    pub fn observe(&self, value: u64) {
        let at = self.bounds.partition_point(|bound| *bound < value);
        if let Some(count) = self.counts.get(at) {
            count.one();
        }
        self.sum.add(value);
    }

    /// Notes a time, in microseconds.
    pub fn observe_time(&self, time: Duration) {
        self.observe(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
    }

    /// Each bound with how many values there were between it and the one before; those beyond all have none.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<u64>, u64)> {
        let bounds = self.bounds.iter().copied().map(Some);
        let bounds = bounds.chain([None]);
        bounds.zip(self.counts.iter().map(Count::get))
    }

    /// All values together.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.sum.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_belongs_to_the_first_bound_that_it_does_not_exceed() {
        let values = Distribution::new(&[1, 10]);

        for value in [0, 1, 2, 10, 11] {
            values.observe(value);
        }

        let buckets: Vec<_> = values.buckets().collect();
        assert_eq!(buckets, [(Some(1), 2), (Some(10), 2), (None, 1)]);
        assert_eq!(values.sum(), 24);
    }
}
