//! The pool of connections.

use std::time::Duration;

use diesel::ConnectionError;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};

use crate::database::connection::DbConnection;
use crate::database::settings::DatabaseSettings;
use crate::database::url::DatabaseUrl;

/// Opens connections, and recognises those that are broken.
#[derive(Clone, Debug)]
pub(crate) struct Manager {
    url: DatabaseUrl,
    settings: DatabaseSettings,
}

/// A connection that remembers whether it failed.
pub(crate) struct Pooled {
    pub(crate) connection: DbConnection,
    pub(crate) is_broken: bool,
}

impl Manager {
    pub(crate) fn new(url: DatabaseUrl, settings: DatabaseSettings) -> Self {
        Self { url, settings }
    }

    /// The pool, without a connection yet. r2d2's own defaults would open all at once, ask each one for
    /// a sign of life before every use, and let requests wait for half a minute.
    pub(crate) fn pool(self) -> Pool<Self> {
        let builder = Pool::builder()
            .max_size(self.settings.connections())
            .min_idle(Some(0))
            .connection_timeout(self.settings.connect_timeout())
            .test_on_check_out(false)
            .error_handler(Box::new(LogErrors));
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

    /// A connection outside of the pool.
    pub(crate) fn open(&self) -> Result<DbConnection, ConnectionError> {
        DbConnection::open(&self.url, &self.settings)
    }
}

impl ManageConnection for Manager {
    type Connection = Pooled;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Pooled, ConnectionError> {
        Ok(Pooled {
            connection: self.open()?,
            is_broken: false,
        })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), ConnectionError> {
        let broken = || ConnectionError::BadConnection("it failed before".to_owned());
        if self.has_broken(pooled) {
            Err(broken())
        } else {
            Ok(())
        }
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.is_broken || pooled.connection.is_unfinished()
    }
}

pub(crate) type Checkout = PooledConnection<Manager>;

/// r2d2 tries again and again; each failure is logged once.
#[derive(Debug)]
struct LogErrors;

impl diesel::r2d2::HandleError<ConnectionError> for LogErrors {
    fn handle_error(&self, error: ConnectionError) {
        tracing::warn!(%error, "no connection to the database");
    }
}
