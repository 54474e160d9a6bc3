//! The write-ahead log of an embedded database. It holds pages as they were, and so what was deleted since.

use std::time::Duration;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::sql_types::Integer;
use profiled_domain::RepositoryError;

use crate::database::connection::DbConnection;
use crate::database::error::StoreError;
use crate::database::store::Store;

/// How long writers may be held up by readers who have to leave the log first.
const PATIENCE: Duration = Duration::from_secs(1);

/// What `PRAGMA wal_checkpoint` answers; the other columns are of no interest.
#[derive(diesel::QueryableByName)]
struct Checkpoint {
    /// 1 if another connection was reading or writing all the time.
    #[diesel(sql_type = Integer)]
    busy: i32,
}

impl Store {
    /// Brings the log into the database and empties it, while other connections work; `false` if they did not
    /// let it happen in time. Nothing is lost then, and it can be tried again. On `PostgreSQL` there is nothing
    /// to do.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn truncate_log(&self) -> Result<bool, RepositoryError> {
        let DbConnection::Sqlite(mut connection) = self.open_unpooled()? else {
            return Ok(true);
        };
        let Some(_turn) = self.manager().state().turn(PATIENCE) else {
            return Ok(false);
        };
        let patience = PATIENCE.as_millis();
        connection
            .batch_execute(&format!("PRAGMA busy_timeout = {patience}"))
            .map_err(StoreError::from)?;
        let checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)");
        let checkpoint: Checkpoint = checkpoint
            .get_result(&mut connection)
            .map_err(StoreError::from)?;
        Ok(checkpoint.busy == 0)
    }
}
