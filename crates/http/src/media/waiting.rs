//! Uploads that wait for a thread that decodes and encodes pictures: as many as fit into memory, and none for ever.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use profiled_rest::WorkerPool;
use profiled_rest::error::ApiError;
use profiled_rest::measure::LaneReport;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use tokio::time::timeout;

use super::MediaSettings;

/// Bytes are counted in pieces of this size, so that a semaphore can count them.
const PIECE: usize = 1024;

/// Threads for pictures, and their queue.
pub(super) struct PictureQueue {
    threads: WorkerPool,
    room: Arc<Semaphore>,
    /// All the room there is, in pieces.
    size: usize,
    deadline: Duration,
}

/// Why a picture was not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("the pictures that wait have too many bytes")]
    Full,
    #[error("no thread for pictures was free in time")]
    Late,
}

impl PictureQueue {
    /// Starts the threads.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub(super) fn start(settings: &MediaSettings) -> std::io::Result<Self> {
        // The queue of the threads is as long as the bytes allow.
        let threads = WorkerPool::start("pictures", settings.threads(), usize::MAX, None)?;
        Ok(Self {
            threads,
            room: Arc::new(Semaphore::new(pieces(settings.queue_bytes))),
            size: pieces(settings.queue_bytes),
            deadline: Duration::from_secs(settings.deadline),
        })
    }

    /// What it does at this moment.
    pub(super) fn report(&self) -> LaneReport<'_> {
        self.threads.report()
    }

    /// Has a thread work on an upload.
    ///
    /// # Errors
    /// [`ApiError::Unavailable`]: too many bytes wait already, or the deadline is over before the work is done.
    /// [`ApiError::Internal`]: the work panicked.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        upload: Bytes,
        work: impl FnOnce(&[u8]) -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let room = self.room_for(upload.len())?;
        let job = move || {
            let done = work(&upload);
            drop((upload, room));
            done
        };
        match timeout(self.deadline, self.threads.run(job)).await {
            Ok(done) => done.map_err(ApiError::from),
            Err(_elapsed) => {
                self.threads.counts().missed.one();
                Err(ApiError::Unavailable(Box::new(Refusal::Late)))
            }
        }
    }

    /// Room for so many bytes, which is free again when it is dropped: with the upload. One that is larger than the
    /// queue takes all of it.
    fn room_for(&self, bytes: usize) -> Result<OwnedSemaphorePermit, ApiError> {
        let pieces = u32::try_from(pieces(bytes).min(self.size)).unwrap_or(u32::MAX);
        let room = Arc::clone(&self.room).try_acquire_many_owned(pieces);
        room.map_err(|_full: TryAcquireError| {
            self.threads.counts().refused.one();
            ApiError::Unavailable(Box::new(Refusal::Full))
        })
    }
}

fn pieces(bytes: usize) -> usize {
    bytes.div_ceil(PIECE)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use profiled_store::testing::defaults;

    use super::*;

    /// A queue of one thread with room for four pieces.
    fn queue(deadline: Duration) -> PictureQueue {
        let settings = MediaSettings {
            concurrency: 1,
            queue_bytes: 4 * PIECE,
            ..defaults("media")
        };
        PictureQueue {
            deadline,
            ..PictureQueue::start(&settings).unwrap()
        }
    }

    fn upload(bytes: usize) -> Bytes {
        vec![0; bytes].into()
    }

    /// Why something is unavailable.
    fn refusal<T: std::fmt::Debug>(outcome: Result<T, ApiError>) -> Refusal {
        match outcome {
            Err(ApiError::Unavailable(error)) => *error.downcast().unwrap(),
            other => panic!("{other:?}"),
        }
    }

    #[actix_web::test]
    async fn uploads_wait_as_long_as_their_bytes_have_room() {
        let queue = queue(Duration::from_hours(1));
        let (release, held) = mpsc::channel::<()>();
        let first = queue.run(upload(PIECE), move |_| held.recv().is_err());
        let second = queue.run(upload(2 * PIECE), <[u8]>::len);
        let third = queue.run(upload(1), <[u8]>::len);
        let (mut first, mut second, mut third) =
            (Box::pin(first), Box::pin(second), Box::pin(third));
        for waiting in [
            futures_util::poll!(first.as_mut()).is_pending(),
            futures_util::poll!(second.as_mut()).is_pending(),
            futures_util::poll!(third.as_mut()).is_pending(),
        ] {
            assert!(waiting);
        }

        let refused = queue.run(upload(1), <[u8]>::len).await;

        assert_eq!(refusal(refused), Refusal::Full);
        drop(release);
        assert!(first.await.unwrap());
        assert_eq!(
            (second.await.unwrap(), third.await.unwrap()),
            (2 * PIECE, 1)
        );
        // There is room again, even for what is larger than the queue.
        let large = queue.run(upload(9 * PIECE), <[u8]>::len).await;
        assert_eq!(large.unwrap(), 9 * PIECE);
    }

    #[actix_web::test]
    async fn upload_that_gets_no_thread_in_time_is_refused_and_not_begun() {
        let queue = queue(Duration::ZERO);
        let (release, held) = mpsc::channel::<()>();
        let (begin, begun) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let occupy = move || (begin.send(()), held.recv().is_err());
        let mut occupied = Box::pin(queue.threads.run(occupy));
        assert!(futures_util::poll!(occupied.as_mut()).is_pending());
        begun.recv().unwrap();

        let refused = queue.run(upload(1), move |_| tell.send(())).await;

        assert_eq!(refusal(refused), Refusal::Late);
        drop(occupied);
        drop(release);
        // The thread ends after all that waits.
        drop(queue);
        assert!(told.recv().is_err());
    }
}
