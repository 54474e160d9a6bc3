//! Pools of their own for costly work, so that it never takes the database's threads.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// A few threads with a bounded queue.
#[derive(Clone, Debug)]
pub struct WorkerPool {
    name: &'static str,
    queue: mpsc::SyncSender<Job>,
}

/// The queue of a pool is full, or a thread died at its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the pool for {0} is full")]
pub struct PoolBusy(&'static str);

impl WorkerPool {
    /// Starts `threads` threads; `waiting` jobs may wait for one.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub fn start(name: &'static str, threads: usize, waiting: usize) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::sync_channel::<Job>(waiting);
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads {
            let jobs = Arc::clone(&jobs);
            let builder = thread::Builder::new().name(format!("{name}-{number}"));
            builder.spawn(move || work(&jobs))?;
        }
        Ok(Self { name, queue })
    }

    /// Runs `job` on a thread of the pool.
    ///
    /// # Errors
    /// [`PoolBusy`] at once when the queue is full: the client may come again.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolBusy> {
        let (sender, receiver) = oneshot::channel();
        let job = Box::new(move || {
            // No task waits any more when the client has gone away.
            let _ = sender.send(job());
        });
        let busy = PoolBusy(self.name);
        self.queue.try_send(job).map_err(|_full| busy)?;
        receiver.await.map_err(|_died| busy)
    }
}

fn work(jobs: &Mutex<mpsc::Receiver<Job>>) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            // A panic ends one request, not the thread that all others share.
            Ok(job) => drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(job))),
            Err(_no_more_senders) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn full_queue_refuses_new_jobs_and_finishes_waiting_ones() {
        let pool = WorkerPool::start("tests", 1, 1).unwrap();
        let (release, held) = mpsc::channel::<()>();
        let (tell, begun) = oneshot::channel();
        let first = pool.clone();
        let first = actix_web::rt::spawn(async move {
            let job = move || {
                tell.send(()).unwrap();
                held.recv().is_err()
            };
            first.run(job).await
        });
        begun.await.unwrap();
        let waiting = pool.run(|| 2);
        let mut waiting = std::pin::pin!(waiting);
        let polled = futures_util::poll!(waiting.as_mut());

        let refused = pool.run(|| 3).await;

        assert!(polled.is_pending());
        assert_eq!(refused, Err(PoolBusy("tests")));
        drop(release);
        assert_eq!(first.await.unwrap(), Ok(true));
        assert_eq!(waiting.await, Ok(2));
    }

    #[actix_web::test]
    async fn job_that_panics_stops_no_other_job() {
        let pool = WorkerPool::start("tests", 1, 1).unwrap();

        let died: Result<(), _> = pool.run(|| panic!("of no interest")).await;

        assert_eq!(died, Err(PoolBusy("tests")));
        assert_eq!(pool.run(|| 1).await, Ok(1));
    }
}
