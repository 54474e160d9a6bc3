//! What an operator wants to know of a database before it is served from.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz};
use profiled_domain::{PasswordHash, RepositoryError};

use crate::database::schema::users;
use crate::database::{DbConnection, Store};
use crate::transfer::{LEFT_OUT, tables_to_change};

#[derive(diesel::QueryableByName)]
struct ServerTime {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

#[derive(diesel::QueryableByName)]
struct Lacking {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Store {
    /// Tables of a server that the role may not read or change as the service does, or that are not there. Of an embedded
    /// database none is told.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn tables_without_rights(&self) -> Result<Vec<String>, RepositoryError> {
        let lacking = self.read(|connection| {
            let DbConnection::Postgres(c) = connection else {
                return Ok(Vec::new());
            };
            let lacking = format!(
                "SELECT name FROM unnest(ARRAY['{}']) AS changed(name) \
                 WHERE NOT coalesce(has_table_privilege(to_regclass(name)::oid, 'SELECT') \
                 AND has_table_privilege(to_regclass(name)::oid, 'INSERT') \
                 AND has_table_privilege(to_regclass(name)::oid, 'UPDATE') \
                 AND has_table_privilege(to_regclass(name)::oid, 'DELETE'), false) \
                 UNION ALL SELECT name FROM unnest(ARRAY['{}']) AS read(name) \
                 WHERE NOT coalesce(has_table_privilege(to_regclass(name)::oid, 'SELECT'), false)",
                tables_to_change().join("', '"),
                LEFT_OUT.join("', '"),
            );
            diesel::sql_query(lacking).load::<Lacking>(c)
        })?;
        Ok(lacking.into_iter().map(|table| table.name).collect())
    }

    /// The clock of a database server; an embedded database has that of this machine, which is `None`.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn server_time(&self) -> Result<Option<DateTime<Utc>>, RepositoryError> {
        self.read(|connection| {
            let DbConnection::Postgres(c) = connection else {
                return Ok(None);
            };
            let time = diesel::sql_query("SELECT clock_timestamp() AS now");
            let time: ServerTime = time.get_result(c)?;
            Ok(Some(time.now))
        })
    }

    /// The stored passwords of active users that begin with none of some texts. Nothing else is read of them.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn passwords_beside(&self, known: &[&str]) -> Result<Vec<PasswordHash>, RepositoryError> {
        let all: Vec<String> = self.read(|connection| {
            let mut query = users::table
                .filter(users::is_active.and(users::deleted_at.is_null()))
                .filter(users::password.ne(""))
                .select(users::password)
                .into_boxed();
            for begin in known {
                query = query.filter(users::password.not_like(format!("{begin}%")));
            }
            query.load(connection)
        })?;
        Ok(all.into_iter().map(PasswordHash::from_encoded).collect())
    }
}
