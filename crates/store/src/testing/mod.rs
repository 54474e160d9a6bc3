//! Databases that live as long as one test, and the rules that repositories are held to.

pub mod contract;
pub mod samples;
mod session;
mod settings;
mod skip;

use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::{Connection, ConnectionError, RunQueryDsl};
use tempfile::TempDir;

use crate::database::{
    DatabaseSettings, DbConnection, OpenError, SqliteSettings, Store, Synchronous, on_each,
};

pub use session::TestSession;
pub use settings::{database_settings, defaults};
pub use skip::skip;
use skip::variable;

/// A migrated, empty database of its own, removed when it is dropped.
pub struct TestDatabase {
    url: String,
    place: Place,
}

enum Place {
    /// Goes with the value.
    Folder {
        _folder: TempDir,
    },
    Server {
        admin: String,
        name: String,
    },
}

/// Why there is no database to test with.
#[derive(Debug, thiserror::Error)]
pub enum TestDatabaseError {
    /// No temporary folder.
    #[error(transparent)]
    Folder(#[from] std::io::Error),
    /// The server at `TEST_POSTGRES_URL` does not answer.
    #[error(transparent)]
    Connect(#[from] ConnectionError),
    /// It does not create a database.
    #[error(transparent)]
    Create(#[from] diesel::result::Error),
    /// The schema cannot be made.
    #[error(transparent)]
    Migrate(#[from] OpenError),
}

impl TestDatabase {
    /// An embedded database in a temporary folder.
    ///
    /// # Errors
    /// [`TestDatabaseError`]
    pub fn sqlite() -> Result<Self, TestDatabaseError> {
        /// An empty database: migrations take longer than most tests.
        static EMPTY: Mutex<Vec<u8>> = Mutex::new(Vec::new());

        let folder = tempfile::tempdir()?;
        let file = folder.path().join("test.sqlite3");
        let url = format!("sqlite://{}", file.display());
        let mut empty = EMPTY.lock().unwrap_or_else(PoisonError::into_inner);
        if empty.is_empty() {
            crate::database::migrate(&database_settings(&url))?;
            *empty = std::fs::read(&file)?;
        } else {
            std::fs::write(&file, &*empty)?;
        }
        Ok(Self {
            url,
            place: Place::Folder { _folder: folder },
        })
    }

    /// A database on the server that `TEST_POSTGRES_URL` names. Without one the test is skipped, which
    /// is noted on standard error and in the file that `TEST_SKIP_LOG` names.
    ///
    /// # Errors
    /// [`TestDatabaseError`]
    ///
    /// # Panics
    /// If there is no server, and `REQUIRE_POSTGRES` is 1.
    pub fn postgres(test: &str) -> Result<Option<Self>, TestDatabaseError> {
        let Some(admin) = variable("TEST_POSTGRES_URL") else {
            skip(test, "TEST_POSTGRES_URL is not set", "REQUIRE_POSTGRES");
            return Ok(None);
        };
        Self::on_server(admin).map(Some)
    }

    /// A database on the server whose database of the administrator is at `admin`.
    ///
    /// # Errors
    /// [`TestDatabaseError`]
    pub fn on_server(admin: String) -> Result<Self, TestDatabaseError> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("profiled_test_{}_{number}", process::id());
        let (server, query) = admin.split_once('?').unwrap_or((&admin, ""));
        let server = server.rsplit_once('/').map_or(server, |(server, _)| server);
        let url = format!("{server}/{name}?{query}");
        // A run that was killed may have left one of this name.
        PgConnection::establish(&admin)?.batch_execute(&drop_statement(&name))?;
        PgConnection::establish(&admin)?.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let database = Self {
            url,
            place: Place::Server { admin, name },
        };
        crate::database::migrate(&database.settings())?;
        Ok(database)
    }

    /// The URL, for the setting `database.url`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Default settings for this database, but for its protection from power cuts, which costs time.
    #[must_use]
    pub fn settings(&self) -> DatabaseSettings {
        DatabaseSettings {
            sqlite: SqliteSettings {
                synchronous: Synchronous::Normal,
            },
            ..database_settings(&self.url)
        }
    }

    /// A store over this database.
    ///
    /// # Errors
    /// [`TestDatabaseError`]
    pub fn store(&self) -> Result<Store, TestDatabaseError> {
        Ok(Store::open(&self.settings())?)
    }

    /// Runs SQL text on a connection of its own.
    ///
    /// # Errors
    /// [`TestDatabaseError`]
    pub fn execute(&self, sql: &str) -> Result<(), TestDatabaseError> {
        match &self.place {
            Place::Folder { .. } => {
                let file = self.url.trim_start_matches("sqlite://");
                let mut connection = diesel::SqliteConnection::establish(file)?;
                connection.batch_execute("PRAGMA busy_timeout = 5000")?;
                connection.batch_execute(sql)?;
            }
            Place::Server { .. } => PgConnection::establish(&self.url)?.batch_execute(sql)?,
        }
        Ok(())
    }

    /// From now on no row of a table is added or changed, as if another writer kept the database for too long.
    ///
    /// # Errors
    /// [`TestDatabaseError`]; always on `PostgreSQL`.
    pub fn refuse_changes_of(&self, table: &str) -> Result<(), TestDatabaseError> {
        ["INSERT", "UPDATE"].iter().try_for_each(|change| {
            self.execute(&format!(
                "CREATE TRIGGER refuse_{change}_{table} BEFORE {change} ON {table} \
                 BEGIN SELECT RAISE(ABORT, 'database is locked'); END"
            ))
        })
    }

    /// A store whose database is gone: every call fails with [`RepositoryError::Unavailable`](profiled_domain::RepositoryError).
    ///
    /// # Errors
    /// [`TestDatabaseError`]
    pub fn vanished() -> Result<Store, TestDatabaseError> {
        let database = Self::sqlite()?;
        database.store()
    }

    /// Everything that is stored, to search in: the files of an embedded database as they are, or the rows of
    /// all tables as text.
    ///
    /// # Errors
    /// [`TestDatabaseError`]
    pub fn dump(&self) -> Result<Vec<u8>, TestDatabaseError> {
        if let Place::Folder { .. } = &self.place {
            let file = self.url.trim_start_matches("sqlite://");
            let mut bytes = std::fs::read(file)?;
            // Gone when everything has been brought into the file.
            bytes.extend(std::fs::read(format!("{file}-wal")).unwrap_or_default());
            return Ok(bytes);
        }
        let mut connection = PgConnection::establish(&self.url)?;
        let tables: Vec<Line> = diesel::sql_query(
            "SELECT quote_ident(table_name) AS line FROM information_schema.tables \
             WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
        )
        .load(&mut connection)?;
        let mut text = String::new();
        for Line { line: table } in tables {
            let rows = format!("SELECT stored::text AS line FROM {table} AS stored");
            let rows: Vec<Line> = diesel::sql_query(rows).load(&mut connection)?;
            text.extend(rows.into_iter().map(|row| row.line + "\n"));
        }
        Ok(text.into_bytes())
    }

    /// The texts that a query gives as `line`.
    ///
    /// # Errors
    /// [`TestDatabaseError`]
    pub fn lines(&self, query: &str) -> Result<Vec<String>, TestDatabaseError> {
        let url = self.url.parse().map_err(OpenError::from)?;
        let mut connection = DbConnection::open(&url, &self.settings())?;
        let found: Vec<Line> = on_each!(&mut connection, |c| diesel::sql_query(query).load(c))?;
        Ok(found.into_iter().map(|found| found.line).collect())
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// [`TestDatabaseError`]
    pub fn count(&self, table: &str) -> Result<i64, TestDatabaseError> {
        let mut connection = DbConnection::open(
            &self.url.parse().map_err(OpenError::from)?,
            &self.settings(),
        )?;
        let query = diesel::sql_query(format!("SELECT count(*) AS rows FROM {table}"));
        let count: Count = on_each!(&mut connection, |c| query.get_result(c))?;
        Ok(count.rows)
    }
}

/// The one column of a count.
#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    rows: i64,
}

/// A row as text.
#[derive(diesel::QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Server { admin, name } = &self.place
            && let Ok(mut connection) = PgConnection::establish(admin)
        {
            // What stays is dropped with the throw-away cluster, or by the next run of this number.
            let _ = connection.batch_execute(&drop_statement(name));
        }
    }
}

fn drop_statement(name: &str) -> String {
    format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")
}

/// Makes tests of functions that take a `&TestDatabase`: one each on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! database_tests {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[test]
                fn $name() {
                    let database = $crate::testing::TestDatabase::sqlite().unwrap();
                    super::$name(&database);
                }
            )*
        }

        mod postgres {
            $(
                #[test]
                fn $name() {
                    let test = concat!(module_path!(), "::", stringify!($name));
                    let database = $crate::testing::TestDatabase::postgres(test).unwrap();
                    if let Some(database) = database {
                        super::$name(&database);
                    }
                }
            )*
        }
    };
}
