//! Somebody else at the same database, who may keep a lock.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::{Connection, RunQueryDsl, SqliteConnection};

use super::{Line, Place, TestDatabase, TestDatabaseError};

/// A connection beside the store, in whose transactions tests keep locks. Its end gives them back.
pub struct TestSession {
    connection: Either,
}

enum Either {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl TestDatabase {
    /// A connection of its own, which on `SQLite` waits for nobody.
    ///
    /// # Errors
    /// [`TestDatabaseError`]
    pub fn session(&self) -> Result<TestSession, TestDatabaseError> {
        let connection = match &self.place {
            Place::Folder { .. } => {
                let file = self.url.trim_start_matches("sqlite://");
                Either::Sqlite(SqliteConnection::establish(file)?)
            }
            Place::Server { .. } => Either::Postgres(PgConnection::establish(&self.url)?),
        };
        Ok(TestSession { connection })
    }
}

impl TestSession {
    /// A connection to the `PostgreSQL` database at `url`.
    ///
    /// # Errors
    /// The server's.
    pub fn of_server(url: &str) -> Result<Self, TestDatabaseError> {
        Ok(Self {
            connection: Either::Postgres(PgConnection::establish(url)?),
        })
    }

    /// Runs SQL text.
    ///
    /// # Errors
    /// The database's.
    pub fn execute(&mut self, sql: &str) -> Result<(), TestDatabaseError> {
        match &mut self.connection {
            Either::Sqlite(connection) => connection.batch_execute(sql)?,
            Either::Postgres(connection) => connection.batch_execute(sql)?,
        }
        Ok(())
    }

    /// The text of an expression of SQL.
    ///
    /// # Errors
    /// The database's.
    pub fn value(&mut self, expression: &str) -> Result<String, TestDatabaseError> {
        let query = diesel::sql_query(format!("SELECT CAST(({expression}) AS text) AS line"));
        let line: Line = match &mut self.connection {
            Either::Sqlite(connection) => query.get_result(connection)?,
            Either::Postgres(connection) => query.get_result(connection)?,
        };
        Ok(line.line)
    }
}
