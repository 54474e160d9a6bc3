//! Instants as the dialects write them: UTC, ISO 8601.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

/// `drf` and `jwt`: six digits of a second, none when they are zero (contract `drf.md`, section 6).
#[derive(Clone, Copy, Debug)]
pub struct Micros(pub DateTime<Utc>);

/// `tower`: always three digits, truncated (contract `tower.md`, section 1.3).
#[derive(Clone, Copy, Debug)]
pub struct Millis(pub DateTime<Utc>);

/// The longest form. Years of other than four digits do not occur.
const FORM: [u8; 27] = *b"0000-00-00T00:00:00.000000Z";

/// Text on the stack: an answer may hold hundreds of instants, and formatting is most of their cost.
struct TimestampText {
    bytes: [u8; FORM.len()],
    length: usize,
}

impl TimestampText {
    /// All six digits of a second.
    fn new(at: DateTime<Utc>) -> Self {
        let mut text = Self {
            bytes: FORM,
            length: FORM.len(),
        };
        let (year, micros) = (at.year().unsigned_abs(), at.timestamp_subsec_micros());
        for (place, number) in [
            (0, year / 100),
            (2, year),
            (5, at.month()),
            (8, at.day()),
            (11, at.hour()),
            (14, at.minute()),
            (17, at.second()),
            (20, micros / 10_000),
            (22, micros / 100),
            (24, micros),
        ] {
            text.set_digits(place, number);
        }
        text
    }

    /// The last two digits of a number.
    fn set_digits(&mut self, place: usize, number: u32) {
        let [_, _, _, number] = (number % 100).to_be_bytes();
        if let Some(digits) = self.bytes.get_mut(place..place + 2) {
            digits.copy_from_slice(&[b'0' + number / 10, b'0' + number % 10]);
        }
    }

    /// Ends it after so many bytes.
    fn cut(mut self, length: usize) -> Self {
        if let Some(end) = self.bytes.get_mut(length) {
            *end = b'Z';
            self.length = length + 1;
        }
        self
    }

    fn as_str(&self) -> &str {
        let text = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(text).unwrap_or_default()
    }
}

impl Micros {
    fn text(self) -> TimestampText {
        let text = TimestampText::new(self.0);
        match self.0.timestamp_subsec_micros() {
            0 => text.cut("0000-00-00T00:00:00".len()),
            _ => text,
        }
    }
}

impl Millis {
    fn text(self) -> TimestampText {
        TimestampText::new(self.0).cut("0000-00-00T00:00:00.000".len())
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

/// Both are RFC 3339.
fn date_time() -> RefOr<Schema> {
    let mut object = Object::with_type(Type::String);
    object.format = Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
    object.into()
}

impl PartialSchema for Micros {
    fn schema() -> RefOr<Schema> {
        date_time()
    }
}

impl ToSchema for Micros {}

impl PartialSchema for Millis {
    fn schema() -> RefOr<Schema> {
        date_time()
    }
}

impl ToSchema for Millis {}

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
