//! Work that waits for threads.

use super::{Count, Distribution, TIMES};

/// Upper bounds of the size of batches.
const SIZES: &[u64] = &[1, 2, 4, 8, 16, 32, 64];

/// What a lane has had to do.
#[derive(Debug)]
pub struct LaneCounts {
    /// How long pieces of work waited for a thread, in microseconds.
    pub waits: Distribution,
    /// How many pieces a thread took at once, where it may take several.
    pub batches: Distribution,
    /// Pieces for which the queue had no room.
    pub refused: Count,
    /// Requests whose time was over before their work was done.
    pub missed: Count,
}

impl Default for LaneCounts {
    fn default() -> Self {
        Self {
            waits: Distribution::new(TIMES),
            batches: Distribution::new(SIZES),
            refused: Count::default(),
            missed: Count::default(),
        }
    }
}

/// A lane at a moment.
#[derive(Debug)]
pub struct LaneReport<'a> {
    /// What it is called.
    pub name: &'static str,
    /// Pieces that wait.
    pub waiting: usize,
    /// Threads that work, those that were given up among them.
    pub busy: usize,
    /// Threads that are stuck and were given up.
    pub given_up: usize,
    /// Threads that there should be.
    pub threads: usize,
    /// Whether a thread may take several pieces at once.
    pub is_batched: bool,
    /// What it has had to do.
    pub counts: &'a LaneCounts,
}
