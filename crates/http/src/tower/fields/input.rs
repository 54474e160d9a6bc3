//! What bodies say of fields: the first phase of validation (contract `tower.md`, section 4).

use profiled_domain::EmailAddress;
use profiled_rest::error::{ApiError, FieldErrors, NON_FIELD_ERRORS};
use profiled_rest::wire::body::{Data, Text, Value, number_text};

use super::{BodyField, FieldKind};

const REQUIRED: &str = "This field is required.";
const NOT_TEXT: &str = "This field must be text.";
const NOT_BOOLEAN: &str = "Invalid boolean value.";

/// What is done with a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tower) enum Mode {
    /// POST
    Create,
    /// PUT
    Replace,
    /// PATCH
    Change,
}

/// What a body says of a field, once it has passed the first phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tower) enum FieldInput<T> {
    Absent,
    Null,
    /// Nothing that the field could hold.
    Wrong,
    Value(T),
}

/// The body as a value: a form is an object of texts.
pub(in crate::tower) fn value_of(data: Data) -> Value {
    match data {
        Data::Json(value) => value,
        Data::Form(form) => {
            let pairs = form.texts();
            Value::Object(
                pairs
                    .map(|(name, text)| (name.into(), Value::Text(text.into())))
                    .collect(),
            )
        }
    }
}

/// The body as an object; null is one without members (contract `tower.md`, section 1.6).
///
/// # Errors
/// [`ApiError::Invalid`] for any other kind of value.
pub(in crate::tower) fn object(data: Data) -> Result<Value, ApiError> {
    match value_of(data) {
        object @ Value::Object(_) => Ok(object),
        Value::Null => Ok(Value::Object(Vec::new())),
        _ => {
            let errors = FieldErrors::of(NON_FIELD_ERRORS, "Invalid data");
            Err(ApiError::Invalid(errors))
        }
    }
}

/// A value as the text that a text field takes it for: numbers are their digits.
pub(in crate::tower) fn text_of(value: &Value) -> Option<Text> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(digits) => Some(number_text(digits).as_str().into()),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => None,
    }
}

impl BodyField {
    /// The field as text. What is equal to the stored value breaks no rule. Messages go to `errors`, and the
    /// field counts as absent then.
    pub(in crate::tower) fn text(
        &self,
        body: &Value,
        mode: Mode,
        stored: Option<&str>,
        errors: &mut FieldErrors,
    ) -> FieldInput<String> {
        let must_be_filled = self.is_required && mode != Mode::Change;
        let text = match body.get(self.name) {
            None | Some(Value::Null) if must_be_filled => return self.refuse(REQUIRED, errors),
            None => return FieldInput::Absent,
            Some(Value::Null) => return FieldInput::Null,
            Some(value) => match text_of(value) {
                Some(text) => text,
                None => return FieldInput::Wrong,
            },
        };
        let shown = match self.kind {
            FieldKind::Email => text.text.trim(),
            _ => &text.text,
        };
        if text.surrogate.is_none() && stored.is_some_and(|s| s == shown || s == text.text) {
            return stored.map_or(FieldInput::Absent, |stored| {
                FieldInput::Value(stored.to_owned())
            });
        }
        if shown.is_empty() && must_be_filled {
            return self.refuse(REQUIRED, errors);
        }
        let messages = self.broken_rules(&text, shown);
        if messages.is_empty() {
            return FieldInput::Value(shown.to_owned());
        }
        for message in messages {
            errors.push(self.name, message);
        }
        FieldInput::Absent
    }

    /// The same for a field that takes nothing but text.
    pub(in crate::tower) fn plain_text(
        &self,
        body: &Value,
        mode: Mode,
        stored: Option<&str>,
        errors: &mut FieldErrors,
    ) -> FieldInput<String> {
        match self.text(body, mode, stored, errors) {
            FieldInput::Wrong => self.refuse(NOT_TEXT, errors),
            sent => sent,
        }
    }

    /// The field as a boolean; null is false.
    pub(in crate::tower) fn boolean(
        &self,
        body: &Value,
        errors: &mut FieldErrors,
    ) -> FieldInput<bool> {
        let Some(value) = body.get(self.name) else {
            return FieldInput::Absent;
        };
        let text = match value {
            Value::Null => return FieldInput::Value(false),
            Value::Bool(value) => return FieldInput::Value(*value),
            Value::Number(text) => Some(text.as_str()),
            Value::Text(text) => Some(text.text.as_str()),
            Value::List(_) | Value::Object(_) => None,
        };
        match text {
            Some("true" | "True" | "t" | "1") => FieldInput::Value(true),
            Some("false" | "False" | "f" | "0") => FieldInput::Value(false),
            _ => {
                errors.push(self.name, NOT_BOOLEAN);
                FieldInput::Wrong
            }
        }
    }

    fn broken_rules(&self, text: &Text, shown: &str) -> Vec<String> {
        let mut messages = Vec::new();
        if self.kind == FieldKind::Email
            && !shown.is_empty()
            && !EmailAddress::has_valid_form(shown)
        {
            messages.push("Enter a valid email address.".to_owned());
        }
        let length = shown.chars().count();
        if let Some(max) = self.max_length.filter(|max| length > *max) {
            messages.push(format!(
                "Ensure this value has at most {max} characters (it has {length})."
            ));
        }
        // No database can hold these; a password would not be the one that was meant.
        if let Some(unit) = text.surrogate {
            messages.push(format!(
                "Surrogate characters are not allowed: U+{unit:04X}."
            ));
        }
        if shown.contains('\0') {
            messages.push("Null characters are not allowed.".to_owned());
        }
        messages
    }

    fn refuse<T>(&self, message: &str, errors: &mut FieldErrors) -> FieldInput<T> {
        errors.push(self.name, message);
        FieldInput::Absent
    }
}
