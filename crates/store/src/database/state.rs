//! What all lanes of a store know of their database together.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use diesel::ConnectionError;
use parking_lot::{Condvar, FairMutex, FairMutexGuard, Mutex};

use crate::database::connection::DbConnection;
use crate::database::url::DatabaseUrl;

/// How long a full disk is remembered if no write succeeds meanwhile.
const FULL_FOR: Duration = Duration::from_secs(10);
/// Between two attempts to reach a database that is away: at first, and at most.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Whether the database can be reached, which connections are out of date, and who may write to a file.
#[derive(Debug)]
pub(crate) struct DatabaseState {
    /// What the log calls it.
    name: &'static str,
    url: DatabaseUrl,
    /// As `connecting` has it, for those who only look.
    is_away: AtomicBool,
    connecting: Mutex<Connecting>,
    /// Notified when the database is back.
    back: Condvar,
    /// Rises when a connection turns out to be closed: older ones are likely to be, too.
    generation: AtomicU64,
    full_since: Mutex<Option<Instant>>,
    writer: FairMutex<()>,
}

#[derive(Debug, Default)]
struct Connecting {
    /// When an attempt succeeded last.
    reached_at: Option<Instant>,
    /// Why the last attempt failed.
    outage: Option<String>,
}

impl DatabaseState {
    pub(crate) fn new(name: &'static str, url: DatabaseUrl) -> Self {
        Self {
            name,
            url,
            is_away: AtomicBool::new(false),
            connecting: Mutex::default(),
            back: Condvar::new(),
            generation: AtomicU64::new(0),
            full_since: Mutex::new(None),
            writer: FairMutex::new(()),
        }
    }

    /// Why the last attempt to connect failed; `None` if it did not.
    pub(crate) fn outage(&self) -> Option<ConnectionError> {
        if !self.is_away.load(Ordering::Acquire) {
            return None;
        }
        let outage = self.connecting.lock().outage.clone();
        outage.map(ConnectionError::BadConnection)
    }

    /// Takes note of an attempt that has succeeded.
    pub(crate) fn reached(&self) {
        let mut connecting = self.connecting.lock();
        connecting.reached_at = Some(Instant::now());
        if connecting.outage.take().is_some() {
            self.is_away.store(false, Ordering::Release);
            self.back.notify_all();
            tracing::info!(url = %self.url, "the {} is back", self.name);
        }
    }

    /// Takes note of an attempt that has failed. From now on `connect` is tried again and again, by one thread, until
    /// somebody has succeeded.
    pub(crate) fn missed<C>(self: &Arc<Self>, began: Instant, error: &ConnectionError, connect: C)
    where
        C: Fn() -> Result<DbConnection, ConnectionError> + Send + 'static,
    {
        let mut connecting = self.connecting.lock();
        let is_outdated = connecting.reached_at.is_some_and(|at| at > began);
        if is_outdated || connecting.outage.is_some() {
            return;
        }
        let state = Arc::downgrade(self);
        let probe = thread::Builder::new().name("database-probe".to_owned());
        if let Err(error) = probe.spawn(move || search(&state, connect)) {
            // Without it each request tries for itself.
            tracing::warn!(%error, "no thread to look for the database");
            return;
        }
        tracing::warn!(url = %self.url, %error, "the {} is away", self.name);
        connecting.outage = Some(error.to_string());
        self.is_away.store(true, Ordering::Release);
    }

    /// Whether the database is back, now or within a time.
    fn is_back_within(&self, pause: Duration) -> bool {
        let mut connecting = self.connecting.lock();
        let is_away = |connecting: &mut Connecting| connecting.outage.is_some();
        let end = Instant::now() + pause;
        self.back.wait_while_until(&mut connecting, is_away, end);
        connecting.outage.is_none()
    }

    /// Connections of another generation are not used.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Ends a generation, of which a connection was found to be closed.
    pub(crate) fn retire(&self, generation: u64) {
        // Of several that fail at once, the first one does it.
        let _ = self.generation.compare_exchange(
            generation,
            generation.wrapping_add(1),
            Ordering::AcqRel,
            Ordering::Acquire,
        );
    }

    pub(crate) fn is_full(&self) -> bool {
        let since = *self.full_since.lock();
        since.is_some_and(|since| since.elapsed() < FULL_FOR)
    }

    /// Takes note of a write: whether the disk had no room for it.
    pub(crate) fn wrote(&self, is_full: bool) {
        let mut since = self.full_since.lock();
        if since.is_some() != is_full {
            let url = &self.url;
            if is_full {
                tracing::error!(%url, "the disk of the database is full: make room");
            } else {
                tracing::info!(%url, "the disk of the database has room again");
            }
        }
        *since = is_full.then(Instant::now);
    }

    /// The turn to write to an embedded database, in the order of the questions; `None` if it does not come in time.
    pub(crate) fn turn(&self, patience: Duration) -> Option<FairMutexGuard<'_, ()>> {
        self.writer.try_lock_for(patience)
    }
}

/// Looks for the database until it is back, or nobody waits for it any more.
fn search(
    shared: &Weak<DatabaseState>,
    connect: impl Fn() -> Result<DbConnection, ConnectionError>,
) {
    let mut pause = FIRST_PAUSE;
    while let Some(state) = shared.upgrade() {
        if state.is_back_within(pause) {
            return;
        }
        // Stores that are dropped during the attempt are not kept for it.
        drop(state);
        let found = connect();
        if let (Ok(_), Some(state)) = (found, shared.upgrade()) {
            state.reached();
        }
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}
