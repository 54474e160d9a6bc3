//! Whether a connection is a session. A pooler may lend the server's process to another client after each transaction:
//! settings and prepared statements would be lost, or others'.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::result::Error;
use diesel::sql_types::Integer;
use diesel::{QueryResult, RunQueryDsl};

/// Looks for the same process behind two connections. While one is in a transaction, the other one must have a
/// process of its own, and the one that it had before.
pub(crate) fn are_kept(first: &mut PgConnection, second: &mut PgConnection) -> QueryResult<bool> {
    let own = process(first)?;
    second.batch_execute("BEGIN")?;
    let kept = process(second)? != own && process(first)? == own;
    second.batch_execute("ROLLBACK")?;
    Ok(kept)
}

/// The process of the server that answers.
pub(crate) fn process(connection: &mut PgConnection) -> QueryResult<i32> {
    let query = diesel::sql_query("SELECT pg_backend_pid() AS number");
    let process: Process = query.get_result(connection)?;
    Ok(process.number)
}

/// What the server says, in its language, when a statement is cancelled: the session cancels one of its own.
pub(crate) fn words_for_cancelled(connection: &mut PgConnection) -> Option<String> {
    // Without the nap it might be over before it looks.
    let cancelled = "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(1)";
    match connection.batch_execute(cancelled) {
        Err(Error::DatabaseError(_, information)) => Some(information.message().to_owned()),
        _ => None,
    }
}

#[derive(diesel::QueryableByName)]
struct Process {
    #[diesel(sql_type = Integer)]
    number: i32,
}
