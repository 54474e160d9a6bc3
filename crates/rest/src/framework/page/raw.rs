//! Raw data that was typed, when it is shown again.

use std::sync::LazyLock;

use profiled_auth::PasswordHasher;
use regex_lite::{Captures, Regex};

use crate::framework::forms::is_password;
use crate::wire::body::{self, Value};

/// A member whose name ends as those of passwords do.
static PASSWORD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"("[^"\\]*password"\s*:\s*)"((?:[^"\\]|\\.)*)""#).ok());

/// The text with passwords cut out; `None` if it may hold one that cannot be recognised.
pub(super) fn without_passwords(typed: &str) -> Option<String> {
    let pattern = PASSWORD.as_ref()?;
    let text = pattern.replace_all(typed, |found: &Captures<'_>| {
        let part = |at| found.get(at).map_or("", |part| part.as_str());
        let kept = Some(part(2)).filter(|value| *value == PasswordHasher::PLACEHOLDER);
        format!("{}\"{}\"", part(1), kept.unwrap_or_default())
    });
    let is_clean = match body::parse_json(&text) {
        Some(value) => !shows_password(&value),
        None => !text.to_ascii_lowercase().contains("password"),
    };
    is_clean.then(|| text.into_owned())
}

fn shows_password(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().any(shows_password),
        Value::Object(members) => members.iter().any(|(name, value)| {
            let is_blank = matches!(value, Value::Null)
                || matches!(value, Value::Text(text)
                    if ["", PasswordHasher::PLACEHOLDER].contains(&text.text.as_str()));
            is_password(&name.text) && !is_blank || shows_password(value)
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_raw_data_are_shown_again_without_passwords() {
        let table = [
            (r#"{"gender": "x"}"#, Some(r#"{"gender": "x"}"#)),
            (
                r#"{"password": "s3cret\"!", "current_password" : "old", "a": 1.50}"#,
                Some(r#"{"password": "", "current_password" : "", "a": 1.50}"#),
            ),
            (r#"[{"password": "s3cret"}]"#, Some(r#"[{"password": ""}]"#)),
            (
                r#"{"password": "$encrypted$", "current_password": "x$encrypted$"}"#,
                Some(r#"{"password": "$encrypted$", "current_password": ""}"#),
            ),
            (r#"{"broken": "#, Some(r#"{"broken": "#)),
            ("gender=x", Some("gender=x")),
        ];

        for (typed, expected) in table {
            assert_eq!(without_passwords(typed).as_deref(), expected, "{typed}");
        }
    }

    #[test]
    fn text_that_may_hold_a_password_is_not_shown_again() {
        let table = [
            r#"{"p\u0061ssword": "s3cret"}"#,
            r#"{"password": ["s3cret"]}"#,
            r#"{"password": 123456}"#,
            r#"{"a": {"new_password": {"b": "s3cret"}}}"#,
            r#"{"password": "s3cret"#,
            "password=s3cret",
            "Password: s3cret",
        ];

        for typed in table {
            assert_eq!(without_passwords(typed), None, "{typed}");
        }
    }
}
