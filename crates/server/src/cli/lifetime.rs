//! How long something lives, on the command line.

use chrono::Duration;

use crate::error::{Failure, Kind};

/// The units of a lifetime, and their seconds.
const UNITS: [(&str, i64); 5] = [
    ("s", 1),
    ("m", 60),
    ("h", 3600),
    ("d", 86_400),
    ("w", 604_800),
];

/// A century.
const LONGEST: i64 = 36_500 * 86_400;

/// A number with its unit, as 90d.
///
/// # Errors
/// [`Failure`] of kind `Usage`, with the name of the option.
pub(crate) fn lifetime(option: &str, text: &str) -> Result<Duration, Failure> {
    let read = UNITS.iter().find_map(|(unit, seconds)| {
        let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
        i64::from(number).checked_mul(*seconds)
    });
    let seconds = read.filter(|seconds| (1..=LONGEST).contains(seconds));
    seconds.map(Duration::seconds).ok_or_else(|| {
        let text = format!(
            "{option} {text}: write a number and its unit, s, m, h, d or w, as 90d or 12h, up to 36500d"
        );
        Failure::new(Kind::Usage, text)
    })
}
