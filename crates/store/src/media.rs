//! Files on their way in and out. That a key begins to wait when its user gives it up is the business of
//! the database's triggers.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use profiled_domain::{MediaRepository, RepositoryError, SweepRule};

use crate::database::schema::{media_sweep, users};
use crate::database::{DbConnection, Store, StoreError, on_each, stored};

const WAITING: &str = "waiting";
const CLAIMED: &str = "claimed";
const DELETED: &str = "deleted";

impl MediaRepository for Store {
    fn reserve_file(&self, key: &str) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            let added = on_each!(connection, |c| diesel::insert_into(media_sweep::table)
                .values(media_sweep::key.eq(key))
                .on_conflict_do_nothing()
                .execute(c))?;
            if added == 0 {
                return Ok(false);
            }
            // After the row is written, which keeps the key from being given to a user.
            let is_used = has_user(connection, key)?;
            if is_used {
                remove_waiting(connection, key)?;
            }
            Ok::<_, StoreError>(!is_used)
        })
    }

    fn unreserve_file(&self, key: &str) -> Result<(), RepositoryError> {
        self.write(|connection| {
            remove_waiting(connection, key)?;
            Ok::<_, StoreError>(())
        })
    }

    fn claim_files(&self, rule: &SweepRule) -> Result<Vec<String>, RepositoryError> {
        self.write(|connection| {
            forget_deleted(connection, stored(rule.now - rule.retention))?;
            date_waiting(connection, stored(rule.now))?;
            let cutoff = stored(rule.now - rule.grace);
            let mut claimed = Vec::new();
            for key in due(connection, cutoff, rule.limit)? {
                if has_user(connection, &key)? {
                    remove_due(connection, &key, cutoff)?;
                } else if claim(connection, &key, cutoff, stored(rule.now))? {
                    claimed.push(key);
                }
            }
            Ok::<_, StoreError>(claimed)
        })
    }

    fn record_deleted_file(&self, key: &str, now: DateTime<Utc>) -> Result<(), RepositoryError> {
        self.write(|connection| {
            let claimed = media_sweep::table
                .find(key)
                .filter(media_sweep::state.eq(CLAIMED));
            diesel::update(claimed)
                .set((
                    media_sweep::state.eq(DELETED),
                    media_sweep::since.eq(stored(now)),
                ))
                .execute(connection)?;
            Ok::<_, StoreError>(())
        })
    }
}

/// Takes a reserved key for a user who has it from now on.
pub(crate) fn use_reserved(connection: &mut DbConnection, key: &str) -> Result<(), StoreError> {
    match remove_waiting(connection, key)? {
        0 => Err(RepositoryError::Missing("file").into()),
        _ => Ok(()),
    }
}

fn has_user(connection: &mut DbConnection, key: &str) -> QueryResult<bool> {
    diesel::select(exists(users::table.filter(users::avatar.eq(key)))).get_result(connection)
}

fn remove_waiting(connection: &mut DbConnection, key: &str) -> QueryResult<usize> {
    let waiting = media_sweep::table
        .find(key)
        .filter(media_sweep::state.eq(WAITING));
    diesel::delete(waiting).execute(connection)
}

fn forget_deleted(connection: &mut DbConnection, until: NaiveDateTime) -> QueryResult<usize> {
    let deleted = media_sweep::table
        .filter(media_sweep::state.eq(DELETED))
        .filter(media_sweep::since.le(until));
    diesel::delete(deleted).execute(connection)
}

fn date_waiting(connection: &mut DbConnection, now: NaiveDateTime) -> QueryResult<usize> {
    let undated = media_sweep::table.filter(media_sweep::since.is_null());
    diesel::update(undated)
        .set(media_sweep::since.eq(now))
        .execute(connection)
}

/// Keys that have waited long enough, and those of a sweep that did not end.
fn due(
    connection: &mut DbConnection,
    cutoff: NaiveDateTime,
    limit: i64,
) -> QueryResult<Vec<String>> {
    media_sweep::table
        .filter(media_sweep::state.ne(DELETED))
        .filter(media_sweep::since.le(cutoff))
        .order(media_sweep::since)
        .limit(limit)
        .select(media_sweep::key)
        .load(connection)
}

/// Forgets a key that a user has: an import may have brought it.
fn remove_due(
    connection: &mut DbConnection,
    key: &str,
    cutoff: NaiveDateTime,
) -> QueryResult<usize> {
    let row = media_sweep::table
        .find(key)
        .filter(media_sweep::since.le(cutoff));
    diesel::delete(row).execute(connection)
}

/// `false` if something else was quicker: another sweep, or the end of an upload.
fn claim(
    connection: &mut DbConnection,
    key: &str,
    cutoff: NaiveDateTime,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let row = media_sweep::table
        .find(key)
        .filter(media_sweep::state.ne(DELETED))
        .filter(media_sweep::since.le(cutoff));
    let claimed = diesel::update(row)
        .set((media_sweep::state.eq(CLAIMED), media_sweep::since.eq(now)))
        .execute(connection)?;
    Ok(claimed > 0)
}
