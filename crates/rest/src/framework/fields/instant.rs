//! Instants in bodies.

use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Offset, SubsecRound, Timelike, Utc,
};
use profiled_domain::Patch;

use super::{Field, Input, messages};
use crate::error::FieldErrors;
use crate::wire::body::Data;

impl Field {
    /// The instant of a field: ISO 8601, in UTC where no offset is given, to the microsecond. Messages go to
    /// `errors`.
    pub fn instant(&self, data: &Data, errors: &mut FieldErrors) -> Patch<DateTime<Utc>> {
        let instant = match self.input(data) {
            Input::Absent => return Patch::Keep,
            Input::Null if self.takes_null => return Patch::Clear,
            Input::Null => return self.refuse(messages::NULL, errors),
            Input::Text(text) => parse(text.text.trim()),
            Input::Number(_) | Input::File(_) | Input::Other(_) => None,
        };
        match instant {
            Some(instant) => Patch::Set(instant),
            None => self.refuse(messages::NOT_AN_INSTANT, errors),
        }
    }
}

/// `YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+hh:mm|-hh:mm|Z]`; a blank may stand for the `T`. A day alone begins at
/// midnight.
fn parse(text: &str) -> Option<DateTime<Utc>> {
    let (day, rest) = text.split_at_checked("YYYY-MM-DD".len())?;
    if !day.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let day: NaiveDate = day.parse().ok()?;
    let (time, offset) = if rest.is_empty() {
        (NaiveTime::MIN, Utc.fix())
    } else {
        time_and_offset(rest.strip_prefix(['T', 't', ' '])?)?
    };
    let local = day.and_time(time).checked_sub_offset(offset)?;
    let instant = local.and_utc().trunc_subsecs(6);
    (1..=9999).contains(&instant.year()).then_some(instant)
}

fn time_and_offset(text: &str) -> Option<(NaiveTime, FixedOffset)> {
    let at = text.find(['Z', 'z', '+', '-']).unwrap_or(text.len());
    let (time, zone) = text.split_at_checked(at)?;
    let offset = match zone {
        "" | "Z" | "z" => Utc.fix(),
        zone => zone.parse().ok()?,
    };
    // Seconds may be missing. A leap second has no place on a clock without them.
    let time: NaiveTime = time.parse().ok()?;
    (time.nanosecond() < 1_000_000_000).then_some((time, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_in_the_framework_s_forms() {
        let cases = [
            ("2026-11-24T10:20:30Z", "2026-11-24T10:20:30Z"),
            (
                "2026-11-24T10:20:30.123456789Z",
                "2026-11-24T10:20:30.123456Z",
            ),
            ("2026-11-24 10:20", "2026-11-24T10:20:00Z"),
            ("2026-11-24T10:20:30+03:30", "2026-11-24T06:50:30Z"),
            ("2026-11-24t10:20:30-0100", "2026-11-24T11:20:30Z"),
            ("2026-11-24", "2026-11-24T00:00:00Z"),
        ];

        for (text, expected) in cases {
            assert_eq!(parse(text), expected.parse().ok(), "{text}");
        }
    }

    #[test]
    fn text_in_another_form_is_no_instant() {
        let cases = [
            "",
            "tomorrow",
            "1764000000",
            "2026-13-01T00:00:00Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T23:59:60Z",
            "2026-11-24T10:20:30 Z Z",
            "2026-11-24X10:20:30Z",
            "2026-11-24T10:20:30+99:99",
            "+026-11-24T10:20:30Z",
            "9999-12-31T23:59:59-01:00",
            "2026-11-2\u{664}T10:20:30Z",
        ];

        for text in cases {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
