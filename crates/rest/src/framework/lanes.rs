//! Lanes to the database (ADR 0035): work of each kind has threads, connections and a queue of its own, so that none
//! waits for work of another kind.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use profiled_domain::deadline::within;
use profiled_domain::{
    Holder, HolderQuery, ProfileDepth, ProfileRepository, Repository, RepositoryError, StorageMode,
    UserId, Wait,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::ApiError;
use crate::framework::crew::PoolError;
use crate::framework::deadline::Deadline;
use crate::framework::look_ups::{Answer, LookUps};
use crate::framework::measure::{Count, LaneReport};
use crate::framework::worker_pool::WorkerPool;

/// Lists of one user that are selected at once.
const LISTS_PER_USER: usize = 2;
/// How long one more list of the same user waits for its turn.
const TURN: Duration = Duration::from_secs(1);
/// A thread is given up that has been busy for so much longer than the deadline: no statement takes longer.
const PATIENCE: Duration = Duration::from_secs(3);
/// When the threads of a lane have been stuck for so long, the process is to be started anew.
const STUCK: Duration = Duration::from_mins(1);

/// A replica that has not answered for so long may not do so in time: the database itself is asked, too.
const SILENCE: Duration = Duration::from_millis(250);

/// Time between two lines that sum up requests that were answered 503.
const BETWEEN_SUMS: Duration = Duration::from_secs(10);

/// The connections of a lane, and how many threads use them.
#[derive(Clone)]
pub struct Lane {
    /// The storage, over connections that no other lane uses.
    pub repository: Arc<dyn Repository>,
    /// Threads that work with it at a time; those that are stuck, and were given up, come on top.
    pub threads: usize,
}

/// A copy of the storage that answers look-ups, or fails at once where it cannot vouch for the answer (ADR 0049).
#[derive(Clone)]
pub struct ReplicaLane {
    /// The copy.
    pub repository: Arc<dyn ProfileRepository>,
    /// Threads that work with it.
    pub threads: usize,
    /// Whether it is to be asked at this moment.
    pub is_used: Arc<AtomicBool>,
}

/// What the lanes are put together from.
pub struct LaneParts {
    /// Look-ups of holders, which are answered together.
    pub readers: Lane,
    /// Where they are tried first.
    pub replica: Option<ReplicaLane>,
    /// Other reads of single objects.
    pub details: Lane,
    /// Changes.
    pub writers: Lane,
    /// Lists and filters.
    pub lists: Lane,
    /// Whether the service is ready, which no other work delays.
    pub readiness: Arc<dyn Repository>,
    /// What is done in between, on threads of its own.
    pub maintenance: Arc<dyn Repository>,
    /// Threads that count requests, where counters are in the database.
    pub counters: usize,
    /// Requests that may wait in each lane.
    pub waiting: usize,
    /// How long a request may wait for the database in all.
    pub deadline: Duration,
}

impl LaneParts {
    /// Lanes of one thread each over a storage that shares its connections out by itself.
    #[must_use]
    pub fn over(repository: Arc<dyn Repository>) -> Self {
        let lane = || Lane {
            repository: Arc::clone(&repository),
            threads: 1,
        };
        Self {
            readers: lane(),
            replica: None,
            details: lane(),
            writers: lane(),
            lists: lane(),
            readiness: Arc::clone(&repository),
            maintenance: repository,
            counters: 1,
            waiting: 1024,
            deadline: Duration::from_secs(3),
        }
    }
}

/// The lanes.
pub struct Lanes {
    readers: LookUps,
    replica: Option<Replica>,
    details: Line,
    writers: Line,
    lists: Line,
    readiness: Line,
    counters: WorkerPool,
    turns: Turns,
    pub(super) maintenance: Arc<dyn Repository>,
    deadline: Deadline,
    unavailable: Unavailable,
}

/// Those who ask the copy.
struct Replica {
    readers: LookUps,
    is_used: Arc<AtomicBool>,
}

impl Replica {
    /// The answer, if the copy has it and is quick.
    async fn find(&self, query: HolderQuery, depth: ProfileDepth) -> Option<Answer> {
        if !self.is_used.load(Ordering::Relaxed) {
            return None;
        }
        let found = timeout(SILENCE, self.readers.find(query, depth)).await;
        found.ok()?.ok().filter(Result::is_ok)
    }
}

/// A lane whose threads take one piece of work after the other.
struct Line {
    repository: Arc<dyn Repository>,
    pool: WorkerPool,
}

impl Line {
    fn start(
        name: &'static str,
        lane: Lane,
        waiting: usize,
        patience: Duration,
    ) -> std::io::Result<Self> {
        Ok(Self {
            pool: WorkerPool::start(name, lane.threads, waiting, Some(patience))?,
            repository: lane.repository,
        })
    }

    fn missed(&self) -> &Count {
        &self.pool.counts().missed
    }

    /// Runs work that is of use until `end`.
    async fn run<T, F>(&self, end: Instant, work: F) -> Result<T, PoolError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Repository) -> T + Send + 'static,
    {
        let repository = Arc::clone(&self.repository);
        let job = move || within(end, || work(&*repository));
        self.pool.run(job).await
    }
}

impl Lanes {
    /// Starts the threads.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub fn start(parts: LaneParts) -> std::io::Result<Self> {
        let patience = parts.deadline + PATIENCE;
        let start = |name, lane| Line::start(name, lane, parts.waiting, patience);
        let look_ups = |name, repository, threads| {
            LookUps::start(name, repository, threads, parts.waiting, patience)
        };
        let LaneParts { readers, .. } = parts;
        let replica = parts.replica.map(|replica| {
            Ok::<_, std::io::Error>(Replica {
                readers: look_ups("replica", replica.repository, replica.threads)?,
                is_used: replica.is_used,
            })
        });
        let readiness = Lane {
            repository: parts.readiness,
            threads: 1,
        };
        Ok(Self {
            readers: look_ups("readers", readers.repository, readers.threads)?,
            replica: replica.transpose()?,
            details: start("details", parts.details)?,
            writers: start("writers", parts.writers)?,
            lists: start("lists", parts.lists)?,
            readiness: start("readiness", readiness)?,
            counters: WorkerPool::start("counters", parts.counters, parts.waiting, Some(patience))?,
            turns: Turns::default(),
            maintenance: parts.maintenance,
            deadline: Deadline(parts.deadline),
            unavailable: Unavailable::default(),
        })
    }

    /// How long a request may wait for the database.
    pub fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// Looks a holder up, together with whatever else is looked up at this moment.
    pub async fn find(
        &self,
        query: HolderQuery,
        depth: ProfileDepth,
    ) -> Result<Option<Holder>, ApiError> {
        let missed = &self.readers.crew.counts().missed;
        let found = self
            .deadline
            .wait(missed, |_end| self.look_up(query, depth));
        let found = found.await?;
        found.map_err(ApiError::from)
    }

    async fn look_up(&self, query: HolderQuery, depth: ProfileDepth) -> Result<Answer, PoolError> {
        if let Some(replica) = &self.replica
            && let Some(found) = replica.find(query.clone(), depth).await
        {
            return Ok(found);
        }
        self.readers.find(query, depth).await
    }

    /// Reads something of little size.
    pub async fn read<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Repository) -> T + Send + 'static,
    {
        self.on(&self.details, work).await
    }

    /// Changes something.
    pub async fn write<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Repository) -> T + Send + 'static,
    {
        self.on(&self.writers, work).await
    }

    /// Selects a list for a user. Nobody has more than a few under way, so that nobody takes the lane for themselves.
    ///
    /// # Errors
    /// [`ApiError::Throttled`] for one more.
    pub async fn list<T, F>(&self, caller: UserId, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Repository) -> T + Send + 'static,
    {
        let turn = |_end| async { Ok(self.turns.take(caller).await) };
        let turn = self.deadline.wait(self.lists.missed(), turn).await??;
        // The turn ends with the work, also when the client has gone away.
        let work = move |repository: &dyn Repository| {
            let done = work(repository);
            drop(turn);
            done
        };
        self.on(&self.lists, work).await
    }

    /// Counts a request in the database.
    pub async fn count<T: Send + 'static>(
        &self,
        count: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let counted = |end| self.counters.run(move || within(end, count));
        let missed = &self.counters.counts().missed;
        self.deadline.wait(missed, counted).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<Result<StorageMode, RepositoryError>, ApiError> {
        let ping = |repository: &dyn Repository| repository.ping();
        self.on(&self.readiness, ping).await
    }

    async fn on<T, F>(&self, line: &Line, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Repository) -> T + Send + 'static,
    {
        self.deadline
            .wait(line.missed(), |end| line.run(end, work))
            .await
    }

    /// What each lane does at this moment.
    pub fn reports(&self) -> impl Iterator<Item = LaneReport<'_>> {
        let pools = self.pools().map(WorkerPool::report);
        [self.readers.crew.report()].into_iter().chain(pools)
    }

    /// Lists that waited too long for a turn of their user.
    pub fn refused_lists(&self) -> u64 {
        self.turns.refused.get()
    }

    /// Counts a request that is answered 503.
    pub fn count_unavailable(&self) {
        self.unavailable.all.fetch_add(1, Ordering::Relaxed);
    }

    /// Gives threads up that are stuck, and tells how many requests were answered 503: to be called every now and then.
    pub fn look_after(&self) {
        let now = Instant::now();
        self.unavailable.tell(now);
        for look_ups in self.look_ups() {
            look_ups.crew.look_after(now);
        }
        for pool in self.pools() {
            pool.look_after(now);
        }
    }

    /// Whether all threads of a lane have been stuck for a minute.
    pub fn are_stuck(&self) -> bool {
        let now = Instant::now();
        let mut pools = self.pools().into_iter();
        self.readers.crew.is_stuck(now, STUCK) || pools.any(|pool| pool.is_stuck(now, STUCK))
    }

    /// The readers, and those of a replica.
    fn look_ups(&self) -> impl Iterator<Item = &LookUps> {
        let replica = self.replica.as_ref().map(|replica| &replica.readers);
        [&self.readers].into_iter().chain(replica)
    }

    /// Those whose threads wait for the database, but for the readers.
    fn pools(&self) -> [&WorkerPool; 5] {
        let [details, writers, lists, readiness] =
            [&self.details, &self.writers, &self.lists, &self.readiness].map(|line| &line.pool);
        [details, writers, lists, readiness, &self.counters]
    }
}

/// Requests that were answered 503, since the start.
#[derive(Default)]
struct Unavailable {
    all: AtomicU64,
    /// How many of them the log has, and since when.
    told: Mutex<(u64, Option<Instant>)>,
}

impl Unavailable {
    /// Each request has a line in the log; this one sums them up, where the log leaves those out.
    fn tell(&self, now: Instant) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, at) = *told;
        let total = self.all.load(Ordering::Relaxed);
        let is_early = at.is_some_and(|at| now.duration_since(at) < BETWEEN_SUMS);
        if total > before && !is_early {
            let requests = total - before;
            tracing::warn!(requests, total, "requests were answered 503");
            *told = (total, Some(now));
        }
    }
}

/// Whose turn it is to select a list.
#[derive(Default)]
struct Turns {
    taken: Mutex<HashMap<UserId, Arc<Semaphore>>>,
    refused: Count,
}

impl Turns {
    async fn take(&self, user: UserId) -> Result<OwnedSemaphorePermit, ApiError> {
        let turn = timeout(TURN, self.of(user).acquire_owned()).await;
        // The semaphores are never closed.
        turn.ok().and_then(Result::ok).ok_or_else(|| {
            self.refused.one();
            ApiError::Throttled(Wait::SECOND)
        })
    }

    fn of(&self, user: UserId) -> Arc<Semaphore> {
        let mut turns = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        // Who waits or works has the other one of two.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        let turn = turns.entry(user);
        let turn = turn.or_insert_with(|| Arc::new(Semaphore::new(LISTS_PER_USER)));
        Arc::clone(turn)
    }
}
