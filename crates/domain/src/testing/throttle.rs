//! An in-memory double of the counters.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use crate::{Admission, Rate, RepositoryError, SlidingWindow, ThrottleKey, ThrottleRepository};

/// Keeps every window for ever.
#[derive(Debug, Default)]
pub struct MemoryThrottle {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    windows: HashMap<ThrottleKey, SlidingWindow>,
    is_down: bool,
}

impl MemoryThrottle {
    /// From now on every call fails with [`RepositoryError::Unavailable`].
    pub fn go_down(&self) {
        self.lock().is_down = true;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn window<T>(
        &self,
        key: &ThrottleKey,
        work: impl FnOnce(&mut SlidingWindow) -> T,
    ) -> Result<T, RepositoryError> {
        let mut state = self.lock();
        if state.is_down {
            return Err(RepositoryError::Unavailable(
                "it was told to be down".into(),
            ));
        }
        Ok(work(state.windows.entry(*key).or_default()))
    }
}

impl ThrottleRepository for MemoryThrottle {
    fn hit(
        &self,
        key: &ThrottleKey,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<Admission, RepositoryError> {
        self.window(key, |window| window.hit(rate, now))
    }

    fn peek(
        &self,
        key: &ThrottleKey,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<Admission, RepositoryError> {
        self.window(key, |window| window.peek(rate, now))
    }

    fn is_immediate(&self) -> bool {
        false
    }
}
