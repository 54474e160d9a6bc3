//! Threads that take what waits in one bounded queue, several pieces at a time if they may.
//!
//! A thread that is stuck, because the database swallows what it asks, is given up: another one takes its place, and
//! it ends when it comes back (ADR 0035).

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

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
}

struct State<T> {
    waiting: VecDeque<T>,
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
        let mut state = self.shared.lock();
        if state.waiting.len() >= self.shared.settings.waiting {
            return Err(PoolError::Full(self.shared.settings.name));
        }
        state.waiting.push_back(piece);
        let has_sleeper = state.asleep > 0;
        drop(state);
        if has_sleeper {
            self.shared.work_is_there.notify_one();
        }
        Ok(())
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
        let pieces = state.waiting.drain(..count).collect();
        let own = state
            .threads
            .iter_mut()
            .find(|thread| thread.number == number);
        if let Some(thread) = own {
            thread.busy_since = Some(Instant::now());
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
mod tests {
    use std::sync::mpsc;

    use super::*;

    const SETTINGS: CrewSettings = CrewSettings {
        name: "tests",
        threads: 1,
        waiting: 3,
        together: 2,
        patience: Some(Duration::from_secs(5)),
    };

    /// A name, and what the thread waits for.
    type Held = (u8, mpsc::Receiver<()>);

    /// A crew that tells what it takes, and waits at each piece that can be waited for.
    fn crew() -> (Crew<Held>, mpsc::Receiver<Vec<u8>>) {
        let (tell, told) = mpsc::channel();
        let work = move |pieces: Vec<Held>| {
            tell.send(pieces.iter().map(|(name, _)| *name).collect())
                .unwrap();
            for (_, held) in pieces {
                let _ = held.recv();
            }
        };
        (Crew::start(SETTINGS, work).unwrap(), told)
    }

    fn held() -> (mpsc::Sender<()>, mpsc::Receiver<()>) {
        mpsc::channel()
    }

    fn free() -> mpsc::Receiver<()> {
        held().1
    }

    #[test]
    fn what_waits_is_taken_together_and_what_has_no_room_is_refused() {
        let (crew, told) = crew();
        let (release, first) = held();
        crew.push((0, first)).unwrap();
        assert_eq!(told.recv(), Ok(vec![0]));

        for name in 1..=3 {
            crew.push((name, free())).unwrap();
        }

        assert_eq!(crew.push((4, free())), Err(PoolError::Full("tests")));
        drop(release);
        assert_eq!(told.recv(), Ok(vec![1, 2]));
        assert_eq!(told.recv(), Ok(vec![3]));
    }

    #[test]
    fn another_thread_takes_the_place_of_a_stuck_one() {
        let (crew, told) = crew();
        let (release, stuck) = held();
        crew.push((0, stuck)).unwrap();
        assert_eq!(told.recv(), Ok(vec![0]));
        crew.push((1, free())).unwrap();
        let later = Instant::now() + Duration::from_secs(6);

        crew.look_after(Instant::now());
        assert!(told.try_recv().is_err());
        crew.look_after(later);

        assert_eq!(told.recv(), Ok(vec![1]));
        assert!(!crew.is_stuck(later, Duration::from_mins(1)));
        drop(release);
    }

    #[test]
    fn crew_that_has_lost_too_many_threads_is_stuck() {
        let (crew, told) = crew();
        let mut held_back = Vec::new();
        for name in 0..=3 {
            let (release, stuck) = held();
            held_back.push(release);
            crew.push((name, stuck)).unwrap();
            assert_eq!(told.recv(), Ok(vec![name]));
            crew.look_after(Instant::now() + Duration::from_secs(6));
        }
        let (soon, later) = (Instant::now(), Instant::now() + Duration::from_secs(61));

        assert!(!crew.is_stuck(soon, Duration::from_mins(1)));
        assert!(crew.is_stuck(later, Duration::from_mins(1)));
        crew.push((9, free())).unwrap();
        drop(held_back);
        assert_eq!(told.recv(), Ok(vec![9]));
    }

    #[test]
    fn all_that_waits_is_done_before_the_threads_end() {
        let (crew, told) = crew();
        let (release, first) = held();
        crew.push((0, first)).unwrap();
        assert_eq!(told.recv(), Ok(vec![0]));
        crew.push((1, free())).unwrap();

        drop(crew);
        drop(release);

        assert_eq!(told.iter().collect::<Vec<_>>(), [[1]]);
    }

    #[test]
    fn panic_ends_no_thread() {
        let (tell, told) = mpsc::channel();
        let work = move |pieces: Vec<u8>| {
            assert!(pieces != [0], "of no interest");
            tell.send(pieces).unwrap();
        };
        let crew = Crew::start(SETTINGS, work).unwrap();

        crew.push(0).unwrap();
        crew.push(1).unwrap();

        assert!(told.recv().is_ok());
    }
}
