//! The reads that every request makes: who stands behind a credential (ADR 0034).
//!
//! Look-ups come in batches. PostgreSQL answers one in a statement for each kind of query; SQLite, which is in the
//! process, in short statements within one read transaction. All of them stay prepared: none has a text that depends
//! on values or on the size of the batch, and none is `sql_query` or has a bound limit, which would be prepared anew.

mod batch;
mod found;
mod one_of;
mod postgres;
mod shared_error;
mod sqlite;

use std::slice;

use diesel::QueryResult;
use diesel::result::Error;
use profiled_domain::{
    Holder, HolderQuery, ProfileDepth, ProfileRepository, RepositoryError, UserId,
};

use crate::database::rows::{GroupRow, UserRow};
use crate::database::{DbConnection, Replica, Store};
use batch::Batch;
pub(crate) use found::profile;
use found::{Found, Wanted};
use shared_error::SharedError;

/// The answer to one query. The error is that of a row which cannot be read: it concerns nobody else.
type Answer = QueryResult<Option<Found>>;

impl ProfileRepository for Store {
    fn find_holders(
        &self,
        queries: &[(HolderQuery, ProfileDepth)],
    ) -> Vec<Result<Option<Holder>, RepositoryError>> {
        find_holders(queries, |work| self.read(work))
    }
}

/// Fails where the database itself is to be asked.
impl ProfileRepository for Replica {
    fn find_holders(
        &self,
        queries: &[(HolderQuery, ProfileDepth)],
    ) -> Vec<Result<Option<Holder>, RepositoryError>> {
        find_holders(queries, |work| self.read(work))
    }
}

/// Statements that find the holders of a batch.
type Work<'a> = dyn Fn(&mut DbConnection) -> QueryResult<Vec<Answer>> + 'a;

/// Finds holders by statements that `read` runs on a connection of its choice.
fn find_holders(
    queries: &[(HolderQuery, ProfileDepth)],
    read: impl FnOnce(&Work<'_>) -> Result<Vec<Answer>, RepositoryError>,
) -> Vec<Result<Option<Holder>, RepositoryError>> {
    if queries.is_empty() {
        return Vec::new();
    }
    let batch = Batch::new(queries);
    match read(&|connection| find_as_of_one_moment(connection, batch.distinct())) {
        Ok(answers) => batch.answer(answers.into_iter().map(holder)),
        Err(error) => batch.refuse(&error.into()),
    }
}

/// The rows of a profile, for a transaction that may have changed them.
pub(crate) fn profile_rows(
    connection: &mut DbConnection,
    id: UserId,
) -> QueryResult<Option<(UserRow, Vec<GroupRow>)>> {
    let wanted = (&HolderQuery::User(id), ProfileDepth::Groups);
    let answer = find(connection, slice::from_ref(&wanted))?.pop();
    let found = answer.transpose()?.flatten();
    Ok(found.map(|found| (*found.user, found.groups)))
}

fn holder(answer: Answer) -> Result<Option<Holder>, SharedError> {
    let found = answer.map_err(|error| RepositoryError::Failed(Box::new(error)))?;
    Ok(found.map(Holder::try_from).transpose()?)
}

fn find_as_of_one_moment(
    connection: &mut DbConnection,
    wanted: &[Wanted<'_>],
) -> QueryResult<Vec<Answer>> {
    match (&*connection, wanted) {
        // One statement shows one moment by itself.
        (DbConnection::Postgres(_), _) | (_, [(_, ProfileDepth::Account)]) => {
            find(connection, wanted)
        }
        (DbConnection::Sqlite(_), _) => connection.snapshot(|connection| find(connection, wanted)),
    }
}

/// An error is one of the database, and concerns all.
fn find(connection: &mut DbConnection, wanted: &[Wanted<'_>]) -> QueryResult<Vec<Answer>> {
    match connection {
        DbConnection::Sqlite(c) => {
            let each = wanted.iter().map(|wanted| match sqlite::find(c, *wanted) {
                Err(error) if !is_of_a_row(&error) => Err(error),
                answer => Ok(answer),
            });
            each.collect()
        }
        DbConnection::Postgres(c) => match postgres::find(c, wanted) {
            Err(error) if is_of_a_row(&error) => match wanted {
                [] | [_] => Ok(vec![Err(error)]),
                // The others are answered by statements that do not meet the row.
                _ => {
                    let (left, right) = wanted.split_at(wanted.len() / 2);
                    let mut answers = find(connection, left)?;
                    answers.extend(find(connection, right)?);
                    Ok(answers)
                }
            },
            answers => Ok(answers?.into_iter().map(Ok).collect()),
        },
    }
}

/// Whether a row has a value that cannot be read.
fn is_of_a_row(error: &Error) -> bool {
    matches!(error, Error::DeserializationError(_))
}
