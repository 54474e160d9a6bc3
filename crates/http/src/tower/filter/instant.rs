//! Dates and times of a query, as Django reads them.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use profiled_rest::error::ApiError;

use crate::tower::filter::bad_request::bad_request_list;

/// `YYYY-MM-DD`, or that with `HH:MM[:SS[.ffffff]]` and perhaps a zone after it; without one it is UTC.
///
/// # Errors
/// 400, as a list.
pub(super) fn read(text: &str) -> Result<DateTime<Utc>, ApiError> {
    let form = match Written::read(text) {
        None => "has an invalid format. It must be in YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format.",
        Some(written) => match (written.instant(), written.time) {
            (Some(at), _) => return Ok(at),
            (None, None) => "has the correct format (YYYY-MM-DD) but it is an invalid date.",
            (None, Some(_)) => {
                "has the correct format (YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ]) but it is an invalid \
                 date/time."
            }
        },
    };
    Err(bad_request_list(format!("'{text}' value {form}")))
}

/// Numbers as they stand in the text, of the right form and perhaps of no date.
struct Written {
    date: [u32; 3],
    /// Hour, minute, second, microsecond.
    time: Option<[u32; 4]>,
    /// Minutes east of UTC.
    offset: i32,
}

impl Written {
    fn read(text: &str) -> Option<Self> {
        let mut rest = text;
        let year = digits(&mut rest, 4, 4)?;
        skip(&mut rest, "-")?;
        let month = digits(&mut rest, 1, 2)?;
        skip(&mut rest, "-")?;
        let date = [year, month, digits(&mut rest, 1, 2)?];
        if rest.is_empty() {
            let (time, offset) = (None, 0);
            return Some(Self { date, time, offset });
        }
        skip(&mut rest, "T").or_else(|| skip(&mut rest, " "))?;
        let time = Some(time(&mut rest)?);
        let offset = offset(rest)?;
        Some(Self { date, time, offset })
    }

    fn instant(&self) -> Option<DateTime<Utc>> {
        let [year, month, day] = self.date;
        let [hour, minute, second, micros] = self.time.unwrap_or_default();
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        let time = NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?;
        let zone = FixedOffset::east_opt(self.offset.checked_mul(60)?)?;
        let local = zone.from_local_datetime(&NaiveDateTime::new(date, time));
        let at = local.single()?.with_timezone(&Utc);
        // Years that storage writes with four digits.
        let ends = [(1, 1, 1), (9999, 12, 31)].map(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d));
        let [Some(first), Some(last)] = ends else {
            return None;
        };
        (first..=last).contains(&at.date_naive()).then_some(at)
    }
}

/// `HH:MM[:SS[.ffffff]]`; digits after the sixth of a fraction do not count.
fn time(rest: &mut &str) -> Option<[u32; 4]> {
    let hour = digits(rest, 1, 2)?;
    skip(rest, ":")?;
    let minute = digits(rest, 1, 2)?;
    let (mut second, mut micros) = (0, 0);
    if skip(rest, ":").is_some() {
        second = digits(rest, 1, 2)?;
        if skip(rest, ".").is_some() {
            let before = rest.len();
            let number = digits(rest, 1, 6)?;
            let places = u32::try_from(before - rest.len()).ok()?;
            micros = number * 10_u32.pow(6_u32.checked_sub(places)?);
            let _beyond = digits(rest, 1, 6);
        }
    }
    Some([hour, minute, second, micros])
}

/// `Z`, `+HH`, `+HHMM`, `+HH:MM` or nothing, and nothing after it.
fn offset(text: &str) -> Option<i32> {
    let mut rest = text;
    if rest.is_empty() || rest == "Z" {
        return Some(0);
    }
    let sign = match skip(&mut rest, "-") {
        Some(()) => -1,
        None => skip(&mut rest, "+").map(|()| 1)?,
    };
    let hours = digits(&mut rest, 2, 2)?;
    let minutes = if rest.is_empty() {
        0
    } else {
        let _colon = skip(&mut rest, ":");
        digits(&mut rest, 2, 2)?
    };
    rest.is_empty().then_some(())?;
    i32::try_from(hours * 60 + minutes)
        .ok()
        .map(|all| sign * all)
}

fn skip(rest: &mut &str, part: &str) -> Option<()> {
    *rest = rest.strip_prefix(part)?;
    Some(())
}

/// Takes digits from the beginning, as many as there are up to `most`.
fn digits(rest: &mut &str, least: usize, most: usize) -> Option<u32> {
    let is_digit = |byte: &u8| byte.is_ascii_digit();
    let count = rest.bytes().take(most).take_while(is_digit).count();
    if count < least {
        return None;
    }
    let (number, left) = rest.split_at_checked(count)?;
    *rest = left;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_as_django_reads_them() {
        let cases = [
            ("2015-09-02", "2015-09-02T00:00:00Z"),
            ("2015-9-2 7:05", "2015-09-02T07:05:00Z"),
            ("2015-09-02T09:30:15.25Z", "2015-09-02T09:30:15.250Z"),
            ("2015-09-02 09:30:15.1234567", "2015-09-02T09:30:15.123456Z"),
            ("2015-09-02 00:30+01:00", "2015-09-01T23:30:00Z"),
            ("2015-09-02 00:30-0130", "2015-09-02T02:00:00Z"),
            ("2015-09-02 00:30+02", "2015-09-01T22:30:00Z"),
        ];

        for (text, expected) in cases {
            let expected: DateTime<Utc> = expected.parse().unwrap();
            assert_eq!(read(text).ok(), Some(expected), "{text}");
        }
    }

    #[test]
    fn invalid_instant_is_refused_with_the_message_for_its_form() {
        let cases = [
            ("", "has an invalid format"),
            ("x", "has an invalid format"),
            ("2015", "has an invalid format"),
            ("2015-09-02 ", "has an invalid format"),
            ("2015-09-02T", "has an invalid format"),
            ("2015-09-02 10", "has an invalid format"),
            ("2015-09-02 10:00 Z", "has an invalid format"),
            ("+2015-09-02", "has an invalid format"),
            ("12015-09-02", "has an invalid format"),
            ("2015-02-30", "an invalid date."),
            ("0000-01-01", "an invalid date."),
            ("2015-09-02 25:00", "an invalid date/time."),
            ("9999-12-31 23:00-02:00", "an invalid date/time."),
            ("2015-09-02 10:00+99:99", "an invalid date/time."),
        ];

        for (text, expected) in cases {
            let error = format!("{:?}", read(text).unwrap_err());
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
