//! What is stored and not in a dump any more: counted, and removed where the database is to mirror the dump.

use std::collections::HashSet;

use diesel::prelude::*;
use profiled_domain::RepositoryError;

use super::accounts::BATCH;
use super::session::ImportSession;
use crate::database::schema::{tokens, user_groups, users};
use crate::database::{StoreError, on_each};
use crate::users::soft_delete;

/// Whether what a dump does not have stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// It is counted.
    Count,
    /// It is removed, and counted.
    Remove,
}

/// Rows of a table beyond an identifier, in order, as many as are handled at once.
macro_rules! rows_after {
    ($session:expr, $table:ident, $filter:expr, $columns:expr, $last:expr) => {
        on_each!($session.connection, |c| $table::table
            .filter($filter)
            .filter($table::id.gt($last))
            .order($table::id)
            .limit(i64::try_from(BATCH).unwrap_or(i64::MAX))
            .select($columns)
            .load(c))
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
        let (mut last, mut count) = (0, 0);
        loop {
            let ids: Vec<i64> =
                rows_after!(self, users, users::deleted_at.is_null(), users::id, last)
                    .map_err(StoreError::from)?;
            let Some(greatest) = ids.last() else {
                return Ok(count);
            };
            last = *greatest;
            for id in ids.into_iter().filter(|id| !dumped.contains(id)) {
                count += 1;
                if absent == Absent::Remove {
                    soft_delete(self.connection, id, self.now).map_err(StoreError::from)?;
                }
            }
        }
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
        let (mut last, mut count) = (0, 0);
        loop {
            let columns = (tokens::id, tokens::digest);
            let rows: Vec<(i64, Vec<u8>)> =
                rows_after!(self, tokens, tokens::label.eq(label), columns, last)
                    .map_err(StoreError::from)?;
            let Some((greatest, _)) = rows.last() else {
                return Ok(count);
            };
            last = *greatest;
            let is_other = |digest: &[u8]| {
                let start = digest.first_chunk::<8>();
                start.is_none_or(|start| !dumped.contains(start))
            };
            let others = rows.into_iter().filter(|(_, digest)| is_other(digest));
            let others: Vec<i64> = others.map(|(id, _)| id).collect();
            count += u64::try_from(others.len()).unwrap_or(u64::MAX);
            if absent == Absent::Remove && !others.is_empty() {
                diesel::delete(tokens::table.filter(tokens::id.eq_any(others)))
                    .execute(self.connection)
                    .map_err(StoreError::from)?;
            }
        }
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
        let mut ids: Vec<i64> = dumped_users.iter().copied().collect();
        ids.sort_unstable();
        let mut count = 0;
        for chunk in ids.chunks(BATCH) {
            let pairs: Vec<(i64, i64)> = user_groups::table
                .filter(user_groups::user_id.eq_any(chunk))
                .load(self.connection)
                .map_err(StoreError::from)?;
            let others = pairs.into_iter();
            for (user, group) in others.filter(|pair| dumped.binary_search(pair).is_err()) {
                count += 1;
                if absent == Absent::Remove {
                    diesel::delete(user_groups::table.find((user, group)))
                        .execute(self.connection)
                        .map_err(StoreError::from)?;
                }
            }
        }
        Ok(count)
    }
}
