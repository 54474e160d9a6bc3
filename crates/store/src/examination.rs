//! What an operator wants to know of a database before it is served from.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use profiled_domain::{PasswordHash, RepositoryError};

use crate::database::schema::users;
use crate::database::{DbConnection, Store};

#[derive(diesel::QueryableByName)]
struct ServerTime {
    #[diesel(sql_type = Timestamptz)]
    now: DateTime<Utc>,
}

impl Store {
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
