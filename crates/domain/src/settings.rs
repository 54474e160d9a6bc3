//! What the settings of all crates share.

use std::fmt::Display;

use serde::de::{Deserialize, Deserializer, Error};

/// Seconds of a year.
pub const YEAR: u64 = 365 * 24 * 3600;
/// Bytes of a gibibyte.
pub const GIBIBYTE: u64 = 1 << 30;

/// Reads a number from `MIN` to `MAX`, for the attribute `deserialize_with` of a setting's field.
///
/// # Errors
/// For any other number: its text continues the name of the setting.
pub fn bounded<'de, const MIN: u64, const MAX: u64, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: TryFrom<u64>,
    D: Deserializer<'de>,
{
    let value = u64::deserialize(deserializer)?;
    let inside = (MIN..=MAX).contains(&value).then_some(value);
    let fitting = inside.and_then(|value| T::try_from(value).ok());
    fitting.ok_or_else(|| D::Error::custom(outside(value, MIN, MAX)))
}

/// Reads a value in which `fault` finds nothing wrong, for such an attribute.
///
/// # Errors
/// What `fault` says, which continues the name of the setting.
pub fn checked<'de, T, D>(
    deserializer: D,
    fault: impl FnOnce(&T) -> Option<String>,
) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let value = T::deserialize(deserializer)?;
    match fault(&value) {
        None => Ok(value),
        Some(fault) => Err(D::Error::custom(fault)),
    }
}

/// Whether something is in a list twice.
pub fn is_repeated<T: PartialEq>(items: &[T]) -> bool {
    let mut places = items.iter().enumerate();
    places.any(|(at, item)| items.iter().take(at).any(|earlier| earlier == item))
}

/// What is said of a number that is not from `min` to `max`.
pub fn outside<T: Display>(value: T, min: T, max: T) -> String {
    format!("is {value}: it must be at least {min} and at most {max}")
}
