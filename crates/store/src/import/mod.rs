//! Import of accounts that were made elsewhere: one transaction, idempotent, ids kept.
//!
//! A row that is there already is compared and updated; one that would break a unique value is refused
//! and told, and everything else goes on. Values are stored as they come, or refused as a whole.

mod accounts;
mod directory;
mod values;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use profiled_domain::{RepositoryError, UniqueKey};

use crate::database::connection::DbConnection;
use crate::database::error::StoreError;
use crate::database::schema::{groups, organizations, teams, users};
use crate::database::store::Store;

pub use values::{ImportedGroup, ImportedOrganization, ImportedTeam, ImportedToken, ImportedUser};

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was there and differed.
    Updated,
    /// It was there, just so.
    Unchanged,
    /// It is not stored.
    Refused(Refusal),
}

/// Why a row is not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another row holds a unique value.
    #[error("{key} is taken by {holder}")]
    Taken {
        /// The value.
        key: UniqueKey,
        /// Identifier of the row that holds it.
        holder: i64,
    },
    /// The column does not hold so much.
    #[error("{column} has more than {max} characters")]
    TooLong {
        /// The column.
        column: &'static str,
        /// Its limit.
        max: usize,
    },
    /// PostgreSQL cannot store U+0000.
    #[error("{0} contains a null character")]
    NullCharacter(&'static str),
    /// What the row refers to is not there.
    #[error("{0} {1} does not exist")]
    Missing(&'static str, i64),
}

/// An import under way.
pub struct ImportSession<'a> {
    connection: &'a mut DbConnection,
    now: DateTime<Utc>,
    known: Known,
}

/// Identifiers of what is stored, as far as they were asked for.
#[derive(Default)]
struct Known {
    users: Option<HashSet<i64>>,
    groups: Option<HashSet<i64>>,
    organizations: Option<HashSet<i64>>,
    teams: Option<HashSet<i64>>,
}

impl Store {
    /// Runs an import in one transaction, which is kept unless it fails or is a `dry_run`.
    ///
    /// # Errors
    /// What `work` returns, and failures of the storage as its type takes them.
    pub fn import<T, E: From<RepositoryError>>(
        &self,
        dry_run: bool,
        now: DateTime<Utc>,
        work: impl FnOnce(&mut ImportSession<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut outcome = None;
        let kept = self.write(|connection| {
            unlimit(connection)?;
            let mut session = ImportSession {
                connection,
                now,
                known: Known::default(),
            };
            let result = work(&mut session);
            let is_kept = result.is_ok() && !dry_run;
            outcome = Some(result);
            if !is_kept {
                return Err(diesel::result::Error::RollbackTransaction.into());
            }
            continue_ids(connection)
        });
        match (kept, outcome) {
            (_, Some(Err(error))) => Err(error),
            (Err(error), _) if !dry_run => Err(error.into()),
            (_, Some(Ok(value))) => Ok(value),
            (Err(error), None) => Err(error.into()),
            (Ok(()), None) => Err(RepositoryError::Failed("the import did not run".into()).into()),
        }
    }
}

/// A statement of an import may take longer than one of a request.
fn unlimit(connection: &mut DbConnection) -> Result<(), StoreError> {
    if let DbConnection::Postgres(c) = connection {
        c.batch_execute("SET LOCAL statement_timeout = 0")?;
    }
    Ok(())
}

/// PostgreSQL goes on counting where it was, whatever ids were written; SQLite sees them itself.
fn continue_ids(connection: &mut DbConnection) -> Result<(), StoreError> {
    let DbConnection::Postgres(c) = connection else {
        return Ok(());
    };
    for table in ["users", "groups", "organizations", "teams"] {
        c.batch_execute(&format!(
            "SELECT setval('{table}_id_seq', top) \
             FROM (SELECT max(id) AS top FROM {table}) AS ids, {table}_id_seq AS sequence \
             WHERE top >= sequence.last_value"
        ))?;
    }
    Ok(())
}

/// The identifiers of a table, read when they are asked for first.
macro_rules! known {
    ($session:expr, $table:ident) => {{
        if $session.known.$table.is_none() {
            let ids: Vec<i64> = $table::table.select($table::id).load($session.connection)?;
            $session.known.$table = Some(ids.into_iter().collect());
        }
        $session.known.$table.get_or_insert_default()
    }};
}

impl ImportSession<'_> {
    fn has_user(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(known!(self, users).contains(&id))
    }

    fn has_group(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(known!(self, groups).contains(&id))
    }

    fn has_organization(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(known!(self, organizations).contains(&id))
    }

    fn has_team(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(known!(self, teams).contains(&id))
    }
}
