//! Lines of the log on their way to where they are written, which may take none: a full disk, a reader that has gone
//! away, or one that does not read. Whoever has something to log never waits for it, and what was lost is told
//! (ADR 0037).

use std::io::{self, ErrorKind, Write};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use tracing_subscriber::fmt::MakeWriter;

/// Bytes that may wait: what a busy service logs in about a second.
const CAPACITY: usize = 4 * 1024 * 1024;

/// Time until a file that cannot be waited for, as somebody else wants it, is tried again.
const PAUSE: Duration = Duration::from_millis(10);

/// The queue. Clones share one.
#[derive(Clone)]
pub(crate) struct LogQueue(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    lines_are_there: Condvar,
    all_is_written: Condvar,
    lost: AtomicU64,
}

#[derive(Default)]
struct State {
    waiting: Lines,
    is_writing: bool,
}

/// Lines in one piece, which is written at once.
#[derive(Default)]
struct Lines {
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
}

impl LogQueue {
    /// Writes what is put into it to `out`, on a thread of its own.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub(crate) fn start(out: impl Write + Send + 'static) -> io::Result<Self> {
        let queue = Self(Arc::default());
        let shared = Arc::clone(&queue.0);
        let thread = thread::Builder::new().name("log".to_owned());
        thread.spawn(move || shared.run(out))?;
        Ok(queue)
    }

    /// Lines that were not written since the start of the process.
    pub(crate) fn lost(&self) -> u64 {
        self.0.lost.load(Ordering::Relaxed)
    }

    /// Puts a line in. One that has no room is lost.
    pub(crate) fn push(&self, line: &[u8]) {
        let mut state = self.0.lock();
        let waiting = &mut state.waiting;
        if waiting.bytes.len().saturating_add(line.len()) > CAPACITY {
            self.0.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        waiting.bytes.extend_from_slice(line);
        waiting.ends.push(waiting.bytes.len());
        let is_first = waiting.ends.len() == 1;
        drop(state);
        if is_first {
            self.0.lines_are_there.notify_one();
        }
    }

    /// Waits until all lines are written, but no longer than `limit`.
    pub(crate) fn flush(&self, limit: Duration) {
        let is_under_way = |state: &mut State| state.is_writing || !state.waiting.ends.is_empty();
        let state = self.0.lock();
        // Whether in time or not: nobody could be told.
        drop(
            self.0
                .all_is_written
                .wait_timeout_while(state, limit, is_under_way),
        );
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes lines as long as the process lives.
    fn run(self: &Arc<Self>, mut out: impl Write) {
        let (mut lines, mut told, mut is_torn) = (Lines::default(), 0, false);
        loop {
            self.take(&mut lines);
            let written = lines.write_to(&mut out, is_torn);
            let lost = lines.after(written);
            self.lost.fetch_add(lost, Ordering::Relaxed);
            is_torn = lines.is_torn_at(written, is_torn);
            if lost == 0 {
                self.tell(&mut told);
            }
        }
    }

    /// Waits for lines, and takes all.
    fn take(&self, lines: &mut Lines) {
        lines.clear();
        let mut state = self.lock();
        state.is_writing = false;
        if state.waiting.ends.is_empty() {
            self.all_is_written.notify_all();
        }
        let nothing = |state: &mut State| state.waiting.ends.is_empty();
        let woken = self.lines_are_there.wait_while(state, nothing);
        let mut state = woken.unwrap_or_else(PoisonError::into_inner);
        state.is_writing = true;
        mem::swap(lines, &mut state.waiting);
    }

    /// Tells in the log how many lines it lacks. If this one is lost as well, the next one counts it.
    fn tell(self: &Arc<Self>, told: &mut u64) {
        let lost = LogQueue(Arc::clone(self)).lost();
        if lost > *told {
            let new = lost - *told;
            *told = lost;
            tracing::warn!(lines = new, total = lost, "lines of the log were lost");
        }
    }
}

impl Lines {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// How many bytes were written. After half a line, the next one begins on a line of its own.
    fn write_to(&self, out: &mut impl Write, is_torn: bool) -> usize {
        if is_torn && write_some(out, b"\n") == 0 {
            return 0;
        }
        let written = write_some(out, &self.bytes);
        // What is written is not held back: there is nothing to flush.
        let _ = out.flush();
        written
    }

    /// Lines that end after so many bytes.
    fn after(&self, written: usize) -> u64 {
        let before = self.ends.partition_point(|end| *end <= written);
        u64::try_from(self.ends.len() - before).unwrap_or(u64::MAX)
    }

    /// Whether half a line was the last that was written.
    fn is_torn_at(&self, written: usize, was_torn: bool) -> bool {
        match written {
            0 => was_torn,
            _ => self.ends.binary_search(&written).is_err(),
        }
    }
}

/// Writes as much as is taken, and returns how much that was.
fn write_some(out: &mut impl Write, bytes: &[u8]) -> usize {
    let mut written = 0;
    while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
        match out.write(rest) {
            Ok(0) => break,
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Another process that has the same file wants it so. This thread may wait.
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::park_timeout(PAUSE),
            Err(_) => break,
        }
    }
    written
}

impl Write for &LogQueue {
    /// Takes a whole line.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LogQueue {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> Self::Writer {
        self
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// Longer than any test waits.
    const LONG: Duration = Duration::from_mins(1);

    /// What is told of each attempt to write, and answered to it.
    struct Disk {
        tried: Sender<String>,
        answers: Receiver<io::Result<usize>>,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let length = text.len();
            self.tried.send(text).unwrap();
            self.answers.recv().unwrap_or(Ok(length))
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn disk() -> (LogQueue, Receiver<String>, Sender<io::Result<usize>>) {
        let ((tried, told), (answer, answers)) = (channel(), channel());
        let queue = LogQueue::start(Disk { tried, answers }).unwrap();
        (queue, told, answer)
    }

    fn full() -> io::Result<usize> {
        Err(ErrorKind::StorageFull.into())
    }

    #[test]
    fn lines_that_wait_are_written_together_in_their_order() {
        let (queue, tried, answer) = disk();
        queue.push(b"1\n");
        assert_eq!(tried.recv().unwrap(), "1\n");

        queue.push(b"2\n");
        queue.push(b"3\n");
        answer.send(Ok(2)).unwrap();

        assert_eq!(tried.recv().unwrap(), "2\n3\n");
        drop(answer);
        queue.flush(LONG);
        assert_eq!(queue.lost(), 0);
    }

    #[test]
    fn lines_without_room_are_lost_and_nobody_waits() {
        let (queue, tried, answer) = disk();
        queue.push(b"held\n");
        tried.recv().unwrap();
        let large = vec![b'x'; CAPACITY / 2];

        for _ in 0..5 {
            queue.push(&large);
        }

        assert_eq!(queue.lost(), 3);
        drop(answer);
        queue.flush(LONG);
        assert_eq!(tried.recv().unwrap().len(), CAPACITY);
    }

    #[test]
    fn lines_that_are_not_taken_are_counted_and_the_next_ones_are_tried() {
        let (queue, tried, answer) = disk();
        answer.send(full()).unwrap();
        queue.push(b"1\n");
        queue.flush(LONG);
        assert_eq!((tried.recv().unwrap().as_str(), queue.lost()), ("1\n", 1));

        answer.send(Ok(2)).unwrap();
        queue.push(b"2\n");
        queue.flush(LONG);

        assert_eq!((tried.recv().unwrap().as_str(), queue.lost()), ("2\n", 1));
    }

    #[test]
    fn line_after_a_torn_one_begins_anew() {
        let (queue, tried, answer) = disk();
        answer.send(Ok(3)).unwrap();
        answer.send(full()).unwrap();
        queue.push(b"torn\n");
        queue.flush(LONG);
        assert_eq!(
            [tried.recv().unwrap(), tried.recv().unwrap()],
            ["torn\n", "n\n"]
        );

        drop(answer);
        queue.push(b"whole\n");
        queue.flush(LONG);

        assert_eq!(
            [tried.recv().unwrap(), tried.recv().unwrap()],
            ["\n", "whole\n"]
        );
        assert_eq!(queue.lost(), 1);
    }

    #[test]
    fn flush_does_not_wait_for_a_reader_that_does_not_read() {
        let (queue, tried, _answer) = disk();
        queue.push(b"held\n");
        tried.recv().unwrap();

        queue.flush(Duration::ZERO);

        assert_eq!(queue.lost(), 0);
    }
}
