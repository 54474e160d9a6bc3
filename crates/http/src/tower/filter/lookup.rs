//! Look-ups: how a value is compared.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use regex_lite::{Regex, RegexBuilder};

use crate::failure::{ApiError, Detail};
use crate::tower::filter::bad;
use crate::tower::filter::field::{Kind, Value};

/// Names of look-ups, compared with case.
pub(super) const NAMES: [&str; 16] = [
    "exact",
    "iexact",
    "contains",
    "icontains",
    "startswith",
    "istartswith",
    "endswith",
    "iendswith",
    "regex",
    "iregex",
    "gt",
    "gte",
    "lt",
    "lte",
    "in",
    "isnull",
];

/// A comparison, its value read in the kind of the field.
pub(super) enum Test {
    Compare(fn(Ordering) -> bool, Operand),
    In(Vec<Operand>),
    Text(fn(&str, &str) -> bool, String, Case),
    Matches(Regex),
    IsNull(bool),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    Kept,
    Ignored,
}

/// A value of a query.
pub(super) enum Operand {
    Integer(i64),
    Text(String),
    Boolean(bool),
    Instant(DateTime<Utc>),
}

impl Test {
    pub(super) fn new(kind: Kind, lookup: &str, text: &str) -> Result<Self, ApiError> {
        let compare = |test: fn(Ordering) -> bool| Ok(Self::Compare(test, operand(kind, text)?));
        let (plain, case) = match lookup.strip_prefix('i') {
            Some(plain) if !matches!(lookup, "in" | "isnull") => (plain, Case::Ignored),
            _ => (lookup, Case::Kept),
        };
        let text_test = |test: fn(&str, &str) -> bool| Self::Text(test, folded(text, case), case);
        Ok(match plain {
            "exact" if case == Case::Ignored && kind == Kind::Text => text_test(|a, b| a == b),
            "exact" => return compare(Ordering::is_eq),
            "gt" => return compare(Ordering::is_gt),
            "gte" => return compare(Ordering::is_ge),
            "lt" => return compare(Ordering::is_lt),
            "lte" => return compare(Ordering::is_le),
            "contains" => text_test(|a, b| a.contains(b)),
            "startswith" => text_test(|a, b| a.starts_with(b)),
            "endswith" => text_test(|a, b| a.ends_with(b)),
            "regex" => Self::Matches(pattern(text, case)?),
            "in" if text.is_empty() => {
                return Err(bad("cannot provide empty value for __in".to_owned()));
            }
            "in" => {
                let operands = text.split(',').map(|part| operand(kind, part));
                Self::In(operands.collect::<Result<_, _>>()?)
            }
            _ => Self::IsNull(boolean(text)?),
        })
    }

    pub(super) fn holds(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Compare(test, operand) => operand.compared(value).is_some_and(test),
            Self::In(operands) => operands
                .iter()
                .any(|operand| operand.compared(value) == Some(Ordering::Equal)),
            Self::Text(test, wanted, case) => {
                shown(value).is_some_and(|text| test(&folded(&text, *case), wanted))
            }
            Self::Matches(pattern) => shown(value).is_some_and(|text| pattern.is_match(&text)),
            Self::IsNull(wanted) => *wanted == matches!(value, Value::Instant(None)),
        }
    }
}

impl Operand {
    /// How a value stands to this one; nothing stands to an absent value.
    fn compared(&self, value: &Value<'_>) -> Option<Ordering> {
        Some(match (value, self) {
            (Value::Integer(value), Self::Integer(wanted)) => value.cmp(wanted),
            (Value::Text(value), Self::Text(wanted)) => (*value).cmp(wanted.as_str()),
            (Value::Boolean(value), Self::Boolean(wanted)) => value.cmp(wanted),
            (Value::Instant(Some(value)), Self::Instant(wanted)) => value.cmp(wanted),
            _ => return None,
        })
    }
}

fn operand(kind: Kind, text: &str) -> Result<Operand, ApiError> {
    Ok(match kind {
        Kind::Integer => Operand::Integer(integer(text)?),
        Kind::Text => Operand::Text(text.to_owned()),
        Kind::Boolean => Operand::Boolean(boolean(text)?),
        Kind::Instant => Operand::Instant(instant(text)?),
    })
}

/// # Errors
/// 400, as a list.
pub(super) fn integer(text: &str) -> Result<i64, ApiError> {
    text.trim().parse().map_err(|_no_integer| {
        ApiError::BadRequest(Detail::List(vec![format!(
            "'{text}' value must be an integer."
        )]))
    })
}

fn boolean(text: &str) -> Result<bool, ApiError> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Ok(true),
        "false" | "f" | "0" => Ok(false),
        _ => Err(bad(format!("Unable to convert \"{text}\" to boolean"))),
    }
}

/// A date, or a date and a time; without a zone it is UTC.
fn instant(text: &str) -> Result<DateTime<Utc>, ApiError> {
    let spaced = text.replacen('T', " ", 1);
    let zoned = ["%F %T%.f%#z", "%F %H:%M%#z", "%F %T%.f %#z"];
    let plain = ["%F %T%.f", "%F %H:%M"];
    let spaced = spaced
        .strip_suffix('Z')
        .map_or(spaced.clone(), |rest| format!("{rest}+0000"));
    let with_zone = || {
        let parsed = zoned
            .iter()
            .find_map(|form| DateTime::parse_from_str(&spaced, form).ok());
        parsed.map(|at| at.with_timezone(&Utc))
    };
    let without = || {
        plain
            .iter()
            .find_map(|f| NaiveDateTime::parse_from_str(&spaced, f).ok())
    };
    let date = || {
        NaiveDate::parse_from_str(text, "%F")
            .ok()?
            .and_hms_opt(0, 0, 0)
    };
    let found = with_zone().or_else(|| without().or_else(date).map(|at| at.and_utc()));
    found.ok_or_else(|| {
        ApiError::BadRequest(Detail::List(vec![format!(
            "'{text}' value has an invalid format. It must be in \
             YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format."
        )]))
    })
}

/// The engine takes time in proportion to the text, whatever the pattern.
fn pattern(text: &str, case: Case) -> Result<Regex, ApiError> {
    let mut builder = RegexBuilder::new(text);
    let built = builder
        .case_insensitive(case == Case::Ignored)
        .size_limit(1 << 20)
        .build();
    built.map_err(|error| bad(error.to_string()))
}

fn folded(text: &str, case: Case) -> String {
    match case {
        Case::Kept => text.to_owned(),
        Case::Ignored => text.to_lowercase(),
    }
}

/// A value as text, for look-ups of text; nothing for an absent one.
fn shown(value: &Value<'_>) -> Option<String> {
    Some(match value {
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => (*text).to_owned(),
        Value::Boolean(flag) => u8::from(*flag).to_string(),
        Value::Instant(at) => at.as_ref()?.format("%F %T%.6f+00:00").to_string(),
    })
}
