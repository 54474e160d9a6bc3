//! The end of events and tombstones. Rows that another writer holds stay for another time, so that no writer
//! waits.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{RepositoryError, RetentionRepository};

use super::activity::{ORGANIZATION, TEAM};
use crate::database::schema::{activity, deleted_directory_objects};
use crate::database::{DbConnection, Store, StoreError, stored};

impl RetentionRepository for Store {
    fn prune_events(&self, until: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError> {
        let due = activity::table
            .filter(activity::timestamp.le(stored(until)))
            .order((activity::timestamp, activity::id))
            .limit(i64::from(limit))
            .select(activity::id);
        let deleted = self.write(|connection| {
            let ids: Vec<i64> = match connection {
                DbConnection::Postgres(c) => due.for_update().skip_locked().load(c)?,
                DbConnection::Sqlite(c) => due.load(c)?,
            };
            if ids.is_empty() {
                return Ok(0);
            }
            // What they refer to goes with them, by foreign keys.
            let events = activity::table.filter(activity::id.eq_any(ids));
            Ok::<_, StoreError>(diesel::delete(events).execute(connection)?)
        })?;
        Ok(u64::try_from(deleted).unwrap_or(u64::MAX))
    }

    fn forget_deleted(&self, until: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError> {
        let due = deleted_directory_objects::table
            .filter(deleted_directory_objects::deleted_at.le(stored(until)))
            .order(deleted_directory_objects::deleted_at)
            .limit(i64::from(limit))
            .select((
                deleted_directory_objects::kind,
                deleted_directory_objects::id,
            ));
        let forgotten = self.write(|connection| {
            let due: Vec<(String, i64)> = match connection {
                DbConnection::Postgres(c) => due.for_update().skip_locked().load(c)?,
                DbConnection::Sqlite(c) => due.load(c)?,
            };
            let mut forgotten = 0;
            for kind in [ORGANIZATION, TEAM] {
                let of_kind = due.iter().filter(|(own, _)| own == kind);
                let ids: Vec<i64> = of_kind.map(|(_, id)| *id).collect();
                let rows = deleted_directory_objects::table
                    .filter(deleted_directory_objects::kind.eq(kind))
                    .filter(deleted_directory_objects::id.eq_any(ids));
                forgotten += diesel::delete(rows).execute(connection)?;
            }
            Ok::<_, StoreError>(forgotten)
        })?;
        Ok(u64::try_from(forgotten).unwrap_or(u64::MAX))
    }
}
