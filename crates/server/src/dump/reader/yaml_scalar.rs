//! What a YAML value without quotes is, as `PyYAML` writes it (YAML 1.1).

use serde_json::{Number, Value};

use super::record::instant_as_json;

/// The value as JSON has it. `PyYAML` quotes every text that it would read as something else.
///
/// # Errors
/// A number in a notation that Django never writes: it may well be a text that has lost its quotes, as a
/// telephone number with a leading 0.
pub(super) fn resolve(text: &str) -> Result<Value, &'static str> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => true.into(),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => false.into(),
        ".inf" | ".Inf" | ".INF" | "+.inf" => "Infinity".into(),
        "-.inf" | "-.Inf" | "-.INF" => "-Infinity".into(),
        ".nan" | ".NaN" | ".NAN" => "NaN".into(),
        _ => number_or_text(text)?,
    })
}

fn number_or_text(text: &str) -> Result<Value, &'static str> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_decimal = are_digits(unsigned) && (unsigned == "0" || !unsigned.starts_with('0'));
    if is_decimal && let Ok(number) = text.parse::<i64>() {
        return Ok(number.into());
    }
    let has_dot_first = unsigned.len() < text.len() && unsigned.starts_with('.');
    if is_decimal || (is_float(unsigned) && !has_dot_first) {
        let number = text.parse().ok().and_then(Number::from_f64);
        return Ok(number.map_or_else(|| text.into(), Value::Number));
    }
    if is_other_notation(unsigned) {
        return Err("a number in a notation that Django does not write: quote it if it is a text");
    }
    Ok(instant(text).unwrap_or_else(|| text.to_owned()).into())
}

fn are_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits, a dot, and an exponent with a sign.
fn is_float(unsigned: &str) -> bool {
    let Some((whole, rest)) = unsigned.split_once('.') else {
        return false;
    };
    let (fraction, exponent) = match rest.split_once(['e', 'E']) {
        Some((fraction, exponent)) => (fraction, exponent.strip_prefix(['-', '+'])),
        None => (rest, Some("0")),
    };
    are_digits(&format!("{whole}{fraction}"))
        && (!whole.is_empty() || are_digits(fraction))
        && exponent.is_some_and(are_digits)
}

/// Whether YAML 1.1 has it for a binary, octal, hexadecimal or sexagesimal number, or one with underscores.
/// A telephone number that has an 8 or a 9 after its leading 0 is a text.
fn is_other_notation(unsigned: &str) -> bool {
    let only = |text: &str, allowed: &str| {
        !text.is_empty() && text.chars().all(|character| allowed.contains(character))
    };
    if let Some(octal) = unsigned.strip_prefix('0') {
        let binary = octal.strip_prefix('b').unwrap_or_default();
        let hexadecimal = octal.strip_prefix('x').unwrap_or_default();
        if only(octal, "01234567_") || only(binary, "01_") {
            return true;
        }
        if only(hexadecimal, "0123456789abcdefABCDEF_") {
            return true;
        }
    }
    let mut parts = unsigned.split(':');
    let whole = parts.next().unwrap_or_default();
    let sixties: Vec<&str> = parts.collect();
    if sixties.is_empty() {
        let plain = unsigned.replace('_', "");
        let is_number = is_float(&plain) || (are_digits(&plain) && !plain.starts_with('0'));
        return unsigned.contains('_') && !unsigned.starts_with(['_', '.']) && is_number;
    }
    let (end, fraction) = match unsigned.rsplit_once('.') {
        Some((_, fraction)) => (sixties.len() - 1, Some(fraction)),
        None => (sixties.len(), None),
    };
    let is_sixty = |(at, part): (usize, &&str)| {
        let part = if at == end {
            part.split('.').next().unwrap_or_default()
        } else {
            part
        };
        are_digits(part) && part.len() <= 2 && part.parse().is_ok_and(|value: u8| value < 60)
    };
    let starts = unsigned.starts_with(|first: char| first.is_ascii_digit())
        && (fraction.is_some() || !unsigned.starts_with('0'));
    starts
        && only(whole, "0123456789_")
        && fraction.is_none_or(|fraction| fraction.is_empty() || only(fraction, "0123456789_"))
        && sixties.iter().enumerate().all(is_sixty)
}

/// Date and time, between which `PyYAML` has a blank, as JSON has them.
fn instant(text: &str) -> Option<String> {
    let (date, time) = text.split_once(' ')?;
    let is = |text: &str, separators: &str| {
        text.chars()
            .all(|character| character.is_ascii_digit() || separators.contains(character))
    };
    let is_instant = date.len() == 10 && is(date, "-") && time.len() >= 8 && is(time, ":.+-");
    is_instant.then(|| instant_as_json(&format!("{date}T{time}")))
}
