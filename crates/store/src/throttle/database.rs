//! Counters of requests that several servers share: a row for each key (ADR 0013).

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Timestamp};
use diesel::upsert::excluded;
use profiled_domain::{
    Admission, Hits, Rate, RepositoryError, SlidingWindow, ThrottleKey, ThrottleRepository,
};

use crate::database::schema::throttle_hits;
use crate::database::{DbConnection, Store, StoreError, on_each, stored};

/// Ended rows that a new key sweeps away: more than one, so that they grow fewer.
const SWEPT_ROWS: i32 = 8;
/// Bytes of a moment: microseconds since 1970, and the number of requests.
const MOMENT: usize = 12;

impl ThrottleRepository for Store {
    fn hit(
        &self,
        key: &ThrottleKey,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<Admission, RepositoryError> {
        // A flood ends here: it takes no lock from those who write.
        let refused = self.peek(key, rate, now)?;
        if refused != Admission::Admitted {
            return Ok(refused);
        }
        self.write(|connection| {
            let bytes = lock(connection, key, now)?;
            let mut window = decode(&bytes)?;
            let admission = window.hit(rate, now);
            if admission == Admission::Admitted {
                save(connection, key, &window, end(rate, now))?;
            }
            if bytes.is_empty() {
                sweep(connection, now)?;
            }
            Ok(admission)
        })
    }

    fn peek(
        &self,
        key: &ThrottleKey,
        rate: Rate,
        now: DateTime<Utc>,
    ) -> Result<Admission, RepositoryError> {
        let bytes: Option<Vec<u8>> = self.read(|connection| {
            throttle_hits::table
                .find(key.0.as_slice())
                .select(throttle_hits::hits)
                .first(connection)
                .optional()
        })?;
        Ok(decode(&bytes.unwrap_or_default())?.peek(rate, now))
    }

    fn is_immediate(&self) -> bool {
        false
    }
}

/// What is stored under a key, nothing for a new one. Others who count the same wait for the end of
/// the transaction.
fn lock(
    connection: &mut DbConnection,
    key: &ThrottleKey,
    now: DateTime<Utc>,
) -> QueryResult<Vec<u8>> {
    let row = (
        throttle_hits::digest.eq(key.0.as_slice()),
        throttle_hits::hits.eq([].as_slice()),
        throttle_hits::ends_at.eq(stored(now)),
    );
    on_each!(connection, |c| diesel::insert_into(throttle_hits::table)
        .values(row)
        .on_conflict(throttle_hits::digest)
        .do_update()
        .set(throttle_hits::digest.eq(excluded(throttle_hits::digest)))
        .returning(throttle_hits::hits)
        .get_result(c))
}

fn save(
    connection: &mut DbConnection,
    key: &ThrottleKey,
    window: &SlidingWindow,
    ends_at: NaiveDateTime,
) -> QueryResult<()> {
    diesel::update(throttle_hits::table.find(key.0.as_slice()))
        .set((
            throttle_hits::hits.eq(encode(window)),
            throttle_hits::ends_at.eq(ends_at),
        ))
        .execute(connection)
        .map(drop)
}

/// When a row whose newest request comes `now` has nothing left to say, rounded up to a whole window: so
/// most requests leave the index alone.
fn end(rate: Rate, now: DateTime<Utc>) -> NaiveDateTime {
    let window = rate.window().num_seconds();
    let rounded = (now.timestamp().div_euclid(window) + 2) * window;
    stored(DateTime::from_timestamp(rounded, 0).unwrap_or(now + rate.window()))
}

/// Removes a few of the rows that have ended. Those that another transaction holds are left to others:
/// two sweepers never wait for each other.
fn sweep(connection: &mut DbConnection, now: DateTime<Utc>) -> QueryResult<usize> {
    match connection {
        DbConnection::Sqlite(c) => diesel::sql_query(
            "DELETE FROM throttle_hits WHERE digest IN \
             (SELECT digest FROM throttle_hits WHERE ends_at <= ? LIMIT ?)",
        )
        .bind::<Timestamp, _>(stored(now))
        .bind::<Integer, _>(SWEPT_ROWS)
        .execute(c),
        DbConnection::Postgres(c) => diesel::sql_query(
            "DELETE FROM throttle_hits WHERE digest IN \
             (SELECT digest FROM throttle_hits WHERE ends_at <= $1 LIMIT $2 \
             FOR UPDATE SKIP LOCKED)",
        )
        .bind::<Timestamp, _>(stored(now))
        .bind::<Integer, _>(SWEPT_ROWS)
        .execute(c),
    }
}

fn encode(window: &SlidingWindow) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(window.hits().len() * MOMENT);
    for Hits { at, count } in window.hits() {
        bytes.extend(at.timestamp_micros().to_be_bytes());
        bytes.extend(count.to_be_bytes());
    }
    bytes
}

fn decode(bytes: &[u8]) -> Result<SlidingWindow, StoreError> {
    let moment = |bytes: &[u8]| {
        let (at, count) = bytes.split_first_chunk()?;
        let at = DateTime::from_timestamp_micros(i64::from_be_bytes(*at))?;
        let count = u32::from_be_bytes(count.try_into().ok()?);
        Some(Hits { at, count })
    };
    let window: Option<SlidingWindow> = bytes.chunks(MOMENT).map(moment).collect();
    window.ok_or_else(|| {
        let text = "a counter of requests is cut or holds no instants";
        StoreError::Domain(RepositoryError::Failed(text.into()))
    })
}
