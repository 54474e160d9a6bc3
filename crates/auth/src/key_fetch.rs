//! Fetches of the keys of a foreign issuer, one at a time, and tokens that wait for one (ADR 0039).

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// Seconds between two fetches that unknown keys may ask for: names of keys are easily made up.
const MIN_INTERVAL: i64 = 30;

/// The fetches of one issuer.
#[derive(Debug)]
pub(crate) struct Fetches {
    /// How long after it was asked for a fetch may be waited for.
    patience: Duration,
    state: Mutex<State>,
    over: Condvar,
}

#[derive(Debug)]
struct State {
    /// Fetches that were asked for, and the last of them that is over.
    asked: u64,
    over: u64,
    /// How long the last one that was asked for is waited for.
    until: Instant,
    /// When a token has asked for one.
    asked_at: Option<DateTime<Utc>>,
    /// Whether the last one took longer than anybody waits.
    was_slow: bool,
    waiting: HashMap<u64, Waker>,
    waited: u64,
}

/// A fetch that is under way. As a future it ends with the fetch, whatever came of it.
#[derive(Debug)]
pub struct KeyFetch {
    fetches: Arc<Fetches>,
    number: u64,
    until: Instant,
    /// Under which its waker is kept.
    id: u64,
}

impl Fetches {
    /// Of which a first one is asked for.
    pub(crate) fn new(patience: Duration) -> Arc<Self> {
        let state = State {
            asked: 1,
            over: 0,
            until: Instant::now() + patience,
            asked_at: None,
            was_slow: false,
            waiting: HashMap::new(),
            waited: 0,
        };
        Arc::new(Self {
            patience,
            state: Mutex::new(state),
            over: Condvar::new(),
        })
    }

    /// Runs a fetch, which counts for all who have asked until now.
    pub(crate) fn run(&self, fetch: impl FnOnce()) {
        let (asked, began) = (self.lock().asked, Instant::now());
        fetch();
        let mut state = self.lock();
        state.over = asked;
        state.was_slow = began.elapsed() > self.patience;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.over.notify_all();
        waiting.into_values().for_each(Waker::wake);
    }

    /// The fetch that a token with an unknown key may wait for: the one that is under way, or one that `ask` has
    /// begun. There is none if the keys were fetched a moment ago, or if the issuer is too slow.
    pub(crate) fn wait_for(
        self: &Arc<Self>,
        now: DateTime<Utc>,
        ask: impl FnOnce(),
    ) -> Option<KeyFetch> {
        let mut state = self.lock();
        if state.over == state.asked {
            let interval = TimeDelta::seconds(MIN_INTERVAL);
            let is_recent = |asked: DateTime<Utc>| (now - asked).abs() < interval;
            if state.asked_at.is_some_and(is_recent) {
                return None;
            }
            state.asked_at = Some(now);
            state.asked += 1;
            let patience = if state.was_slow {
                Duration::ZERO
            } else {
                self.patience
            };
            state.until = Instant::now() + patience;
            ask();
        }
        if state.until <= Instant::now() {
            return None;
        }
        state.waited += 1;
        Some(KeyFetch {
            fetches: Arc::clone(self),
            number: state.asked,
            until: state.until,
            id: state.waited,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyFetch {
    /// Until when it is waited for.
    #[must_use]
    pub fn until(&self) -> Instant {
        self.until
    }

    /// Waits for it on this thread.
    pub fn block(&self) {
        let limit = self.until.saturating_duration_since(Instant::now());
        let is_under_way = |state: &mut State| state.over < self.number;
        let state = self.fetches.lock();
        let over = &self.fetches.over;
        // Whether in time or not, the keys that are there count.
        drop(over.wait_timeout_while(state, limit, is_under_way));
    }
}

impl Future for KeyFetch {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.fetches.lock();
        if state.over >= self.number {
            return Poll::Ready(());
        }
        state.waiting.insert(self.id, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for KeyFetch {
    fn drop(&mut self) {
        self.fetches.lock().waiting.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    /// Longer than any test waits.
    const LONG: Duration = Duration::from_mins(1);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_764_000_000 + seconds, 0).unwrap()
    }

    /// Fetches, of which the first is over.
    fn fetches(patience: Duration) -> Arc<Fetches> {
        let fetches = Fetches::new(patience);
        fetches.run(|| ());
        fetches
    }

    fn poll(fetch: &mut KeyFetch) -> Poll<()> {
        Pin::new(fetch).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn fetch_is_asked_for_once_by_all_who_wait_and_ends_for_each() {
        let (fetches, mut asked) = (fetches(LONG), 0);
        let mut waiting: Vec<_> = (0..3)
            .map(|second| fetches.wait_for(at(second), || asked += 1).unwrap())
            .collect();
        assert!(waiting.iter_mut().all(|fetch| poll(fetch).is_pending()));

        fetches.run(|| ());

        assert!(waiting.iter_mut().all(|fetch| poll(fetch).is_ready()));
        assert_eq!(asked, 1);
        assert!(fetches.wait_for(at(29), || asked += 1).is_none());
        assert!(fetches.wait_for(at(30), || asked += 1).is_some());
        assert_eq!(asked, 2);
    }

    #[test]
    fn fetch_that_was_begun_before_it_was_asked_for_does_not_count() {
        let fetches = fetches(LONG);
        let mut waiting = None;

        fetches.run(|| waiting = fetches.wait_for(at(0), || ()));
        let mut waiting = waiting.unwrap();
        assert!(poll(&mut waiting).is_pending());
        fetches.run(|| ());

        assert!(poll(&mut waiting).is_ready());
    }

    #[test]
    fn issuer_that_was_too_slow_is_asked_and_not_waited_for() {
        let (fetches, mut asked) = (fetches(LONG), 0);
        fetches.lock().was_slow = true;

        assert!(fetches.wait_for(at(0), || asked += 1).is_none());
        assert!(fetches.wait_for(at(0), || asked += 1).is_none());
        fetches.run(|| ());

        assert_eq!(asked, 1);
        assert!(fetches.wait_for(at(30), || ()).is_some());
    }

    #[test]
    fn thread_that_waits_is_woken_by_the_end_of_the_fetch() {
        let fetches = fetches(LONG);
        let waiting = fetches.wait_for(at(0), || ()).unwrap();
        let (tell, told) = channel();
        let thread = thread::spawn(move || {
            waiting.block();
            tell.send(()).unwrap();
        });

        fetches.run(|| assert!(told.try_recv().is_err()));

        told.recv().unwrap();
        thread.join().unwrap();
    }

    #[test]
    fn who_waits_no_more_leaves_nothing_behind() {
        let fetches = fetches(LONG);
        let mut waiting = fetches.wait_for(at(0), || ()).unwrap();
        assert!(poll(&mut waiting).is_pending());

        drop(waiting);

        assert!(fetches.lock().waiting.is_empty());
    }
}
