//! How long a request may wait for the database in all: for its turn, for a connection, and for its statements.

use std::cell::Cell;
use std::time::{Duration, Instant};

use tokio::time::{self, timeout};

use crate::error::ApiError;
use crate::framework::crew::PoolError;
use crate::framework::measure::Count;

tokio::task_local! {
    /// What is left to the request of this task.
    static LEFT: Cell<Duration>;
}

/// The setting `database.deadline`.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(pub Duration);

/// The time is over, and the work goes on or does not.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the database did not answer in time")]
struct Late;

impl Deadline {
    /// Answers a request, whose waits for the database count together.
    pub async fn of_request<F: Future>(self, answer: F) -> F::Output {
        LEFT.scope(Cell::new(self.0), answer).await
    }

    /// Waits for what a lane does, as long as the request may. Outside of a request that is the whole time. `work` learns
    /// when nobody waits for it any more. `missed` counts those that are not done in time.
    ///
    /// # Errors
    /// [`ApiError::Unavailable`]: no time is left, or the queue is full. [`ApiError::Internal`]: the work panicked.
    pub async fn wait<T, F>(
        self,
        missed: &Count,
        work: impl FnOnce(Instant) -> F,
    ) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, PoolError>>,
    {
        let began = time::Instant::now();
        let left = LEFT.try_with(Cell::get).unwrap_or(self.0);
        if left.is_zero() {
            // Not even begun: a timeout would look at the work first.
            missed.one();
            return Err(ApiError::Unavailable(Box::new(Late)));
        }
        let outcome = timeout(left, work((began + left).into_std())).await;
        // Outside of a request nothing has to be remembered.
        let _ = LEFT.try_with(|all| all.set(left.saturating_sub(began.elapsed())));
        match outcome {
            Ok(done) => done.map_err(ApiError::from),
            Err(_elapsed) => {
                missed.one();
                Err(ApiError::Unavailable(Box::new(Late)))
            }
        }
    }
}

impl From<PoolError> for ApiError {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Full(_) => Self::Unavailable(Box::new(error)),
            PoolError::Died(_) => Self::Internal(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::pin::Pin;

    use super::*;

    const DEADLINE: Deadline = Deadline(Duration::from_secs(3));

    fn work(
        seconds: u64,
    ) -> impl FnOnce(Instant) -> Pin<Box<dyn Future<Output = Result<(), PoolError>>>> {
        move |_end| {
            Box::pin(async move {
                let _ = timeout(Duration::from_secs(seconds), pending::<()>()).await;
                Ok(())
            })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_of_a_request_count_together() {
        let answer = async {
            [
                DEADLINE.wait(&Count::default(), work(2)).await.is_ok(),
                DEADLINE.wait(&Count::default(), work(2)).await.is_ok(),
            ]
        };

        let done = DEADLINE.of_request(answer).await;

        assert_eq!(done, [true, false]);
    }

    #[tokio::test(start_paused = true)]
    async fn requests_do_not_count_together() {
        for _ in 0..2 {
            assert!(
                DEADLINE
                    .of_request(DEADLINE.wait(&Count::default(), work(2)))
                    .await
                    .is_ok()
            );
        }
        assert!(DEADLINE.wait(&Count::default(), work(2)).await.is_ok());
        assert!(DEADLINE.wait(&Count::default(), work(4)).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_begun_when_no_time_is_left() {
        let is_begun = Cell::new(false);
        let answer = async {
            let late = DEADLINE.wait(&Count::default(), work(4)).await;
            let begin = |_end| async {
                is_begun.set(true);
                Ok(())
            };
            (
                late.is_err(),
                DEADLINE.wait(&Count::default(), begin).await.is_err(),
            )
        };

        assert_eq!(DEADLINE.of_request(answer).await, (true, true));
        assert!(!is_begun.get());
    }
}
