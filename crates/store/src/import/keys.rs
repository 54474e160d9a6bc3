//! Which of our ids belong to the keys and names of elsewhere.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use profiled_domain::RepositoryError;

use super::accounts::BATCH;
use super::session::ImportSession;
use crate::database::schema::{groups, organizations, users};
use crate::database::{DbConnection, StoreError, on_each};

/// What users are known by, besides their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserKey {
    /// The primary key that they have elsewhere.
    ExternalId,
    /// The name that they log in by.
    Username,
    /// The address that they hold.
    Email,
}

/// Tables whose ids an import gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdTable {
    /// Users.
    Users,
    /// Groups.
    Groups,
    /// Organizations.
    Organizations,
}

/// An identifier that a query of its own finds.
#[derive(QueryableByName)]
struct Greatest {
    #[diesel(sql_type = BigInt)]
    greatest: i64,
}

/// The rows of a table with one of these texts in a column: the text, and the id.
macro_rules! ids_by {
    ($session:expr, $table:ident, $column:ident, $texts:expr) => {
        $table::table
            .filter($table::$column.eq_any($texts))
            .select(($table::$column.assume_not_null(), $table::id))
            .load::<(String, i64)>($session.connection)
            .map_err(StoreError::from)?
    };
}

impl ImportSession<'_> {
    /// Ids of the users that are known by these texts, deleted ones among them.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn user_ids(
        &mut self,
        key: UserKey,
        texts: &[&str],
    ) -> Result<HashMap<String, i64>, RepositoryError> {
        let mut found = HashMap::new();
        for chunk in storable(texts).chunks(BATCH) {
            found.extend(match key {
                UserKey::ExternalId => ids_by!(self, users, external_id, chunk),
                UserKey::Username => ids_by!(self, users, username, chunk),
                UserKey::Email => ids_by!(self, users, email, chunk),
            });
        }
        Ok(found)
    }

    /// Ids of the groups with these names.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn group_ids(&mut self, names: &[&str]) -> Result<HashMap<String, i64>, RepositoryError> {
        let mut found = HashMap::new();
        for chunk in storable(names).chunks(BATCH) {
            let rows: Vec<(String, i64)> = groups::table
                .filter(groups::name.eq_any(chunk))
                .select((groups::name, groups::id))
                .load(self.connection)
                .map_err(StoreError::from)?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// Which of these ids are those of users that have another key elsewhere.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn ids_with_external_id(&mut self, ids: &[i64]) -> Result<HashSet<i64>, RepositoryError> {
        let mut found = HashSet::new();
        for chunk in ids.chunks(BATCH) {
            let rows: Vec<i64> = users::table
                .filter(users::id.eq_any(chunk))
                .filter(users::external_id.is_not_null())
                .select(users::id)
                .load(self.connection)
                .map_err(StoreError::from)?;
            found.extend(rows);
        }
        Ok(found)
    }

    /// Which of these ids a table has.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn stored_ids(
        &mut self,
        table: IdTable,
        ids: &[i64],
    ) -> Result<HashSet<i64>, RepositoryError> {
        let mut found = HashSet::new();
        for chunk in ids.chunks(BATCH) {
            let rows: QueryResult<Vec<i64>> = match table {
                IdTable::Users => {
                    let rows = users::table.filter(users::id.eq_any(chunk));
                    rows.select(users::id).load(self.connection)
                }
                IdTable::Groups => {
                    let rows = groups::table.filter(groups::id.eq_any(chunk));
                    rows.select(groups::id).load(self.connection)
                }
                IdTable::Organizations => {
                    let rows = organizations::table.filter(organizations::id.eq_any(chunk));
                    rows.select(organizations::id).load(self.connection)
                }
            };
            found.extend(rows.map_err(StoreError::from)?);
        }
        Ok(found)
    }

    /// The greatest id that a table has given, 0 before the first. The id of a row that is purged is not given
    /// again: credentials elsewhere may name it.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn greatest_id(&mut self, table: IdTable) -> Result<i64, RepositoryError> {
        let name = match table {
            IdTable::Users => "users",
            IdTable::Groups => "groups",
            IdTable::Organizations => "organizations",
        };
        let given = match self.connection {
            DbConnection::Sqlite(_) => {
                format!("SELECT max(seq) FROM sqlite_sequence WHERE name = '{name}'")
            }
            DbConnection::Postgres(_) => {
                format!("SELECT last_value FROM {name}_id_seq WHERE is_called")
            }
        };
        let query = format!(
            "SELECT max(id) AS greatest FROM (SELECT 0 AS id UNION ALL SELECT coalesce(({given}), 0) \
             UNION ALL SELECT coalesce(max(id), 0) FROM {name}) AS ids"
        );
        let row: Greatest = on_each!(&mut *self.connection, |c| diesel::sql_query(query)
            .get_result(c))
        .map_err(StoreError::from)?;
        Ok(row.greatest)
    }
}

/// The texts that a column may have.
fn storable<'a>(texts: &[&'a str]) -> Vec<&'a str> {
    let texts = texts.iter().copied();
    texts.filter(|text| !text.contains('\0')).collect()
}
