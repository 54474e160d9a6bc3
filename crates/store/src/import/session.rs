//! The transaction of an import.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use profiled_domain::{PasswordHash, ProfileField, RepositoryError};

use super::related::HolderRule;
use crate::database::schema::{django_mapping, groups, organizations, teams, users};
use crate::database::{DbConnection, Store, StoreError, on_each};

/// An import under way.
pub struct ImportSession<'a> {
    pub(super) connection: &'a mut DbConnection,
    pub(super) now: DateTime<Utc>,
    pub(super) known: Known,
    /// The digest by which tokens know a password.
    pub(super) digest: fn(&PasswordHash) -> String,
    /// Attributes of which the import says nothing.
    pub(super) left: Vec<ProfileField>,
    pub(super) holder_rule: HolderRule,
    /// Users whom this import has made.
    pub(super) created: HashSet<i64>,
}

/// Identifiers of what is stored, as far as they were needed.
#[derive(Default)]
pub(super) struct Known {
    pub(super) users: Option<HashSet<i64>>,
    pub(super) groups: Option<HashSet<i64>>,
    pub(super) organizations: Option<HashSet<i64>>,
    pub(super) teams: Option<HashSet<i64>>,
}

impl Store {
    /// Runs an import in one transaction, which is kept unless it fails or is a `dry_run`. Tokens know a password by
    /// `digest` (ADR 0024).
    ///
    /// # Errors
    /// What `work` returns, and failures of the storage as its type takes them.
    pub fn import<T, E: From<RepositoryError>>(
        &self,
        dry_run: bool,
        now: DateTime<Utc>,
        digest: fn(&PasswordHash) -> String,
        work: impl FnOnce(&mut ImportSession<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut outcome = None;
        let kept = self.write_in_bulk(|connection| {
            unlimit(connection)?;
            let mut session = ImportSession {
                connection,
                now,
                known: Known::default(),
                digest,
                left: Vec::new(),
                holder_rule: HolderRule::default(),
                created: HashSet::new(),
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
            (Err(error), _) if !dry_run => Err(RepositoryError::from(error).into()),
            (_, Some(Ok(value))) => Ok(value),
            (Err(error), None) => Err(RepositoryError::from(error).into()),
            (Ok(()), None) => Err(RepositoryError::Failed("the import did not run".into()).into()),
        }
    }
}

pub(crate) fn remembered_mapping(connection: &mut DbConnection) -> QueryResult<Option<String>> {
    let mapping = django_mapping::table
        .find(1)
        .select(django_mapping::mapping);
    mapping.first(connection).optional()
}

/// A statement of an import may take longer than one of a request, and is planned anew each time: a plan that
/// PostgreSQL keeps from the time when a table was empty reads the whole table for ever.
fn unlimit(connection: &mut DbConnection) -> QueryResult<()> {
    set(connection, "statement_timeout = 0")?;
    set(connection, "plan_cache_mode = force_custom_plan")
}

/// Runs statements whose triggers run others for every row, as the checks of foreign keys: to plan those anew takes
/// longer than to run them.
pub(super) fn keep_plans<T>(
    connection: &mut DbConnection,
    work: impl FnOnce(&mut DbConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    set(connection, "plan_cache_mode = auto")?;
    let outcome = work(connection)?;
    set(connection, "plan_cache_mode = force_custom_plan")?;
    Ok(outcome)
}

/// Sets a parameter of PostgreSQL for the rest of the transaction.
pub(super) fn set(connection: &mut DbConnection, parameter: &str) -> QueryResult<()> {
    match connection {
        DbConnection::Postgres(c) => c.batch_execute(&format!("SET LOCAL {parameter}")),
        DbConnection::Sqlite(_) => Ok(()),
    }
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

/// The identifiers of a table, read when they are needed first.
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
    /// Whether there is any user.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn has_users(&mut self) -> Result<bool, RepositoryError> {
        let any: Option<i64> = users::table
            .select(users::id)
            .first(self.connection)
            .optional()
            .map_err(StoreError::from)?;
        Ok(any.is_some())
    }

    /// From now on, attributes that stay as they are stored: the import says nothing of them.
    pub fn leave(&mut self, attributes: Vec<ProfileField>) {
        self.left = attributes;
    }

    /// From now on, which of the users with the same address holds it.
    pub fn choose_holders(&mut self, holder_rule: HolderRule) {
        self.holder_rule = holder_rule;
    }

    /// How the last import has read the models of Django, as JSON; `None` before the first.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn django_mapping(&mut self) -> Result<Option<String>, RepositoryError> {
        Ok(remembered_mapping(self.connection).map_err(StoreError::from)?)
    }

    /// Keeps how the models of Django were read, as JSON, for an export.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn remember_mapping(&mut self, mapping: &str) -> Result<(), RepositoryError> {
        let row = (
            django_mapping::id.eq(1),
            django_mapping::mapping.eq(mapping),
        );
        on_each!(self.connection, |c| diesel::insert_into(
            django_mapping::table
        )
        .values(row)
        .on_conflict(django_mapping::id)
        .do_update()
        .set(django_mapping::mapping.eq(mapping))
        .execute(c))
        .map_err(StoreError::from)?;
        Ok(())
    }

    pub(super) fn has_user(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(known!(self, users).contains(&id))
    }

    pub(super) fn has_group(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(known!(self, groups).contains(&id))
    }

    pub(super) fn has_organization(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(known!(self, organizations).contains(&id))
    }

    pub(super) fn has_team(&mut self, id: i64) -> Result<bool, StoreError> {
        Ok(known!(self, teams).contains(&id))
    }
}
