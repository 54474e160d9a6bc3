//! The store: a pool, and the two ways to use it.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::r2d2::Pool;
use diesel::{ConnectionError, QueryResult};
use profiled_domain::RepositoryError;

use crate::database::connection::DbConnection;
use crate::database::error::{StoreError, is_closed, translate};
use crate::database::pool::{Checkout, Manager};
use crate::database::settings::DatabaseSettings;
use crate::database::shapes::PreparedStatements;
use crate::database::url::{DatabaseUrl, UrlError};

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

/// All repositories over one database.
#[derive(Clone)]
pub struct Store {
    manager: Manager,
    pool: Pool<Manager>,
    shapes: Arc<PreparedStatements>,
}

impl Store {
    /// Opens the database that the settings name. Connections are made when they are needed.
    ///
    /// # Errors
    /// [`OpenError`]: a bad URL, or a first connection that fails.
    pub fn open(settings: &DatabaseSettings) -> Result<Self, OpenError> {
        let url: DatabaseUrl = settings.url.parse()?;
        let manager = Manager::new(url.clone(), settings.clone());
        manager
            .open()
            .map_err(|source| OpenError::Connect { url, source })?;
        Ok(Self {
            pool: manager.clone().pool(),
            manager,
            shapes: Arc::default(),
        })
    }

    /// The selections whose statements stay prepared.
    pub(crate) fn shapes(&self) -> &PreparedStatements {
        &self.shapes
    }

    fn checkout(&self) -> Result<Checkout, RepositoryError> {
        let unavailable = |error| RepositoryError::Unavailable(Box::new(error));
        self.pool.get().map_err(unavailable)
    }

    /// A connection outside the pool, for what sets a session up in its own way.
    pub(crate) fn open_unpooled(&self) -> Result<DbConnection, RepositoryError> {
        let unavailable = |error| RepositoryError::Unavailable(Box::new(error));
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
        let mut pooled = self.checkout()?;
        match work(&mut pooled.connection) {
            Ok(value) => Ok(value),
            Err(error) if is_closed(&error) => {
                pooled.is_broken = true;
                drop(pooled);
                // Not from the pool: its other connections may have died with this one.
                work(&mut self.open_unpooled()?).map_err(translate)
            }
            Err(error) => Err(translate(error)),
        }
    }

    /// Runs a write in a transaction of its own. It is never repeated: it may have been committed.
    pub(crate) fn write<T>(
        &self,
        work: impl FnOnce(&mut DbConnection) -> Result<T, StoreError>,
    ) -> Result<T, RepositoryError> {
        let mut pooled = self.checkout()?;
        let outcome = pooled.connection.write(work);
        if let Err(StoreError::Diesel(error)) = &outcome {
            pooled.is_broken = is_closed(error);
        }
        outcome.map_err(RepositoryError::from)
    }
}
