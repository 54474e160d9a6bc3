//! When the answer to a request must be there: whoever works for it reads that from its thread.
//!
//! The repository traits take no deadline, since most of what they do never meets one. So the thread that begins a
//! piece of work says until when it is of use ([`within`]), and a storage that is about to wait, or to change something,
//! asks ([`end`]). No clock is read here.

use std::cell::Cell;
use std::time::Instant;

thread_local! {
    static END: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Runs `work`, which is of no use to anybody after `end`. Within another one the earlier end holds; when `work` is over,
/// or has panicked, the thread has the end that it had before.
///
/// `work` itself is not stopped: what it calls fails in time.
pub fn within<T>(end: Instant, work: impl FnOnce() -> T) -> T {
    let outer = END.get();
    let _restored = Restored(outer);
    END.set(Some(outer.map_or(end, |outer| outer.min(end))));
    work()
}

/// Until when the work of this thread is of use; `None` if that has no end, as for a command or a purge.
#[must_use]
pub fn end() -> Option<Instant> {
    END.get()
}

/// The end that a thread gets back.
struct Restored(Option<Instant>);

impl Drop for Restored {
    fn drop(&mut self) {
        END.set(self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::thread;
    use std::time::Duration;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn work_has_the_earlier_end_of_two_and_afterwards_the_one_before() {
        let now = Instant::now();
        let (sooner, later) = (now + SECOND, now + 2 * SECOND);

        within(later, || {
            assert_eq!(within(sooner, end), Some(sooner));
            assert_eq!(end(), Some(later));
            within(sooner, || assert_eq!(within(later, end), Some(sooner)));
        });

        assert_eq!(end(), None);
    }

    #[test]
    fn an_end_goes_with_work_that_panics() {
        let died = catch_unwind(|| within(Instant::now(), || panic!("of no interest")));

        assert!(died.is_err());
        assert_eq!(end(), None);
    }

    #[test]
    fn another_thread_has_no_end() {
        let elsewhere = || thread::spawn(end).join().unwrap();

        assert_eq!(within(Instant::now(), elsewhere), None);
    }
}
