//! The store: a pool, and the two ways to use it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::r2d2::Pool;
use diesel::{ConnectionError, QueryResult};
use parking_lot::{FairMutexGuard, Mutex};
use profiled_domain::RepositoryError;

use crate::database::connection::DbConnection;
use crate::database::error::{Cause, StoreError, by_kind};
use crate::database::full_disk::DiskFull;
use crate::database::judge::judge;
use crate::database::pool::{Attempt, Checkout, Live, Manager};
use crate::database::settings::DatabaseSettings;
use crate::database::shapes::PreparedStatements;
use crate::database::time_limit::TimeLimit;
use crate::database::url::{DatabaseUrl, UrlError};

/// Connections of a lane for each that is used: a stuck one is given up, and another one takes its place.
const SPARE: u32 = 4;

/// Why a database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The setting names none.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// It does not answer.
    #[error("the database {url} cannot be reached")]
    Connect {
        /// Without a password.
        url: DatabaseUrl,
        /// What it, or the client library, said.
        #[source]
        source: ConnectionError,
    },
    /// It lends its sessions.
    #[error(
        "{url} is a pooler that gives sessions away after each transaction: set pool_mode = session for PgBouncer, \
         or let database.url name the server itself"
    )]
    Pooler {
        /// Without a password.
        url: DatabaseUrl,
    },
    /// Somebody else has made its tables.
    #[error("database.url: {url} has tables of another program: name another file")]
    Foreign {
        /// The file.
        url: DatabaseUrl,
    },
    /// The schema cannot be read or changed.
    #[error("the migrations of {url} failed")]
    Migration {
        /// Without a password.
        url: DatabaseUrl,
        /// What went wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl OpenError {
    /// Whether the client library makes nothing of the URL, so that no server was asked.
    #[must_use]
    pub fn is_of_url(&self) -> bool {
        let Self::Connect {
            source: ConnectionError::BadConnection(text),
            ..
        } = self
        else {
            return false;
        };
        // Its words for what it cannot read; some options it reads once it connects.
        let words = ["invalid ", "missing key", "extra key"];
        words.iter().any(|words| text.starts_with(words))
            || text.contains(" for connection option ")
    }
}

/// All repositories over one database.
#[derive(Clone)]
pub struct Store {
    name: &'static str,
    manager: Manager,
    pool: Pool<Manager>,
    /// For signs of life, which no other work may hold up.
    ready: Pool<Manager>,
    shapes: Arc<PreparedStatements>,
    /// All pools over the database, by the names of their lanes.
    pools: Arc<Mutex<Vec<NamedPool>>>,
}

type NamedPool = (&'static str, Pool<Manager>);

/// The connections of a lane at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolReport {
    /// The lane.
    pub name: &'static str,
    /// Connections that are open, those among them that are in use, and failed attempts that nobody has looked at.
    pub connections: u32,
    /// Those that wait for work.
    pub idle: u32,
}

impl Store {
    /// Opens the database that the settings name. Connections are made when they are needed.
    ///
    /// # Errors
    /// [`OpenError`]: a bad URL, or a first connection that fails.
    pub fn open(settings: &DatabaseSettings) -> Result<Self, OpenError> {
        let url: DatabaseUrl = settings.url.parse()?;
        let manager = Manager::new("database", url.clone(), settings.clone());
        let kept = manager.open_in_time();
        let kept = kept.and_then(|first| manager.keeps_sessions(first));
        match kept {
            Ok(true) => {}
            Ok(false) => return Err(OpenError::Pooler { url }),
            Err(source) => return Err(OpenError::Connect { url, source }),
        }
        Ok(Self::over(manager, settings))
    }

    /// A store whose connections are made as they are needed, the first one among them.
    pub(crate) fn over(manager: Manager, settings: &DatabaseSettings) -> Self {
        let ready = manager.with_timeout(manager.patience()).pool(SPARE);
        let pool = manager.clone().pool(settings.connections());
        let pools = vec![("maintenance", pool.clone()), ("readiness", ready.clone())];
        Self {
            name: "all",
            pool,
            ready,
            manager,
            shapes: Arc::default(),
            pools: Arc::new(Mutex::new(pools)),
        }
    }

    /// A store over the same database with connections of its own, whose statements end after a time. `name` tells
    /// them in messages. As many threads as `connections` may use it at once; there are some more for those that are stuck
    /// and were given up.
    #[must_use]
    pub fn lane(&self, name: &'static str, connections: u32, statement_timeout: Duration) -> Self {
        let manager = self.manager.with_timeout(statement_timeout);
        let pool = manager.clone().pool(connections.saturating_mul(SPARE));
        self.pools.lock().push((name, pool.clone()));
        Self {
            name,
            manager,
            pool,
            ..self.clone()
        }
    }

    /// The connections of all lanes at this moment.
    #[must_use]
    pub fn pools(&self) -> Vec<PoolReport> {
        let report = |(name, pool): &NamedPool| {
            let state = pool.state();
            PoolReport {
                name,
                connections: state.connections,
                idle: state.idle_connections,
            }
        };
        self.pools.lock().iter().map(report).collect()
    }

    /// Whether the last attempt to connect has failed.
    #[must_use]
    pub fn is_away(&self) -> bool {
        self.manager.state().outage().is_some()
    }

    /// The selections whose statements stay prepared.
    pub(crate) fn shapes(&self) -> &PreparedStatements {
        &self.shapes
    }

    pub(crate) fn manager(&self) -> &Manager {
        &self.manager
    }

    /// Whether the last write has failed since the disk is full, and that was a moment ago.
    #[must_use]
    pub fn disk_is_full(&self) -> bool {
        self.manager.state().is_full()
    }

    /// Runs `work` on a connection of a pool, if one is there within a time.
    fn with<T>(
        &self,
        pool: &Pool<Manager>,
        time: &TimeLimit,
        work: impl FnOnce(&mut Live) -> T,
    ) -> Result<T, RepositoryError> {
        let began = Instant::now();
        loop {
            let mut checkout = self.checkout(pool, time)?;
            match &mut *checkout {
                Attempt::Live(live) if live.generation == self.manager.state().generation() => {
                    return if time.is_too_late() {
                        Err(unavailable("nobody waits for it any more"))
                    } else {
                        Ok(work(live))
                    };
                }
                Attempt::Live(live) => live.is_broken = true,
                Attempt::Failed { at, error } if *at >= began => {
                    let error = error.take().map(unavailable);
                    return Err(error.unwrap_or_else(|| unavailable("no connection")));
                }
                // Of an attempt that nobody has waited for.
                Attempt::Failed { .. } => {}
            }
        }
    }

    /// What a pool has, or what it gets in time. While the database is away there is no waiting.
    fn checkout(
        &self,
        pool: &Pool<Manager>,
        time: &TimeLimit,
    ) -> Result<Checkout, RepositoryError> {
        if let Some(idle) = pool.try_get() {
            return Ok(idle);
        }
        if let Some(error) = self.manager.state().outage() {
            return Err(unavailable(error));
        }
        let waited = pool.get_timeout(time.left());
        waited.map_err(|error| unavailable(format!("{error} of {}", self.name)))
    }

    /// A connection outside the pool, for what sets a session up in its own way.
    pub(crate) fn open_unpooled(&self) -> Result<DbConnection, RepositoryError> {
        self.manager.open().map_err(unavailable)
    }

    /// A connection outside the pool, for what goes through whole tables. SQLite maps no file for it: what is read
    /// would count as memory of the process.
    pub(crate) fn open_for_bulk(&self) -> Result<DbConnection, RepositoryError> {
        let mut connection = self.open_unpooled()?;
        if let DbConnection::Sqlite(c) = &mut connection {
            let unmapped = c.batch_execute("PRAGMA mmap_size = 0");
            unmapped.map_err(StoreError::from)?;
        }
        Ok(connection)
    }

    /// Runs a read. A connection that turns out to be closed is replaced once.
    pub(crate) fn read<T>(
        &self,
        work: impl Fn(&mut DbConnection) -> QueryResult<T>,
    ) -> Result<T, RepositoryError> {
        self.read_from(&self.pool, |live| work(&mut live.connection))
    }

    /// The same, with what is known of the connection.
    pub(crate) fn read_on<T>(
        &self,
        work: impl Fn(&mut Live) -> QueryResult<T>,
    ) -> Result<T, RepositoryError> {
        self.read_from(&self.pool, work)
    }

    /// Runs a read that shows whether the database is there, on a connection that no lane can take.
    pub(crate) fn read_ready<T>(
        &self,
        work: impl Fn(&mut DbConnection) -> QueryResult<T>,
    ) -> Result<T, RepositoryError> {
        self.read_ready_on(|live| work(&mut live.connection))
    }

    /// The same, with what is known of the connection.
    pub(crate) fn read_ready_on<T>(
        &self,
        work: impl Fn(&mut Live) -> QueryResult<T>,
    ) -> Result<T, RepositoryError> {
        self.read_from(&self.ready, work)
    }

    fn read_from<T>(
        &self,
        pool: &Pool<Manager>,
        work: impl Fn(&mut Live) -> QueryResult<T>,
    ) -> Result<T, RepositoryError> {
        let attempt = |live: &mut Live| {
            let began = Instant::now();
            work(live).map_err(|error| (self.cause(live, &error, began), error))
        };
        let time = || TimeLimit::of(self.manager.patience());
        let mut outcome = self.with(pool, &time(), attempt)?;
        if matches!(outcome, Err((Cause::Closed, _))) {
            // The pool's other connections are of the same age, and not used again.
            outcome = self.with(pool, &time(), attempt)?;
        }
        outcome.map_err(|(cause, error)| self.told(cause, error))
    }

    /// What the error is in the words of the domain.
    fn told(&self, cause: Cause, source: diesel::result::Error) -> RepositoryError {
        match cause {
            Cause::Full => {
                let url = self.manager.url().clone();
                unavailable(DiskFull { url, source })
            }
            other => other.told(source),
        }
    }

    /// Runs a write in a transaction of its own. It is never repeated: it may have been committed. The turn, a connection
    /// and SQLite's lock have one time together, and after the end of the job on this thread no write begins.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T, StoreError>,
    ) -> Result<T, RepositoryError> {
        let time = TimeLimit::of(self.manager.statement_timeout());
        let _turn = self.turn(&time)?;
        self.with(&self.pool, &time, |live| {
            let began = Instant::now();
            let usual = self.manager.statement_timeout();
            let place = self.manager.place();
            let work = |connection: &mut DbConnection| {
                let value = work(connection)?;
                place.check().map_err(unavailable)?;
                Ok(value)
            };
            match live.connection.write_within(time.left(), usual, work) {
                Ok(value) => {
                    self.manager.state().wrote(false);
                    // A file that was moved during the commit may be without it.
                    place.check().map_err(unavailable)?;
                    Ok(value)
                }
                Err(StoreError::Domain(error)) => Err(error),
                Err(StoreError::Diesel(error)) => {
                    let cause = self.cause(live, &error, began);
                    Err(self.told(cause, error))
                }
            }
        })?
    }

    /// Runs a write on a connection for what goes through whole tables.
    pub(crate) fn write_in_bulk<T>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let _turn = self.turn(&TimeLimit::of(self.manager.statement_timeout()))?;
        let written = self.open_for_bulk()?.write(work);
        match written {
            Err(StoreError::Diesel(error)) if by_kind(&error) == Cause::Full => {
                Err(self.told(Cause::Full, error).into())
            }
            Ok(value) => {
                self.manager.place().check().map_err(unavailable)?;
                Ok(value)
            }
            other => other,
        }
    }

    /// The turn to write: an embedded database has one writer. SQLite's own lock is not fair to those who wait for it.
    fn turn(&self, time: &TimeLimit) -> Result<Option<FairMutexGuard<'_, ()>>, RepositoryError> {
        if !self.manager.is_embedded() {
            return Ok(None);
        }
        let turn = self.manager.state().turn(time.left());
        let late = || unavailable("another write takes too long");
        turn.map(Some).ok_or_else(late)
    }

    /// Why a connection has failed; from it follows what becomes of the others.
    fn cause(&self, live: &mut Live, error: &diesel::result::Error, began: Instant) -> Cause {
        let (state, timeout) = (self.manager.state(), self.manager.statement_timeout());
        let cause = judge(&mut live.connection, error, began.elapsed(), timeout);
        match cause {
            Cause::Closed => {
                live.is_broken = true;
                state.retire(live.generation);
            }
            Cause::ReadOnly => live.is_broken = true,
            Cause::Full => state.wrote(true),
            Cause::Busy | Cause::Other => {}
        }
        cause
    }
}

fn unavailable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> RepositoryError {
    RepositoryError::Unavailable(error.into())
}
