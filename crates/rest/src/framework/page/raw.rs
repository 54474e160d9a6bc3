//! Raw data that was typed, when it is shown again.

use std::sync::LazyLock;

use profiled_auth::PasswordHasher;
use regex_lite::{Captures, Regex};

use crate::framework::forms::is_password;
use crate::wire::body::{self, Value};

/// A member that is text: all before its value, its name, and its value.
static MEMBER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"("([^"\\]*)"\s*:\s*)"((?:[^"\\]|\\.)*)""#).ok());

/// Members that hold tokens.
const TOKENS: [&str; 3] = ["access", "refresh", "token"];

/// What stands for secrets that were typed.
pub(super) struct Cut {
    password: &'static str,
    /// `None` leaves tokens as they are.
    token: Option<&'static str>,
}

impl Cut {
    /// A form says no password again, and its reader types another.
    pub(super) const FORM: Self = Self {
        password: "",
        token: None,
    };
    /// A command names what is to be filled in.
    pub(super) const COMMAND: Self = Self {
        password: "YOUR_PASSWORD",
        token: Some("YOUR_TOKEN"),
    };

    /// What stands for the value of a member, if that is a secret.
    pub(super) fn of(&self, name: &str) -> Option<&'static str> {
        if is_password(name) {
            return Some(self.password);
        }
        self.token.filter(|_| TOKENS.contains(&name))
    }

    /// The text without secrets; `None` if it may hold one that cannot be recognised.
    pub(super) fn out_of(&self, typed: &str) -> Option<String> {
        let pattern = MEMBER.as_ref()?;
        let text = pattern.replace_all(typed, |found: &Captures<'_>| {
            let part = |at| found.get(at).map_or("", |part| part.as_str());
            match self.of(part(2)) {
                Some(placeholder) if !is_public(part(3)) => {
                    format!("{}\"{placeholder}\"", part(1))
                }
                _ => part(0).to_owned(),
            }
        });
        let is_clean = match body::parse_json(&text) {
            Some(value) => !self.is_in(&value),
            None => !self.may_be_in(&text.to_ascii_lowercase()),
        };
        is_clean.then(|| text.into_owned())
    }

    fn is_in(&self, value: &Value) -> bool {
        match value {
            Value::List(items) => items.iter().any(|item| self.is_in(item)),
            Value::Object(members) => members.iter().any(|(name, value)| {
                let placeholder = self.of(&name.text);
                let is_secret = match value {
                    Value::Null => false,
                    Value::Text(text) => {
                        !is_public(&text.text) && placeholder != Some(text.text.as_str())
                    }
                    _ => is_password(&name.text),
                };
                placeholder.is_some() && is_secret || self.is_in(value)
            }),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => false,
        }
    }

    /// Whether text that is no JSON names a secret.
    fn may_be_in(&self, text: &str) -> bool {
        let has_token = TOKENS.iter().any(|name| text.contains(name));
        text.contains("password") || self.token.is_some() && has_token
    }
}

/// Whether a value gives nothing away: a blank, or the word that leaves a password as it is.
fn is_public(value: &str) -> bool {
    ["", PasswordHasher::PLACEHOLDER].contains(&value)
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
            assert_eq!(Cut::FORM.out_of(typed).as_deref(), expected, "{typed}");
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
            assert_eq!(Cut::FORM.out_of(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_command_has_placeholders_for_what_was_typed() {
        let table = [
            (
                r#"{"password": "s3cret\"!", "a": "x", "current_password": ""}"#,
                Some(r#"{"password": "YOUR_PASSWORD", "a": "x", "current_password": ""}"#),
            ),
            (
                r#"{"password": "$encrypted$", "refresh": "eyJ", "token":null}"#,
                Some(r#"{"password": "$encrypted$", "refresh": "YOUR_TOKEN", "token":null}"#),
            ),
            (r#"{"broken": "#, Some(r#"{"broken": "#)),
            (r#"{"refresh": "eyJ"#, None),
            (r#"{"pass\u0077ord": "s3cret"}"#, None),
            (r#"{"t\u006fken": "s3cret"}"#, None),
        ];

        for (typed, expected) in table {
            assert_eq!(Cut::COMMAND.out_of(typed).as_deref(), expected, "{typed}");
        }
    }
}
