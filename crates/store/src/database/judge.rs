//! What an error says of the database. The client library keeps most codes of errors to itself, and a server tells
//! their texts in the language that it is set to: so they are judged by what does not depend on it (ADR 0035).

use std::time::Duration;

use diesel::pg::PgConnection;
use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};

use crate::database::connection::DbConnection;
use crate::database::error::{Cause, by_kind};
use crate::database::sessions::{process, words_for_cancelled};

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

/// Asks the session for its number: it answers if it still lives, and one that took part in a deadlock is named in the
/// details of the error. For a statement that somebody has cancelled, it has the words that it has for any such one.
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
    } else if words_for_cancelled(connection).is_some_and(|words| words == information.message()) {
        Cause::Busy
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
