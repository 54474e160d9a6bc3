//! Threads of their own for each kind of work that takes a while, so that none waits for another.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use crate::framework::crew::{Crew, CrewSettings, PoolError};
use crate::framework::measure::{LaneCounts, LaneReport};

type Job = Box<dyn FnOnce() + Send>;

/// A few threads with a bounded queue.
#[derive(Clone)]
pub struct WorkerPool {
    name: &'static str,
    crew: Arc<Crew<Job>>,
}

impl WorkerPool {
    /// Starts `threads` threads; `waiting` jobs may wait for one. A thread is given up that is busy for longer than
    /// `patience`.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub fn start(
        name: &'static str,
        threads: usize,
        waiting: usize,
        patience: Option<Duration>,
    ) -> std::io::Result<Self> {
        let settings = CrewSettings {
            name,
            threads,
            waiting,
            together: 1,
            patience,
        };
        let work = |jobs: Vec<Job>| {
            for job in jobs {
                job();
            }
        };
        let crew = Crew::start(settings, work)?;
        let crew = Arc::new(crew);
        Ok(Self { name, crew })
    }

    /// Runs `job` on a thread of the pool, unless the caller has gone away before it begins.
    ///
    /// # Errors
    /// [`PoolError::Full`] at once; [`PoolError::Died`] when the job panics.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let (sender, receiver) = oneshot::channel();
        let job = Box::new(move || {
            if !sender.is_closed() {
                // The caller may have gone away meanwhile.
                let _ = sender.send(job());
            }
        });
        self.crew.push(job)?;
        receiver.await.map_err(|_died| PoolError::Died(self.name))
    }

    /// What it does at this moment.
    #[must_use]
    pub fn report(&self) -> LaneReport<'_> {
        self.crew.report()
    }

    /// What it has had to do.
    #[must_use]
    pub fn counts(&self) -> &LaneCounts {
        self.crew.counts()
    }

    /// [`Crew::look_after`]
    pub(crate) fn look_after(&self, now: Instant) {
        self.crew.look_after(now);
    }

    /// [`Crew::is_stuck`]
    pub(crate) fn is_stuck(&self, now: Instant, long: Duration) -> bool {
        self.crew.is_stuck(now, long)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn pool() -> WorkerPool {
        WorkerPool::start("tests", 1, 1, None).unwrap()
    }

    /// Occupies the only thread until what is returned is dropped.
    async fn occupied(pool: &WorkerPool) -> (mpsc::Sender<()>, tokio::task::JoinHandle<bool>) {
        let (release, held) = mpsc::channel::<()>();
        let (tell, begun) = oneshot::channel();
        let first = pool.clone();
        let first = actix_web::rt::spawn(async move {
            let job = move || {
                tell.send(()).unwrap();
                held.recv().is_err()
            };
            first.run(job).await.unwrap()
        });
        begun.await.unwrap();
        (release, first)
    }

    #[actix_web::test]
    async fn full_queue_refuses_new_jobs_and_finishes_waiting_ones() {
        let pool = pool();
        let (release, first) = occupied(&pool).await;
        let waiting = pool.run(|| 2);
        let mut waiting = std::pin::pin!(waiting);
        let polled = futures_util::poll!(waiting.as_mut());

        let refused = pool.run(|| 3).await;

        assert!(polled.is_pending());
        assert_eq!(refused, Err(PoolError::Full("tests")));
        drop(release);
        assert!(first.await.unwrap());
        assert_eq!(waiting.await, Ok(2));
    }

    #[actix_web::test]
    async fn job_of_a_caller_who_has_gone_away_is_not_begun() {
        let pool = pool();
        let (release, first) = occupied(&pool).await;
        let (tell, told) = mpsc::channel();
        let mut waiting = Box::pin(pool.run(move || tell.send(())));
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());

        drop(waiting);
        drop(release);

        assert!(first.await.unwrap());
        assert!(told.recv().is_err());
    }

    #[actix_web::test]
    async fn job_that_panics_stops_no_other_job() {
        let pool = pool();

        let died: Result<(), _> = pool.run(|| panic!("of no interest")).await;

        assert_eq!(died, Err(PoolError::Died("tests")));
        assert_eq!(pool.run(|| 1).await, Ok(1));
    }
}
