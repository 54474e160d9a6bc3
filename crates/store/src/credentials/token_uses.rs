//! Uses of tokens, noted many at once (ADR 0021).

use std::collections::HashSet;

use chrono::NaiveDateTime;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Timestamp};
use profiled_domain::TokenUse;

use crate::database::schema::tokens;
use crate::database::{DbConnection, stored};

/// Notes one use.
pub(super) fn note(connection: &mut DbConnection, used: &TokenUse) -> QueryResult<()> {
    let token = tokens::table.find(used.token.0);
    let before = stored(used.at - used.precision);
    let is_due = tokens::last_used_at
        .is_null()
        .or(tokens::last_used_at.le(before));
    diesel::update(token.filter(is_due))
        .set(tokens::last_used_at.eq(stored(used.at)))
        .execute(connection)?;
    if let Some(extension) = used.extension {
        let (from, to) = (stored(extension.from), stored(extension.to));
        let is_alive = tokens::expires_at
            .gt(stored(used.at))
            .and(tokens::is_sliding);
        let is_moved = tokens::expires_at.lt(to).or(tokens::expires_at.eq(from));
        diesel::update(token.filter(is_alive).filter(is_moved))
            .set(tokens::expires_at.eq(to))
            .execute(connection)?;
    }
    Ok(())
}

/// Notes uses in two statements, whatever their number, and returns those of tokens that are gone or that
/// another transaction holds: it does not wait.
pub(super) fn note_all<'a>(
    connection: &mut PgConnection,
    uses: &'a [TokenUse],
) -> QueryResult<Vec<&'a TokenUse>> {
    let ids: Vec<i64> = uses.iter().map(|used| used.token.0).collect();
    let locked: HashSet<i64> = tokens::table
        .filter(tokens::id.eq_any(&ids))
        .select(tokens::id)
        .for_no_key_update()
        .skip_locked()
        .load(connection)?
        .into_iter()
        .collect();
    let (uses, held): (Vec<&TokenUse>, Vec<&TokenUse>) =
        uses.iter().partition(|used| locked.contains(&used.token.0));
    let ids: Vec<i64> = uses.iter().map(|used| used.token.0).collect();
    let at: Vec<NaiveDateTime> = uses.iter().map(|used| stored(used.at)).collect();
    let due: Vec<NaiveDateTime> = uses
        .iter()
        .map(|used| stored(used.at - used.precision))
        .collect();
    let extensions = uses.iter().map(|used| used.extension);
    let (from, to): (Vec<_>, Vec<_>) = extensions
        .map(|moved| (moved.map(|m| stored(m.from)), moved.map(|m| stored(m.to))))
        .unzip();
    diesel::sql_query(
        "UPDATE tokens SET \
         last_used_at = CASE WHEN last_used_at > due THEN last_used_at ELSE at END, \
         expires_at = CASE WHEN is_sliding AND expires_at > at \
         AND (expires_at < until OR expires_at = since) THEN until ELSE expires_at END \
         FROM UNNEST($1, $2, $3, $4, $5) AS used (token, at, due, since, until) \
         WHERE id = token AND (last_used_at IS NULL OR last_used_at <= due OR until IS NOT NULL)",
    )
    .bind::<Array<BigInt>, _>(ids)
    .bind::<Array<Timestamp>, _>(at)
    .bind::<Array<Timestamp>, _>(due)
    .bind::<Array<Nullable<Timestamp>>, _>(from)
    .bind::<Array<Nullable<Timestamp>>, _>(to)
    .execute(connection)?;
    Ok(held)
}
