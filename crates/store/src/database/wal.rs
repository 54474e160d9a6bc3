//! How far a PostgreSQL server is with its log: what a primary has written, and what a standby has of it.

use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error;
use diesel::sql_types::{BigInt, Nullable};

use crate::database::connection::DbConnection;

/// A place in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    /// The history that it belongs to: each promotion of a standby begins another one.
    pub(crate) timeline: i64,
    /// In bytes.
    pub(crate) at: i64,
}

/// Which database a session is in. Copies of a cluster have its number, and databases keep theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) cluster: i64,
    pub(crate) database: i64,
}

/// Up to where everything has been written that was acknowledged before this call. Fails on a standby.
pub(crate) fn written(connection: &mut DbConnection) -> QueryResult<Position> {
    let (at, timeline) = Written.get_result(postgres(connection)?)?;
    Ok(Position { timeline, at })
}

/// Up to where a standby shows what was written; `None` if the server is none.
pub(crate) fn replayed(connection: &mut DbConnection) -> QueryResult<Option<i64>> {
    Replayed.get_result(postgres(connection)?)
}

/// Which database this is, and the timeline of its last checkpoint: a standby has one that follows a promotion only once it
/// shows what came after it.
pub(crate) fn identity(connection: &mut DbConnection) -> QueryResult<(Identity, i64)> {
    let (cluster, database, timeline) = Identified.get_result(postgres(connection)?)?;
    Ok((Identity { cluster, database }, timeline))
}

fn postgres(connection: &mut DbConnection) -> QueryResult<&mut PgConnection> {
    match connection {
        DbConnection::Postgres(connection) => Ok(connection),
        // Settings refuse it: an embedded database has no log of this kind.
        DbConnection::Sqlite(_) => Err(Error::NotFound),
    }
}

/// Statements without values, which stay prepared.
macro_rules! statement {
    ($name:ident: $columns:ty = $text:literal) => {
        #[derive(Clone, Copy, Debug, QueryId)]
        struct $name;

        impl Query for $name {
            type SqlType = $columns;
        }

        impl RunQueryDsl<PgConnection> for $name {}

        impl QueryFragment<Pg> for $name {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
                out.push_sql($text);
                Ok(())
            }
        }
    };
}

// Standbys get what has been flushed. Where commits do not wait for that, it is not all that was acknowledged.
statement!(Written: (BigInt, BigInt) =
    "SELECT (place - '0/0'::pg_lsn)::bigint, \
     ('x' || substr(pg_walfile_name(place), 1, 8))::bit(32)::bigint \
     FROM (SELECT CASE current_setting('synchronous_commit') \
     WHEN 'off' THEN pg_current_wal_insert_lsn() ELSE pg_current_wal_flush_lsn() END AS place) AS log");

statement!(Replayed: Nullable<BigInt> =
    "SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint END");

statement!(Identified: (BigInt, BigInt, BigInt) =
    "SELECT (SELECT system_identifier FROM pg_control_system()), \
     (SELECT oid::bigint FROM pg_database WHERE datname = current_database()), \
     timeline_id::bigint FROM pg_control_checkpoint()");
