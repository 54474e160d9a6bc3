//! Instants as the dialects write them: UTC, ISO 8601.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Serialize, Serializer};

/// `drf` and `jwt`: six digits of a second, none when they are zero (contract `drf.md`, section 6).
#[derive(Clone, Copy, Debug)]
pub struct Micros(pub DateTime<Utc>);

/// `tower`: always three digits, truncated (contract `tower.md`, section 1.3).
#[derive(Clone, Copy, Debug)]
pub struct Millis(pub DateTime<Utc>);

/// Room for the longest form, `2025-11-22T13:07:28.186722Z`.
const LENGTH: usize = 27;

/// Text on the stack: an answer may hold hundreds of instants, and formatting is most of their cost.
struct TimestampText {
    bytes: [u8; LENGTH],
    length: usize,
}

impl TimestampText {
    /// Date and time to the second. Years of other than four digits do not occur.
    fn new(at: DateTime<Utc>) -> Self {
        let mut text = Self {
            bytes: [0; LENGTH],
            length: 0,
        };
        text.number(at.year().unsigned_abs(), 4);
        for (separator, number) in [
            (b'-', at.month()),
            (b'-', at.day()),
            (b'T', at.hour()),
            (b':', at.minute()),
            (b':', at.second()),
        ] {
            text.push(separator);
            text.number(number, 2);
        }
        text
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn number(&mut self, number: u32, digits: u32) {
        for place in (0..digits).rev() {
            let digit = number / 10_u32.pow(place) % 10;
            self.push(b'0' + u8::try_from(digit).unwrap_or_default());
        }
    }

    fn as_str(&self) -> &str {
        let text = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }
}

impl Micros {
    fn text(self) -> TimestampText {
        let mut text = TimestampText::new(self.0);
        let micros = self.0.timestamp_subsec_micros();
        if micros > 0 {
            text.push(b'.');
            text.number(micros, 6);
        }
        text.push(b'Z');
        text
    }
}

impl Millis {
    fn text(self) -> TimestampText {
        let mut text = TimestampText::new(self.0);
        text.push(b'.');
        text.number(self.0.timestamp_subsec_millis(), 3);
        text.push(b'Z');
        text
    }
}

impl std::fmt::Display for Micros {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text().as_str())
    }
}

impl Serialize for Micros {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text().as_str())
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text().as_str())
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
            assert_eq!(Micros(at(instant)).text().as_str(), expected);
        }
    }

    #[test]
    fn milliseconds_are_truncated_and_never_absent() {
        let cases = [
            ("2015-08-25T01:00:07.999999Z", "2015-08-25T01:00:07.999Z"),
            ("2015-08-25T01:00:07Z", "2015-08-25T01:00:07.000Z"),
        ];

        for (instant, expected) in cases {
            assert_eq!(Millis(at(instant)).text().as_str(), expected);
        }
    }
}
