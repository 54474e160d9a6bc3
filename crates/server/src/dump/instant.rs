//! Instants as Django writes them, with and without a zone.

use chrono::{DateTime, MappedLocalTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// Why a text is no instant.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum InstantFault {
    /// It is none in any form.
    NotAnInstant,
    /// It has no zone (`USE_TZ = False`), and which one is meant is not known.
    NoZone,
}

/// Reads an instant. One without zone is a time of `zone`. Storage and clients know the years from 1 to 9999: an
/// instant that a zone moves beyond them is the first or the last of them.
pub(super) fn parse(text: &str, zone: Option<Tz>) -> Result<DateTime<Utc>, InstantFault> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Ok(within_years(at.naive_utc()));
    }
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").or_else(|_invalid| {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d");
        date.map(|date| date.and_time(chrono::NaiveTime::MIN))
    });
    let local = local.map_err(|_invalid| InstantFault::NotAnInstant)?;
    let zone = zone.ok_or(InstantFault::NoZone)?;
    Ok(within_years(in_utc(local, zone)))
}

/// As Django's `make_aware`: of a time that a clock shows twice the first, and of one that it skips the one by the
/// offset before (PEP 495, `fold=0`).
fn in_utc(local: NaiveDateTime, zone: Tz) -> NaiveDateTime {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) | MappedLocalTime::Ambiguous(at, _) => at.naive_utc(),
        MappedLocalTime::None => {
            let day = TimeDelta::days(1);
            let before = local.checked_sub_signed(day).unwrap_or(local);
            let before = zone.from_local_datetime(&before).earliest();
            let offset = before.map_or(TimeDelta::zero(), |at| {
                at.naive_local().signed_duration_since(at.naive_utc())
            });
            local.checked_sub_signed(offset).unwrap_or(local)
        }
    }
}

fn within_years(at: NaiveDateTime) -> DateTime<Utc> {
    let first = NaiveDate::from_ymd_opt(1, 1, 1).and_then(|day| day.and_hms_opt(0, 0, 0));
    let last = NaiveDate::from_ymd_opt(9999, 12, 31);
    let last = last.and_then(|day| day.and_hms_micro_opt(23, 59, 59, 999_999));
    let at = first.map_or(at, |first| at.max(first));
    last.map_or(at, |last| at.min(last)).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, zone: &str, expected: &str) {
        let zone = zone.parse().ok();
        let at = parse(text, zone).map(|at| at.format("%FT%T%.f").to_string());
        assert_eq!(at, Ok(expected.to_owned()), "{text}");
    }

    #[test]
    fn instant_with_zone_is_itself_whatever_zone_is_given() {
        for zone in ["", "Asia/Tehran"] {
            check("2024-01-02T03:04:05.678Z", zone, "2024-01-02T03:04:05.678");
            check("2024-01-02T03:04:05+03:30", zone, "2024-01-01T23:34:05");
            check("0001-01-01T00:00:00Z", zone, "0001-01-01T00:00:00");
        }
    }

    #[test]
    fn instant_without_zone_is_a_time_of_the_zone_given() {
        check(
            "2024-07-02T03:04:05.678901",
            "Europe/Berlin",
            "2024-07-02T01:04:05.678901",
        );
        check("2024-01-02T03:04:05", "Asia/Tehran", "2024-01-01T23:34:05");
        check("2024-01-02", "UTC", "2024-01-02T00:00:00");
    }

    #[test]
    fn time_that_a_clock_shows_twice_or_never_is_read_as_django_does() {
        check(
            "2024-10-27T02:30:00",
            "Europe/Berlin",
            "2024-10-27T00:30:00",
        );
        check(
            "2024-03-31T02:30:00",
            "Europe/Berlin",
            "2024-03-31T01:30:00",
        );
    }

    #[test]
    fn instant_beyond_the_years_of_a_calendar_is_the_first_or_the_last_of_them() {
        check("0001-01-01T00:00:00", "Asia/Tehran", "0001-01-01T00:00:00");
        check(
            "9999-12-31T23:59:59.999999",
            "America/New_York",
            "9999-12-31T23:59:59.999999",
        );
        check("0001-01-01T00:00:00+14:00", "", "0001-01-01T00:00:00");
    }

    #[test]
    fn instant_without_zone_is_refused_where_none_is_given() {
        assert_eq!(
            parse("2024-01-02T03:04:05", None),
            Err(InstantFault::NoZone)
        );
        assert_eq!(parse("yesterday", None), Err(InstantFault::NotAnInstant));
        assert_eq!(
            parse("2024-13-02T03:04:05Z", None),
            Err(InstantFault::NotAnInstant)
        );
    }
}
