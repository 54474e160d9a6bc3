//! A pool of its own for password hashing, so that log-ins never take the database's threads.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// A few threads behind a bounded queue.
#[derive(Clone, Debug)]
pub(crate) struct HashingPool {
    queue: mpsc::SyncSender<Job>,
}

/// The queue is full, or a thread died at its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password hashing pool is full")]
pub(crate) struct HashingBusy;

impl HashingPool {
    /// Starts `threads` threads; `waiting` jobs may wait for one.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub(crate) fn start(threads: usize, waiting: usize) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::sync_channel::<Job>(waiting);
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads {
            let jobs = Arc::clone(&jobs);
            let builder = thread::Builder::new().name(format!("hashing-{number}"));
            builder.spawn(move || work(&jobs))?;
        }
        Ok(Self { queue })
    }

    /// Runs `job` on a thread of the pool.
    ///
    /// # Errors
    /// [`HashingBusy`] at once when the queue is full: the client may come again.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashingBusy> {
        let (sender, receiver) = oneshot::channel();
        let job = Box::new(move || {
            // Nobody waits any more when the client has gone away.
            let _ = sender.send(job());
        });
        self.queue.try_send(job).map_err(|_full| HashingBusy)?;
        receiver.await.map_err(|_died| HashingBusy)
    }
}

fn work(jobs: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            // A panic ends one request, not the thread that all log-ins share.
            Ok(job) => drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(job))),
            Err(_no_more_senders) => return,
        }
    }
}
