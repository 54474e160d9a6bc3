//! How long a piece of work waits for what it needs before it begins.

use std::time::{Duration, Instant};

use profiled_domain::deadline;

/// A time that several waits share.
pub(crate) struct TimeLimit {
    end: Instant,
    /// That of the job on this thread: afterwards nobody waits for the outcome.
    end_of_job: Option<Instant>,
}

impl TimeLimit {
    /// A time from now on, or until the job on this thread ends, if that is earlier.
    pub(crate) fn of(time: Duration) -> Self {
        let (end, end_of_job) = (Instant::now() + time, deadline::end());
        Self {
            end: end_of_job.map_or(end, |end_of_job| end_of_job.min(end)),
            end_of_job,
        }
    }

    pub(crate) fn left(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// Whether the job on this thread is over.
    pub(crate) fn is_too_late(&self) -> bool {
        self.end_of_job.is_some_and(|end| end <= Instant::now())
    }
}
