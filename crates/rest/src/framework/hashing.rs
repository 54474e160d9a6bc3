//! The threads that hash passwords, whose turns are shared out fairly.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use profiled_auth::{Claimant, PasswordSettings};
use profiled_domain::Wait;
use tokio::sync::oneshot;

use crate::error::ApiError;
use crate::framework::crew::{Crew, CrewSettings, PoolError};
use crate::framework::fair_queue::{FairQueue, Places, Scope};
use crate::framework::measure::{Count, LaneReport};

const NAME: &str = "hashing";
/// Longest time for a password, in the queue and on a thread: the costliest hashes take a second or two.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(30);

/// A piece of work; told whether it has come to its turn.
type Job = Box<dyn FnOnce(Result<(), Scope>) + Send>;

/// The threads and who waits for them.
pub(super) struct Hashing {
    queue: Arc<Mutex<FairQueue<Job>>>,
    /// A turn for each that waits: who takes it is found out when it comes.
    turns: Crew<()>,
    /// Those of whose address or network too many waited.
    throttled: Count,
}

impl Hashing {
    /// Starts the threads.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub(super) fn start(settings: &PasswordSettings) -> std::io::Result<Self> {
        let queue = Arc::new(Mutex::new(FairQueue::new(Places {
            all: settings.queue,
            of_network: settings.queue_per_network,
            of_address: settings.queue_per_address,
        })));
        let crew = CrewSettings {
            name: NAME,
            threads: settings.threads(),
            // The queue itself is bounded.
            waiting: usize::MAX,
            together: 1,
            // None of them can be stuck: what they do ends by itself.
            patience: None,
        };
        let taken = Arc::clone(&queue);
        let turns = Crew::start(crew, move |_turn: Vec<()>| {
            let job = lock(&taken).next();
            if let Some(job) = job {
                job(Ok(()));
            }
        })?;
        Ok(Self {
            queue,
            turns,
            throttled: Count::default(),
        })
    }

    /// What the threads do at this moment.
    pub(super) fn report(&self) -> LaneReport<'_> {
        LaneReport {
            waiting: self.waiting(),
            ..self.turns.report()
        }
    }

    /// How many of an address or network found too much of it waiting.
    pub(super) fn throttled(&self) -> u64 {
        self.throttled.get()
    }

    /// How many wait for a thread.
    pub(super) fn waiting(&self) -> usize {
        lock(&self.queue).len()
    }

    /// Runs `work`, which waits for nothing, when it is the turn of `claimant`.
    ///
    /// # Errors
    /// [`ApiError::Throttled`] when too much of its address or network waits; [`ApiError::Unavailable`] when too much
    /// waits in all, or it takes too long.
    pub(super) async fn run<T, F>(&self, claimant: Claimant, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let job = Box::new(move |turn: Result<(), Scope>| {
            if !sender.is_closed() {
                // The caller may have gone away meanwhile.
                let _ = sender.send(turn.map(|()| work()));
            }
        });
        let lost = lock(&self.queue).push(claimant, job);
        let lost = lost.map_err(|scope| self.refusal(scope))?;
        self.turns.push(())?;
        if let Some((scope, jobs)) = lost {
            for job in jobs {
                job(Err(scope));
            }
        }
        // No deadline of the database: the costliest hashes alone take as long.
        match tokio::time::timeout(LONGEST, receiver).await {
            Ok(Ok(done)) => done.map_err(|scope| self.refusal(scope)),
            Ok(Err(_died)) => Err(PoolError::Died(NAME).into()),
            Err(elapsed) => {
                self.turns.counts().missed.one();
                Err(ApiError::Unavailable(Box::new(elapsed)))
            }
        }
    }

    /// Whoever takes too much room waits; where there is none for anybody, the service is busy.
    fn refusal(&self, scope: Scope) -> ApiError {
        match scope {
            Scope::Address | Scope::Network => {
                self.throttled.one();
                ApiError::Throttled(Wait::SECOND)
            }
            Scope::All => {
                self.turns.counts().refused.one();
                PoolError::Full(NAME).into()
            }
        }
    }
}

fn lock(queue: &Mutex<FairQueue<Job>>) -> MutexGuard<'_, FairQueue<Job>> {
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}
