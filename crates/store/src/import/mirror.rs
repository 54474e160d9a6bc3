//! What is stored and not in a dump any more: counted, and removed where the database is to mirror the dump.

use std::collections::HashSet;

use diesel::connection::DefaultLoadingMode;
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use profiled_domain::RepositoryError;

use super::accounts::BATCH;
use super::session::ImportSession;
use crate::database::schema::{tokens, user_groups, users};
use crate::database::{DbConnection, StoreError};
use crate::users::soft_delete;

/// Whether what a dump does not have stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It is counted.
    Count,
    /// It is removed, and counted.
    Remove,
}

/// What `$pick` takes of the rows of a query, which are read one by one.
macro_rules! picked {
    ($session:expr, $query:expr, $pick:expr) => {
        match &mut *$session.connection {
            DbConnection::Sqlite(c) => $query
                .load_iter::<_, DefaultLoadingMode>(c)
                .and_then(|rows| rows.filter_map(|row| row.map($pick).transpose()).collect()),
            DbConnection::Postgres(c) => $query
                .load_iter::<_, PgRowByRowLoadingMode>(c)
                .and_then(|rows| rows.filter_map(|row| row.map($pick).transpose()).collect()),
        }
    };
}

impl ImportSession<'_> {
    /// Users, but for these; they are deleted as by a command, and can be restored.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn other_users(
        &mut self,
        dumped: &HashSet<i64>,
        absent: Absent,
    ) -> Result<u64, RepositoryError> {
        Ok(self.remove_other_users(dumped, absent)?)
    }

    fn remove_other_users(
        &mut self,
        dumped: &HashSet<i64>,
        absent: Absent,
    ) -> Result<u64, StoreError> {
        let present = users::table.filter(users::deleted_at.is_null());
        let present = present.select(users::id);
        let pick = |id: i64| (!dumped.contains(&id)).then_some(id);
        let others: Vec<i64> = picked!(self, present, pick)?;
        if absent == Absent::Remove {
            for id in &others {
                soft_delete(self.connection, *id, self.now)?;
            }
        }
        Ok(count(&others))
    }

    /// Tokens with this label, but for those with digests that begin so.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn other_tokens(
        &mut self,
        label: &str,
        dumped: &HashSet<[u8; 8]>,
        absent: Absent,
    ) -> Result<u64, RepositoryError> {
        Ok(self.remove_other_tokens(label, dumped, absent)?)
    }

    fn remove_other_tokens(
        &mut self,
        label: &str,
        dumped: &HashSet<[u8; 8]>,
        absent: Absent,
    ) -> Result<u64, StoreError> {
        let labelled = tokens::table.filter(tokens::label.eq(label));
        let labelled = labelled.select((tokens::id, tokens::digest));
        let pick = |(id, digest): (i64, Vec<u8>)| {
            let start = digest.first_chunk::<8>();
            let is_dumped = start.is_some_and(|start| dumped.contains(start));
            (!is_dumped).then_some(id)
        };
        let others: Vec<i64> = picked!(self, labelled, pick)?;
        if absent == Absent::Remove {
            for chunk in others.chunks(BATCH) {
                diesel::delete(tokens::table.filter(tokens::id.eq_any(chunk)))
                    .execute(self.connection)?;
            }
        }
        Ok(count(&others))
    }

    /// Memberships of these users, but for these pairs of user and group, which are in order.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn other_memberships(
        &mut self,
        dumped_users: &HashSet<i64>,
        dumped: &[(i64, i64)],
        absent: Absent,
    ) -> Result<u64, RepositoryError> {
        Ok(self.remove_other_memberships(dumped_users, dumped, absent)?)
    }

    fn remove_other_memberships(
        &mut self,
        dumped_users: &HashSet<i64>,
        dumped: &[(i64, i64)],
        absent: Absent,
    ) -> Result<u64, StoreError> {
        let pick = |pair: (i64, i64)| {
            let is_other = dumped_users.contains(&pair.0) && dumped.binary_search(&pair).is_err();
            is_other.then_some(pair)
        };
        let others: Vec<(i64, i64)> = picked!(self, user_groups::table, pick)?;
        if absent == Absent::Remove {
            for pair in &others {
                diesel::delete(user_groups::table.find(*pair)).execute(self.connection)?;
            }
        }
        Ok(count(&others))
    }
}

fn count<T>(rows: &[T]) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}
