//! Connections, and the pools of them.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use diesel::ConnectionError;
use diesel::r2d2::{ManageConnection, NopErrorHandler, Pool, PooledConnection};
use scheduled_thread_pool::ScheduledThreadPool;

use crate::database::connection::DbConnection;
use crate::database::place::{Log, Place};
use crate::database::sessions;
use crate::database::settings::DatabaseSettings;
use crate::database::state::DatabaseState;
use crate::database::url::DatabaseUrl;
use crate::database::wal::Position;

/// Threads that open connections for all lanes of a store. Each attempt ends in time, and while the database is away
/// none is made.
const OPENERS: usize = 4;

/// Opens connections, and recognises those that are broken.
#[derive(Clone)]
pub(crate) struct Manager {
    url: DatabaseUrl,
    settings: Arc<DatabaseSettings>,
    /// That of the sessions.
    statement_timeout: Duration,
    state: Arc<DatabaseState>,
    place: Arc<Place>,
    openers: Arc<ScheduledThreadPool>,
}

/// What an attempt to connect has led to. A pool tries again for ever by itself, and leaves those who wait in the
/// dark; to it, a failure is a connection that is broken.
pub(crate) enum Attempt {
    Live(Live),
    Failed {
        at: Instant,
        /// Whoever tells it takes it.
        error: Option<ConnectionError>,
    },
}

/// A connection that remembers whether it failed.
pub(crate) struct Live {
    /// Let go of before the connection is closed: SQLite may remove it then.
    _log: Option<Arc<Log>>,
    pub(crate) connection: DbConnection,
    pub(crate) is_broken: bool,
    /// As [`DatabaseState::generation`] was before it was opened.
    pub(crate) generation: u64,
    /// How far a replica was when it was asked last.
    pub(crate) replayed: Option<Position>,
}

pub(crate) type Checkout = PooledConnection<Manager>;

impl Manager {
    /// `name` is what the log calls the database.
    pub(crate) fn new(name: &'static str, url: DatabaseUrl, settings: DatabaseSettings) -> Self {
        Self {
            state: Arc::new(DatabaseState::new(name, url.clone())),
            place: Arc::new(Place::new(&url)),
            url,
            statement_timeout: settings.statement_timeout(),
            settings: Arc::new(settings),
            openers: openers(),
        }
    }

    /// Another one for the same database, whose sessions have a timeout of their own.
    pub(crate) fn with_timeout(&self, statement_timeout: Duration) -> Self {
        Self {
            statement_timeout,
            ..self.clone()
        }
    }

    pub(crate) fn state(&self) -> &DatabaseState {
        &self.state
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    pub(crate) fn statement_timeout(&self) -> Duration {
        self.statement_timeout
    }

    /// How long a request may wait for a connection.
    pub(crate) fn patience(&self) -> Duration {
        self.statement_timeout.min(self.settings.deadline())
    }

    pub(crate) fn is_embedded(&self) -> bool {
        self.url.file().is_some()
    }

    /// A pool without a connection yet. r2d2's own defaults would open all at once, ask each one for a sign of
    /// life before every use, and let requests wait for half a minute.
    pub(crate) fn pool(self, most: u32) -> Pool<Self> {
        let builder = Pool::builder()
            .max_size(most.max(1))
            .min_idle(Some(0))
            .thread_pool(Arc::clone(&self.openers))
            .connection_timeout(self.patience().max(Duration::from_millis(1)))
            .test_on_check_out(false)
            .error_handler(Box::new(NopErrorHandler));
        let builder = match self.url {
            // Nothing grows stale in a file, and statements stay prepared.
            DatabaseUrl::Sqlite(_) => builder.max_lifetime(None).idle_timeout(None),
            // Plans do; so does what a balancer knows of a connection.
            DatabaseUrl::Postgres(_) => builder
                .max_lifetime(Some(Duration::from_mins(30)))
                .idle_timeout(Some(Duration::from_mins(10))),
        };
        builder.build_unchecked(self)
    }

    /// Opens a connection, unless the last attempt has failed: then it is left to the one who looks for the database.
    pub(crate) fn open(&self) -> Result<DbConnection, ConnectionError> {
        if let Some(error) = self.state.outage() {
            return Err(error);
        }
        let began = Instant::now();
        let opened = self.open_in_time();
        match &opened {
            Ok(_) => self.state.reached(),
            Err(error) => {
                let connect = self.connect_in_time();
                self.state.missed(began, error, connect);
            }
        }
        opened
    }

    /// Opens a connection; nobody else learns how that ended.
    pub(crate) fn open_in_time(&self) -> Result<DbConnection, ConnectionError> {
        self.connect_in_time()()
    }

    /// Whether a connection is a session of its own; so it is taken to be if the server has no room for two.
    pub(crate) fn keeps_sessions(&self, first: DbConnection) -> Result<bool, ConnectionError> {
        let DbConnection::Postgres(mut first) = first else {
            return Ok(true);
        };
        let Ok(DbConnection::Postgres(mut second)) = self.open_in_time() else {
            return Ok(true);
        };
        in_time(self.settings.connect_timeout(), move || {
            let kept = sessions::are_kept(&mut first, &mut second);
            kept.map_err(ConnectionError::CouldntSetupConfiguration)
        })
    }

    /// A way to connect that keeps nothing of a store alive.
    fn connect_in_time(&self) -> impl Fn() -> Result<DbConnection, ConnectionError> + Send + use<> {
        let (url, settings) = (self.url.clone(), Arc::clone(&self.settings));
        let (timeout, place) = (self.statement_timeout, Arc::clone(&self.place));
        move || {
            let (url, settings) = (url.clone(), Arc::clone(&settings));
            if url.file().is_some() {
                return place.open(|| DbConnection::open_with(&url, &settings, timeout));
            }
            // One that says nothing leaves time for the others.
            let limit = settings.connect_timeout() * url.hosts();
            in_time(limit, move || {
                DbConnection::open_with(&url, &settings, timeout)
            })
        }
    }
}

fn openers() -> Arc<ScheduledThreadPool> {
    let pool = ScheduledThreadPool::builder().num_threads(OPENERS);
    Arc::new(pool.thread_name_pattern("database-{}").build())
}

/// Runs an attempt to connect, which is given up after a time. libpq's own limit is one for each address of a name, and
/// none for its resolution, or for what is asked of the session afterwards.
fn in_time<T: Send + 'static>(
    limit: Duration,
    attempt: impl FnOnce() -> Result<T, ConnectionError> + Send + 'static,
) -> Result<T, ConnectionError> {
    let failed = |error: String| ConnectionError::BadConnection(error);
    let (sender, receiver) = mpsc::sync_channel(1);
    let thread = thread::Builder::new().name("database-connect".to_owned());
    let spawned = thread.spawn(move || {
        // Nobody may wait for it any more.
        let _ = sender.send(attempt());
    });
    spawned.map_err(|error| failed(error.to_string()))?;
    let outcome = receiver.recv_timeout(limit);
    outcome.unwrap_or_else(|_| {
        let text = format!("no connection within {} s", limit.as_secs());
        Err(failed(text))
    })
}

impl ManageConnection for Manager {
    type Connection = Attempt;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Attempt, ConnectionError> {
        let generation = self.state.generation();
        let attempt = match self.open() {
            Ok(connection) => Attempt::Live(Live {
                _log: self.place.log(),
                connection,
                is_broken: false,
                generation,
                replayed: None,
            }),
            Err(error) => Attempt::Failed {
                at: Instant::now(),
                error: Some(error),
            },
        };
        Ok(attempt)
    }

    fn is_valid(&self, attempt: &mut Attempt) -> Result<(), ConnectionError> {
        if self.has_broken(attempt) {
            let text = "it failed before".to_owned();
            return Err(ConnectionError::BadConnection(text));
        }
        Ok(())
    }

    fn has_broken(&self, attempt: &mut Attempt) -> bool {
        match attempt {
            Attempt::Live(live) => live.is_broken || live.connection.is_unfinished(),
            Attempt::Failed { .. } => true,
        }
    }
}
