//! Threads that take what waits in one bounded queue, several pieces at a time if they may.
//!
//! A thread that is stuck, because the database swallows what it asks, is given up: another one takes its place, and
//! it ends when it comes back (ADR 0035).

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::framework::measure::{LaneCounts, LaneReport};

/// How many threads may be given up for each one that works.
const GIVEN_UP: usize = 3;

/// What the threads of a crew are like.
#[derive(Clone, Copy, Debug)]
pub struct CrewSettings {
    /// What they are called.
    pub name: &'static str,
    /// How many there are.
    pub threads: usize,
    /// Pieces that may wait.
    pub waiting: usize,
    /// Pieces that one thread takes at once.
    pub together: usize,
    /// When a thread is given up that does not come back; never, if there is no such time.
    pub patience: Option<Duration>,
}

/// Why a crew does not do what is asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// Too much waits already: the client may come again.
    #[error("the queue of the {0} is full")]
    Full(&'static str),
    /// The thread has panicked.
    #[error("a thread of the {0} has panicked")]
    Died(&'static str),
}

/// The threads and their queue. They end when it is dropped, after all that waits is done.
pub struct Crew<T: Send + 'static> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    settings: CrewSettings,
    state: Mutex<State<T>>,
    work_is_there: Condvar,
    work: Box<dyn Fn(Vec<T>) + Send + Sync>,
    counts: LaneCounts,
}

struct State<T> {
    /// Each since when.
    waiting: VecDeque<(Instant, T)>,
    /// Threads that sleep: only they have to be woken.
    asleep: usize,
    is_closed: bool,
    /// One for each thread, those that were given up among them until they come back.
    threads: Vec<Thread>,
    /// Counts threads, to tell them apart.
    started: usize,
}

struct Thread {
    number: usize,
    busy_since: Option<Instant>,
    is_given_up: bool,
}

impl<T: Send + 'static> Crew<T> {
    /// Starts threads that do `work`.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub fn start(
        settings: CrewSettings,
        work: impl Fn(Vec<T>) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            settings,
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                asleep: 0,
                is_closed: false,
                threads: Vec::new(),
                started: 0,
            }),
            work_is_there: Condvar::new(),
            work: Box::new(work),
            counts: LaneCounts::default(),
        });
        // Threads that were started end with it when another one cannot be.
        let crew = Self { shared };
        for _ in 0..settings.threads {
            crew.shared.start_thread()?;
        }
        Ok(crew)
    }

    /// Lets a piece wait for a thread.
    ///
    /// # Errors
    /// [`PoolError::Full`] at once, with nothing kept.
    pub fn push(&self, piece: T) -> Result<(), PoolError> {
        let now = Instant::now();
        let mut state = self.shared.lock();
        if state.waiting.len() >= self.shared.settings.waiting {
            self.shared.counts.refused.one();
            return Err(PoolError::Full(self.shared.settings.name));
        }
        state.waiting.push_back((now, piece));
        let has_sleeper = state.asleep > 0;
        drop(state);
        if has_sleeper {
            self.shared.work_is_there.notify_one();
        }
        Ok(())
    }

    /// What this crew has had to do.
    pub fn counts(&self) -> &LaneCounts {
        &self.shared.counts
    }

    /// What it does at this moment.
    pub fn report(&self) -> LaneReport<'_> {
        let state = self.shared.lock();
        let threads = state.threads.iter();
        let settings = &self.shared.settings;
        LaneReport {
            name: settings.name,
            waiting: state.waiting.len(),
            busy: threads
                .clone()
                .filter(|thread| thread.busy_since.is_some())
                .count(),
            given_up: threads.filter(|thread| thread.is_given_up).count(),
            threads: settings.threads,
            is_batched: settings.together > 1,
            counts: &self.shared.counts,
        }
    }

    /// Gives up threads that are stuck, and starts others in their places: to be called every now and then.
    pub fn look_after(&self, now: Instant) {
        let Some(patience) = self.shared.settings.patience else {
            return;
        };
        let lane = self.shared.settings.name;
        while let Some(thread) = self.shared.stuck(now, patience) {
            if let Err(error) = self.shared.start_thread() {
                tracing::error!(%error, lane, "no thread for the place of a stuck one");
                return;
            }
            self.shared.give_up(thread);
            tracing::warn!(
                lane,
                thread,
                "a thread is stuck in the database and is given up: another one takes its place"
            );
        }
    }

    /// Whether all threads have been stuck for so long, and none may be started any more.
    pub fn is_stuck(&self, now: Instant, long: Duration) -> bool {
        let state = self.shared.lock();
        let is_stuck = |thread: &Thread| {
            let since = thread.busy_since;
            thread.is_given_up || since.is_some_and(|since| now.duration_since(since) >= long)
        };
        self.shared.settings.threads > 0 && state.threads.iter().all(is_stuck)
    }
}

impl<T: Send + 'static> Drop for Crew<T> {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.work_is_there.notify_all();
    }
}

impl<T: Send + 'static> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start_thread(self: &Arc<Self>) -> std::io::Result<()> {
        let number = {
            let mut state = self.lock();
            let number = state.started;
            state.started += 1;
            state.threads.push(Thread {
                number,
                busy_since: None,
                is_given_up: false,
            });
            number
        };
        let shared = Arc::clone(self);
        let name = format!("{}-{number}", self.settings.name);
        let started = thread::Builder::new().name(name).spawn(move || {
            while let Some(pieces) = shared.next(number) {
                // A panic ends what is asked of this thread now, not the thread that all others share.
                let _ = catch_unwind(AssertUnwindSafe(|| (shared.work)(pieces)));
            }
        });
        if started.is_err() {
            self.lock().threads.retain(|thread| thread.number != number);
        }
        started.map(drop)
    }

    /// What is to be done next; `None` for a thread that is not needed any more.
    fn next(&self, number: usize) -> Option<Vec<T>> {
        let mut state = self.lock();
        let own = state
            .threads
            .iter_mut()
            .find(|thread| thread.number == number);
        let is_needed = own.is_some_and(|thread| {
            thread.busy_since = None;
            !thread.is_given_up
        });
        if !is_needed {
            state.threads.retain(|thread| thread.number != number);
            return None;
        }
        while state.waiting.is_empty() {
            if state.is_closed {
                return None;
            }
            state.asleep += 1;
            let woken = self.work_is_there.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
            state.asleep -= 1;
        }
        let count = state.waiting.len().min(self.settings.together);
        let now = Instant::now();
        let (counts, taken) = (&self.counts, state.waiting.drain(..count));
        let pieces = taken.map(|(since, piece)| {
            counts.waits.observe_time(now.duration_since(since));
            piece
        });
        let pieces = pieces.collect();
        if self.settings.together > 1 {
            counts.batches.observe(count.try_into().unwrap_or(u64::MAX));
        }
        let own = state
            .threads
            .iter_mut()
            .find(|thread| thread.number == number);
        if let Some(thread) = own {
            thread.busy_since = Some(now);
        }
        Some(pieces)
    }

    /// A thread that is stuck, if one more may be given up.
    fn stuck(&self, now: Instant, patience: Duration) -> Option<usize> {
        let state = self.lock();
        let given_up = state.threads.iter().filter(|thread| thread.is_given_up);
        let may_give_up = given_up.count() < GIVEN_UP * self.settings.threads;
        let is_stuck = |thread: &&Thread| {
            let since = thread.busy_since.filter(|_| !thread.is_given_up);
            since.is_some_and(|since| now.duration_since(since) >= patience)
        };
        let mut stuck = state.threads.iter().filter(is_stuck);
        stuck
            .next()
            .filter(|_| may_give_up)
            .map(|thread| thread.number)
    }

    /// A thread that has come back meanwhile works on: then there is one more than there has to be.
    fn give_up(&self, number: usize) {
        let mut state = self.lock();
        for thread in state
            .threads
            .iter_mut()
            .filter(|thread| thread.number == number)
        {
            thread.is_given_up = true;
        }
    }
}

#[cfg(test)]
mod tests;
