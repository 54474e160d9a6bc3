//! A streaming replica that is asked who stands behind a credential (ADR 0049). It answers only what it shows as of a moment
//! after the question; for everything else the database itself is to be asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use parking_lot::Mutex;
use profiled_domain::RepositoryError;

use crate::database::connection::DbConnection;
use crate::database::pool::{Live, Manager};
use crate::database::replica_watch::{Fault, Watch};
use crate::database::settings::DatabaseSettings;
use crate::database::store::{OpenError, Store};
use crate::database::url::DatabaseUrl;
use crate::database::wal::{self, Position};

/// Pauses between looks at a replica that is just a little behind.
const PAUSES: [Duration; 3] = [
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(2),
];

/// The replica of a store's database.
pub struct Replica {
    url: DatabaseUrl,
    /// Says how far the database is, and nothing else.
    primary: Store,
    standby: Store,
    is_used: Arc<AtomicBool>,
    watch: Mutex<Watch>,
    answered: AtomicU64,
    passed_on: AtomicU64,
}

/// What becomes of a replica, for whoever watches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaState {
    /// Whether it is asked.
    pub is_used: bool,
    /// How long it has lacked something that was written, or has said nothing.
    pub lag: Duration,
    /// Batches of look-ups that it has answered.
    pub answered: u64,
    /// Those that it was asked and could not answer.
    pub passed_on: u64,
}

impl Replica {
    /// The replica that the settings name, if they do, with as many connections to it as threads will use. It is not asked
    /// before it has been [watched](Self::watch).
    ///
    /// # Errors
    /// [`OpenError::Url`]
    pub fn of(
        store: &Store,
        settings: &DatabaseSettings,
        connections: u32,
        statement_timeout: Duration,
    ) -> Result<Option<Self>, OpenError> {
        if settings.read_url.is_empty() {
            return Ok(None);
        }
        let url: DatabaseUrl = settings.read_url.parse()?;
        let settings = DatabaseSettings {
            url: settings.read_url.clone(),
            ..settings.clone()
        };
        let manager = Manager::new("replica", url.clone(), settings.clone());
        let standby = Store::over(manager, &settings);
        Ok(Some(Self {
            url,
            primary: store.lane("positions", connections, statement_timeout),
            standby: standby.lane("replica", connections, statement_timeout),
            is_used: Arc::default(),
            watch: Mutex::new(Watch::new(settings.max_replica_lag())),
            answered: AtomicU64::new(0),
            passed_on: AtomicU64::new(0),
        }))
    }

    /// Whether it is to be asked, at any time.
    #[must_use]
    pub fn is_used(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.is_used)
    }

    /// What has become of it.
    #[must_use]
    pub fn state(&self) -> ReplicaState {
        ReplicaState {
            is_used: self.is_used.load(Ordering::Relaxed),
            lag: self.watch.lock().lag(Instant::now()),
            answered: self.answered.load(Ordering::Relaxed),
            passed_on: self.passed_on.load(Ordering::Relaxed),
        }
    }

    /// Looks at it, waits for that, and decides whether it is asked. Returns why not.
    pub fn examine(&self) -> Option<&'static str> {
        if self.watch.lock().begin(Instant::now()) {
            self.look();
        }
        self.decide()
    }

    /// Has it looked at, and decides by the last look whether it is asked: to be called several times a second. Returns why
    /// not.
    pub fn watch(self: &Arc<Self>) -> Option<&'static str> {
        // It may never answer: then this look is the last one, and time goes by.
        if self.watch.lock().begin(Instant::now()) {
            let replica = Arc::clone(self);
            let look = thread::Builder::new().name("replica-look".to_owned());
            if look.spawn(move || replica.look()).is_err() {
                self.watch.lock().end(None, Instant::now());
            }
        }
        self.decide()
    }

    fn decide(&self) -> Option<&'static str> {
        let mut watch = self.watch.lock();
        let lag = watch.lag(Instant::now());
        let was_used = self.is_used.load(Ordering::Relaxed);
        let problem = watch.problem(was_used, Instant::now());
        self.is_used.store(problem.is_none(), Ordering::Relaxed);
        if watch.is_news(problem) {
            match problem {
                None => tracing::info!(url = %self.url, "the replica is asked"),
                Some(problem) => {
                    tracing::warn!(url = %self.url, ?lag, "the replica is not asked: {problem}");
                }
            }
        }
        problem
    }

    fn look(&self) {
        let seen = self.compare();
        self.watch.lock().end(seen, Instant::now());
    }

    /// `None` if the database does not tell how far it is: then nothing can be said of its replica.
    fn compare(&self) -> Option<Result<(Position, i64), Fault>> {
        let own = |connection: &mut DbConnection| {
            Ok((wal::written(connection)?, wal::identity(connection)?.0))
        };
        let (written, own) = self.primary.read(own).ok()?;
        self.watch.lock().identity = Some(own);
        let found = self.standby.read_ready_on(|live| {
            let identity = wal::identity(&mut live.connection)?;
            let replayed = wal::replayed(&mut live.connection)?;
            // Another connection may lead to another server.
            live.is_broken = identity != (own, written.timeline) || replayed.is_none();
            Ok((identity, replayed))
        });
        Some(match found {
            Err(_) => Err(Fault::Away),
            Ok(((identity, _), _)) if identity != own => Err(Fault::Stranger),
            Ok((_, None)) => Err(Fault::Primary),
            Ok(((_, timeline), _)) if timeline != written.timeline => Err(Fault::Timeline),
            Ok((_, Some(replayed))) => Ok((written, replayed)),
        })
    }

    /// Runs a read that shows everything which had been acknowledged before it.
    pub(crate) fn read<T>(
        &self,
        work: impl Fn(&mut DbConnection) -> QueryResult<T>,
    ) -> Result<T, RepositoryError> {
        let outcome = self.read_if_there(work);
        let count = match outcome {
            Ok(_) => &self.answered,
            Err(_) => &self.passed_on,
        };
        count.fetch_add(1, Ordering::Relaxed);
        outcome
    }

    fn read_if_there<T>(
        &self,
        work: impl Fn(&mut DbConnection) -> QueryResult<T>,
    ) -> Result<T, RepositoryError> {
        let needed = self.primary.read(wal::written)?;
        let found = self.standby.read_on(|live| {
            if self.has(live, needed)? {
                work(&mut live.connection).map(Some)
            } else {
                Ok(None)
            }
        })?;
        found.ok_or_else(|| RepositoryError::Unavailable("the replica is behind".into()))
    }

    /// Whether the server behind a connection, which may be any of several, is as far as that, now or in a moment. What is
    /// read afterwards shows all of it: a statement sees what is there when it begins.
    fn has(&self, live: &mut Live, needed: Position) -> QueryResult<bool> {
        let reaches = |known: &Position| known.timeline == needed.timeline && known.at >= needed.at;
        if live.replayed.as_ref().is_some_and(reaches) {
            return Ok(true);
        }
        let is_known = live
            .replayed
            .is_some_and(|known| known.timeline == needed.timeline);
        if !is_known {
            let (identity, timeline) = wal::identity(&mut live.connection)?;
            if Some(identity) != self.watch.lock().identity || timeline != needed.timeline {
                live.is_broken = true;
                return Ok(false);
            }
        }
        let mut pauses = PAUSES.into_iter();
        loop {
            let Some(at) = wal::replayed(&mut live.connection)? else {
                live.is_broken = true;
                return Ok(false);
            };
            let known = Position {
                timeline: needed.timeline,
                at,
            };
            live.replayed = Some(known);
            if reaches(&known) {
                return Ok(true);
            }
            match pauses.next() {
                Some(pause) => wait(pause),
                None => return Ok(false),
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "servers before PostgreSQL 19 tell nobody when they have come to a place"
)]
fn wait(pause: Duration) {
    thread::sleep(pause);
}
