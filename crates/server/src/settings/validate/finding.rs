//! What is wrong with a value.

/// Longest time that is taken anywhere, in seconds: a year.
pub(super) const YEAR: u64 = 365 * 24 * 3600;

/// A key, and what is wrong with its value.
pub(super) struct Finding(pub(super) &'static str, pub(super) String);

/// The first number that is less than its least or more than its greatest value.
pub(super) fn outside(numbers: &[(&'static str, u64, u64, u64)]) -> Option<Finding> {
    let is_outside = |(_, value, min, max): &&(&str, u64, u64, u64)| value < min || value > max;
    let (key, value, min, max) = numbers.iter().find(is_outside)?;
    let text = format!("is {value}: it must be at least {min} and at most {max}");
    Some(Finding(key, text))
}
