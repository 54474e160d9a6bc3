//! Connections to either database.

use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use diesel::sqlite::SqliteConnection;
use diesel::{Connection, ConnectionError, ConnectionResult, QueryResult};

use crate::database::functions;
use crate::database::settings::DatabaseSettings;
use crate::database::url::{DatabaseUrl, with_parameters};

/// A connection to one of the two.
#[derive(diesel::MultiConnection)]
pub enum DbConnection {
    /// The embedded database.
    Sqlite(SqliteConnection),
    /// The server.
    Postgres(PgConnection),
}

/// Runs a body once for either connection, without what [`DbConnection`] costs as a backend of its own
/// (ADR 0002).
macro_rules! on_each {
    ($connection:expr, |$inner:ident| $body:expr) => {
        match $connection {
            $crate::database::DbConnection::Sqlite($inner) => $body,
            $crate::database::DbConnection::Postgres($inner) => $body,
        }
    };
}
pub(crate) use on_each;

impl DbConnection {
    /// Opens a database that exists, and sets the session up. `SQLite` itself would make a missing file.
    pub(crate) fn open(url: &DatabaseUrl, settings: &DatabaseSettings) -> ConnectionResult<Self> {
        Self::open_with(url, settings, settings.statement_timeout())
    }

    /// As [`open`](Self::open), with a timeout of its own for the statements of the session.
    pub(crate) fn open_with(
        url: &DatabaseUrl,
        settings: &DatabaseSettings,
        timeout: Duration,
    ) -> ConnectionResult<Self> {
        if let Some(file) = url.file().filter(|file| !file.exists()) {
            let text = format!(
                "there is no file {}: profiled migrate creates it",
                file.display()
            );
            return Err(ConnectionError::BadConnection(text));
        }
        let mut connection = match url {
            DatabaseUrl::Sqlite(path) => {
                Self::Sqlite(SqliteConnection::establish(&path.to_string_lossy())?)
            }
            DatabaseUrl::Postgres(url) => {
                let url = with_parameters(url, &settings.parameters());
                Self::Postgres(PgConnection::establish(&url).map_err(in_one_line)?)
            }
        };
        let session = session(&connection, settings, timeout);
        connection
            .batch_execute(&session)
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        if let Self::Sqlite(c) = &mut connection {
            functions::register(c, timeout).map_err(ConnectionError::CouldntSetupConfiguration)?;
        }
        Ok(connection)
    }

    /// Runs `work` in a transaction that may write.
    ///
    /// SQLite learns that at the beginning: a transaction that begins as a reader fails when it turns into a
    /// writer while another one is at work, without waiting.
    pub(crate) fn write<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.begin()?;
        self.finish(work)
    }

    /// As [`write`](Self::write). SQLite waits for its lock as long as there is time `left`, and not for its `usual`
    /// time to wait, if that is longer.
    pub(crate) fn write_within<T, E: From<diesel::result::Error>>(
        &mut self,
        left: Duration,
        usual: Duration,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Self::Sqlite(c) if left < usual => {
                c.batch_execute(&busy_timeout(left))?;
                let begun = self.begin();
                // A transaction that has begun nevertheless is unfinished, and its connection not used again.
                let restored = self.batch_execute(&busy_timeout(usual));
                begun.and(restored)?;
            }
            _ => self.begin()?,
        }
        self.finish(work)
    }

    /// Runs `work` in the transaction that has begun, and ends it.
    fn finish<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        match work(self) {
            Ok(value) => {
                self.commit()?;
                Ok(value)
            }
            Err(error) => {
                // The first error is the one to tell; a connection that cannot roll back is broken,
                // and the pool drops it.
                let _ = self.roll_back();
                Err(error)
            }
        }
    }

    /// Runs reads that all see the database as of one moment.
    pub(crate) fn snapshot<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        match self {
            Self::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN"),
            Self::Postgres(c) => {
                let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
                AnsiTransactionManager::begin_transaction_sql(c, begin)
            }
        }?;
        self.finish(work)
    }

    fn begin(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(c) => AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE"),
            Self::Postgres(c) => AnsiTransactionManager::begin_transaction(c),
        }
    }

    fn commit(&mut self) -> QueryResult<()> {
        on_each!(self, |c| AnsiTransactionManager::commit_transaction(c))
    }

    fn roll_back(&mut self) -> QueryResult<()> {
        on_each!(self, |c| AnsiTransactionManager::rollback_transaction(c))
    }

    /// Whether a transaction was left open or broken, by a panic for example.
    pub(crate) fn is_unfinished(&mut self) -> bool {
        let depth = |status: &mut diesel::connection::TransactionManagerStatus| {
            status
                .transaction_depth()
                .map_or(true, |depth| depth.is_some())
        };
        on_each!(self, |c| depth(
            AnsiTransactionManager::transaction_manager_status_mut(c)
        ))
    }
}

/// The client library gives hints in lines of their own; in a log each line is an event.
fn in_one_line(error: ConnectionError) -> ConnectionError {
    match error {
        ConnectionError::BadConnection(text) => {
            let words: Vec<&str> = text.split_whitespace().collect();
            ConnectionError::BadConnection(words.join(" "))
        }
        other => other,
    }
}

/// How long SQLite waits for others; not at all if it is 0.
fn busy_timeout(time: Duration) -> String {
    format!("PRAGMA busy_timeout = {}", time.as_millis())
}

/// Statements that every session begins with. SQLite's time to wait comes first: the others already
/// need a lock.
fn session(connection: &DbConnection, settings: &DatabaseSettings, timeout: Duration) -> String {
    match connection {
        DbConnection::Sqlite(_) => {
            let synchronous = settings.sqlite.synchronous.as_str();
            // What is deleted is overwritten: free pages hold no personal data.
            let busy_timeout = busy_timeout(timeout);
            format!(
                "{busy_timeout}; PRAGMA foreign_keys = ON; \
                 PRAGMA secure_delete = ON; PRAGMA synchronous = {synchronous}; PRAGMA mmap_size = 2147418112; \
                 PRAGMA cache_size = -2000;"
            )
        }
        DbConnection::Postgres(_) => {
            // 0 would be no limit.
            let timeout = timeout.as_millis().max(1);
            format!(
                "SET application_name = 'profiled'; SET statement_timeout = {timeout}; \
                 SET lock_timeout = {timeout}; SET TIME ZONE 'UTC';"
            )
        }
    }
}
