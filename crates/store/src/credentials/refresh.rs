//! Refresh tokens that were rotated or blacklisted.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{
    RefreshToken, RefreshTokenRepository, RefreshTokenState, RepositoryError, Rotation,
    RotationOutcome,
};

use crate::database::schema::{refresh_families, refresh_tokens};
use crate::database::{DbConnection, Store, StoreError, on_each, stored};

/// Expired rows that each write takes along: more than it adds.
const PRUNED_BY_A_WRITE: u32 = 8;

impl RefreshTokenRepository for Store {
    fn find_refresh_token(&self, jti: &str) -> Result<Option<RefreshTokenState>, RepositoryError> {
        self.read(|connection| state(connection, jti))
    }

    fn blacklist_refresh_token(
        &self,
        token: &RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            let changed = blacklist(connection, token, now)?;
            prune(connection, now, PRUNED_BY_A_WRITE)?;
            Ok::<_, StoreError>(changed)
        })
    }

    fn rotate_refresh_token(
        &self,
        rotation: &Rotation,
        now: DateTime<Utc>,
    ) -> Result<RotationOutcome, RepositoryError> {
        self.write(|connection| {
            let family = lock_family(connection, rotation)?;
            // The previous holder of the lock may have changed the token.
            let state = state(connection, &rotation.old.jti)?.unwrap_or_default();
            let outcome = rotation.outcome(state, now);
            match outcome {
                RotationOutcome::Rotated => rotate(connection, rotation, &family, now)?,
                RotationOutcome::Reused => {
                    revoke(connection, &family, now)?;
                }
                RotationOutcome::Blacklisted => {}
            }
            prune(connection, now, PRUNED_BY_A_WRITE)?;
            Ok::<_, StoreError>(outcome)
        })
    }

    fn revoke_family(&self, jti: &str, now: DateTime<Utc>) -> Result<bool, RepositoryError> {
        self.write(|connection| match family_of(connection, jti)? {
            Some(family) => Ok(revoke(connection, &family, now)?),
            None => Ok::<_, StoreError>(false),
        })
    }

    fn prune_refresh_tokens(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError> {
        self.write(|connection| Ok::<_, StoreError>(prune(connection, now, limit)?))
    }
}

/// Blacklists a token in the transaction of the caller, unless it is already.
pub(crate) fn blacklist(
    connection: &mut DbConnection,
    token: &RefreshToken,
    now: DateTime<Utc>,
) -> QueryResult<bool> {
    let known = refresh_tokens::table.find(&token.jti);
    let known = known.filter(refresh_tokens::blacklisted_at.is_null());
    let blacklisted = refresh_tokens::blacklisted_at.eq(stored(now));
    let mut changed = on_each!(connection, |c| diesel::update(known)
        .set(blacklisted)
        .execute(c))?;
    if changed == 0 {
        changed = on_each!(connection, |c| diesel::insert_into(refresh_tokens::table)
            .values((
                refresh_tokens::jti.eq(&token.jti),
                refresh_tokens::expires_at.eq(stored(token.expires_at)),
                blacklisted,
            ))
            .on_conflict_do_nothing()
            .execute(c))?;
    }
    Ok(changed > 0)
}

fn state(connection: &mut DbConnection, jti: &str) -> QueryResult<Option<RefreshTokenState>> {
    type Columns = (
        Option<NaiveDateTime>,
        Option<NaiveDateTime>,
        Option<NaiveDateTime>,
    );
    let row: Option<Columns> = on_each!(connection, |c| refresh_tokens::table
        .left_join(refresh_families::table)
        .filter(refresh_tokens::jti.eq(jti))
        .select((
            refresh_tokens::rotated_at,
            refresh_tokens::blacklisted_at,
            refresh_families::revoked_at.nullable(),
        ))
        .get_result(c)
        .optional())?;
    Ok(row.map(
        |(rotated_at, blacklisted_at, revoked_at)| RefreshTokenState {
            is_blacklisted: blacklisted_at.is_some() || revoked_at.is_some(),
            rotated_at: rotated_at.map(|at| at.and_utc()),
        },
    ))
}

fn family_of(connection: &mut DbConnection, jti: &str) -> QueryResult<Option<String>> {
    let family: Option<Option<String>> = on_each!(connection, |c| refresh_tokens::table
        .find(jti)
        .select(refresh_tokens::family)
        .get_result(c)
        .optional())?;
    Ok(family.flatten())
}

/// The family of the old token, locked until the transaction ends; a token that is not known, or in no
/// family yet, begins one under its own id. On SQLite the whole transaction is alone.
fn lock_family(connection: &mut DbConnection, rotation: &Rotation) -> QueryResult<String> {
    let old = &rotation.old;
    let family = if let Some(family) = family_of(connection, &old.jti)? {
        family
    } else {
        on_each!(connection, |c| diesel::insert_into(refresh_families::table)
            .values((
                refresh_families::id.eq(&old.jti),
                refresh_families::user_id.eq(rotation.user.map(|user| user.0)),
                refresh_families::expires_at.eq(stored(old.expires_at)),
            ))
            .on_conflict_do_nothing()
            .execute(c))?;
        old.jti.clone()
    };
    if let DbConnection::Postgres(c) = connection {
        let row = refresh_families::table.find(&family);
        let row = row.select(refresh_families::id).for_update();
        row.execute(c)?;
    }
    Ok(family)
}

/// Marks the old token, and stores the new one.
fn rotate(
    connection: &mut DbConnection,
    rotation: &Rotation,
    family: &str,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let (old, new) = (&rotation.old, &rotation.new);
    let now = stored(now);
    let blacklisted_at = rotation.blacklists.then_some(now);
    let known = refresh_tokens::table.find(&old.jti);
    let first = known.filter(refresh_tokens::rotated_at.is_null());
    on_each!(connection, |c| diesel::insert_into(refresh_tokens::table)
        .values(values(old, family))
        .on_conflict_do_nothing()
        .execute(c))?;
    // A later use within the grace does not move its beginning.
    on_each!(connection, |c| diesel::update(first)
        .set((
            refresh_tokens::family.eq(family),
            refresh_tokens::rotated_at.eq(now),
            refresh_tokens::blacklisted_at.eq(blacklisted_at),
        ))
        .execute(c))?;
    on_each!(connection, |c| diesel::insert_into(refresh_tokens::table)
        .values(values(new, family))
        .execute(c))?;
    let lives_longer = refresh_families::table
        .find(family)
        .filter(refresh_families::expires_at.lt(stored(new.expires_at)));
    on_each!(connection, |c| diesel::update(lives_longer)
        .set(refresh_families::expires_at.eq(stored(new.expires_at)))
        .execute(c))?;
    Ok(())
}

type Values<'a> = (
    diesel::dsl::Eq<refresh_tokens::jti, &'a str>,
    diesel::dsl::Eq<refresh_tokens::family, &'a str>,
    diesel::dsl::Eq<refresh_tokens::expires_at, NaiveDateTime>,
);

fn values<'a>(token: &'a RefreshToken, family: &'a str) -> Values<'a> {
    (
        refresh_tokens::jti.eq(token.jti.as_str()),
        refresh_tokens::family.eq(family),
        refresh_tokens::expires_at.eq(stored(token.expires_at)),
    )
}

fn revoke(connection: &mut DbConnection, family: &str, now: DateTime<Utc>) -> QueryResult<bool> {
    let alive = refresh_families::table
        .find(family)
        .filter(refresh_families::revoked_at.is_null());
    let changed = on_each!(connection, |c| diesel::update(alive)
        .set(refresh_families::revoked_at.eq(stored(now)))
        .execute(c))?;
    Ok(changed > 0)
}

/// Deletes families, with their tokens, and then tokens that have expired. Rows that another writer
/// holds stay for another time, so that no writer waits.
fn prune(connection: &mut DbConnection, now: DateTime<Utc>, limit: u32) -> QueryResult<u64> {
    let now = stored(now);
    let families = refresh_families::table
        .filter(refresh_families::expires_at.le(now))
        .order(refresh_families::expires_at)
        .limit(i64::from(limit))
        .select(refresh_families::id);
    let families: Vec<String> = match connection {
        DbConnection::Postgres(c) => families.for_update().skip_locked().load(c)?,
        DbConnection::Sqlite(c) => families.load(c)?,
    };
    let tokens = refresh_tokens::table
        .filter(refresh_tokens::expires_at.le(now))
        .order(refresh_tokens::expires_at)
        .limit(i64::from(limit))
        .select(refresh_tokens::jti);
    let mut pruned = 0;
    if !families.is_empty() {
        let expired = refresh_families::table.filter(refresh_families::id.eq_any(families));
        pruned += diesel::delete(expired).execute(connection)?;
    }
    let tokens: Vec<String> = match connection {
        DbConnection::Postgres(c) => tokens.for_update().skip_locked().load(c)?,
        DbConnection::Sqlite(c) => tokens.load(c)?,
    };
    if !tokens.is_empty() {
        let expired = refresh_tokens::table.filter(refresh_tokens::jti.eq_any(tokens));
        pruned += diesel::delete(expired).execute(connection)?;
    }
    Ok(u64::try_from(pruned).unwrap_or(u64::MAX))
}
