//! Instants in columns: read fast from SQLite, which stores text.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::Pg;
use diesel::sql_types::Timestamp;
use diesel::sqlite::Sqlite;

use crate::database::connection::MultiBackend;

/// A column of type `Timestamp`.
///
/// The library's own reader tries a list of formats with an interpreter. A profile has two instants a
/// group, so those that this service wrote itself are read by their fixed places.
#[derive(Clone, Copy, Debug, FromSqlRow)]
pub(crate) struct Instant(pub(crate) NaiveDateTime);

/// The columns' form of an instant: without zone, cut to microseconds (ADR 0005). PostgreSQL has no more digits; on
/// SQLite an instant would not be found by the value that it is shown as.
pub(crate) fn stored(at: DateTime<Utc>) -> NaiveDateTime {
    at.naive_utc().trunc_subsecs(6)
}

impl FromSql<Timestamp, Sqlite> for Instant {
    fn from_sql(
        mut value: <Sqlite as diesel::backend::Backend>::RawValue<'_>,
    ) -> deserialize::Result<Self> {
        match parse(value.read_text().as_bytes()) {
            Some(instant) => Ok(Self(instant)),
            None => FromSql::<Timestamp, Sqlite>::from_sql(value).map(Self),
        }
    }
}

impl FromSql<Timestamp, Pg> for Instant {
    fn from_sql(
        value: <Pg as diesel::backend::Backend>::RawValue<'_>,
    ) -> deserialize::Result<Self> {
        FromSql::<Timestamp, Pg>::from_sql(value).map(Self)
    }
}

impl FromSql<Timestamp, MultiBackend> for Instant {
    fn from_sql(
        value: <MultiBackend as diesel::backend::Backend>::RawValue<'_>,
    ) -> deserialize::Result<Self> {
        value.from_sql::<Self, Timestamp>()
    }
}

/// Reads `YYYY-MM-DD HH:MM:SS` with three, six, nine or no digits of a fraction.
fn parse(text: &[u8]) -> Option<NaiveDateTime> {
    let (whole, fraction) = text.split_at_checked(19)?;
    let number = |from: usize, to: usize| digits(whole.get(from..to)?);
    let separators = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')];
    if separators
        .iter()
        .any(|(at, byte)| whole.get(*at) != Some(byte))
    {
        return None;
    }
    let nanos = match fraction {
        [] => 0,
        [b'.', rest @ ..] => {
            let scale = match rest.len() {
                3 => 1_000_000,
                6 => 1_000,
                9 => 1,
                _ => return None,
            };
            digits(rest)? * scale
        }
        _ => return None,
    };
    let year = i32::try_from(number(0, 4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(5, 7)?, number(8, 10)?)?;
    date.and_hms_nano_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, nanos)
}

fn digits(text: &[u8]) -> Option<u32> {
    text.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + u32::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form_of_an_instant_is_read_by_position() {
        for text in [
            "2025-11-22 13:07:28",
            "2025-11-22 13:07:28.186",
            "2025-11-22 13:07:28.186722",
            "0001-02-29 00:00:00",
            "2024-02-29 23:59:59.000000001",
        ] {
            let expected = NaiveDateTime::parse_from_str(text, "%F %T%.f").ok();
            assert_eq!(parse(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn other_forms_of_an_instant_are_left_to_the_library() {
        for text in [
            "",
            "2025-11-22",
            "2025-11-22T13:07:28",
            "2025-11-22 13:07:28.1",
            "2025-11-22 13:07:28Z",
            "2025-13-22 13:07:28",
            "2025-11-22 13:07:2x",
            "2025-11-22 25:07:28",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
