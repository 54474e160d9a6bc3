//! What an error says of the database. The client library keeps most codes of errors to itself, and a server tells
//! their texts in the language that it is set to: so they are judged by what does not depend on it (ADR 0035).

use std::time::Duration;

use diesel::pg::PgConnection;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use profiled_domain::RepositoryError;

use crate::database::connection::DbConnection;
use crate::database::error::translate;
use crate::database::functions;
use crate::database::sessions::process;

/// Why a statement failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The connection is gone, and another one may do.
    Closed,
    /// The database takes no writes; another connection may lead to one that does.
    ReadOnly,
    /// The disk has no room.
    Full,
    /// Others were at work for too long.
    Busy,
    /// The statement, or what it found.
    Other,
}

impl Cause {
    /// What the error is in the words of the domain.
    pub(crate) fn told(self, error: Error) -> RepositoryError {
        match self {
            Self::Other => translate(error),
            _ => RepositoryError::Unavailable(Box::new(error)),
        }
    }
}

/// The cause of an error that a statement, or a transaction that is over, has led to after a time.
pub(crate) fn judge(
    connection: &mut DbConnection,
    error: &Error,
    elapsed: Duration,
    timeout: Duration,
) -> Cause {
    match (error, connection) {
        (
            Error::DatabaseError(DatabaseErrorKind::Unknown, information),
            DbConnection::Postgres(c),
        ) => {
            // The server's clock may be a little faster.
            let is_late = elapsed + timeout / 20 >= timeout;
            of_server(c, information.as_ref(), is_late)
        }
        _ => by_kind(error),
    }
}

/// The cause as far as the error tells it without its connection.
pub(crate) fn by_kind(error: &Error) -> Cause {
    use DatabaseErrorKind as Kind;
    match error {
        Error::BrokenTransactionManager
        | Error::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _) => {
            Cause::Closed
        }
        Error::DatabaseError(Kind::ReadOnlyTransaction, _) => Cause::ReadOnly,
        Error::DatabaseError(Kind::SerializationFailure, _) => Cause::Busy,
        Error::DatabaseError(Kind::Unknown, information) => of_library(information.message()),
        _ => Cause::Other,
    }
}

/// SQLite's texts are part of the program and stand for its codes, which diesel does not hand on.
fn of_library(text: &str) -> Cause {
    match text {
        "attempt to write a readonly database" => Cause::ReadOnly,
        "database or disk is full" => Cause::Full,
        "database is locked" | "database table is locked" | functions::TOO_LATE => Cause::Busy,
        "disk I/O error" | "unable to open database file" => Cause::Closed,
        _ => Cause::Other,
    }
}

/// Asks the session for its number: it answers if it still lives, and one that took part in a deadlock is named in the
/// details of the error.
fn of_server(
    connection: &mut PgConnection,
    information: &dyn DatabaseErrorInformation,
    is_late: bool,
) -> Cause {
    let Ok(process) = process(connection) else {
        return Cause::Closed;
    };
    if is_late || has_number(information.details(), process) {
        Cause::Busy
    } else if is_full(information) {
        Cause::Full
    } else {
        Cause::Other
    }
}

fn has_number(details: Option<&str>, number: i32) -> bool {
    let number = number.to_string();
    let mut numbers = details
        .into_iter()
        .flat_map(|details| details.split(|c: char| !c.is_ascii_digit()));
    numbers.any(|other| other == number)
}

/// A file that cannot grow is told with its path and the hint to look at the disk; one for temporary rows without it.
fn is_full(information: &dyn DatabaseErrorInformation) -> bool {
    let text = information.message();
    let is_data = ["base/", "global/", "pg_tblspc/"]
        .iter()
        .any(|folder| text.contains(folder));
    is_data && (information.hint().is_some() || text.contains("pgsql_tmp"))
}
