//! Instants as the dialects write them: UTC, ISO 8601.

use std::fmt;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Serialize, Serializer};

/// `drf` and `jwt`: six digits of a second, none when they are zero (contract `drf.md`, section 6).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Micros(pub(crate) DateTime<Utc>);

/// `tower`: always three digits, truncated (contract `tower.md`, section 1.3).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Millis(pub(crate) DateTime<Utc>);

fn write_seconds(at: DateTime<Utc>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (year, month, day) = (at.year(), at.month(), at.day());
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    write!(
        f,
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    )
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_seconds(self.0, f)?;
        match self.0.timestamp_subsec_micros() {
            0 => f.write_str("Z"),
            micros => write!(f, ".{micros:06}Z"),
        }
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_seconds(self.0, f)?;
        write!(f, ".{:03}Z", self.0.timestamp_subsec_millis())
    }
}

impl Serialize for Micros {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn microseconds_are_absent_when_zero_and_else_six_digits() {
        let cases = [
            ("2025-11-22T13:15:23Z", "2025-11-22T13:15:23Z"),
            ("2025-11-22T13:15:23.1Z", "2025-11-22T13:15:23.100000Z"),
            ("1999-12-31T23:59:59.000001Z", "1999-12-31T23:59:59.000001Z"),
        ];

        for (instant, expected) in cases {
            assert_eq!(Micros(at(instant)).to_string(), expected);
        }
    }

    #[test]
    fn milliseconds_are_truncated_and_never_absent() {
        let cases = [
            ("2015-08-25T01:00:07.999999Z", "2015-08-25T01:00:07.999Z"),
            ("2015-08-25T01:00:07Z", "2015-08-25T01:00:07.000Z"),
        ];

        for (instant, expected) in cases {
            assert_eq!(Millis(at(instant)).to_string(), expected);
        }
    }
}
