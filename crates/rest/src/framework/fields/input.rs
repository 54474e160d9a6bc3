//! What a body says of a field.

use profiled_domain::Patch;

use super::text::{Candidate, TextRules};
use super::{Field, Kind, messages};
use crate::error::{ApiError, FieldErrors, NON_FIELD_ERRORS};
use crate::wire::body::{Data, Part, Text, Upload, Value, number_text};

/// A field of a body before its own rules are asked.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// The body does not have it.
    Absent,
    /// JSON's null, or a blank of a form that stands for it.
    Null,
    /// Text.
    Text(Text),
    /// As it was sent: a number, whose digits make text.
    Number(&'a str),
    /// A file of a form.
    File(&'a Upload),
    /// A boolean, a list or an object.
    Other(&'a Value),
}

/// The body, if it is an object or a form.
///
/// # Errors
/// [`ApiError::Invalid`] with the framework's message for anything else.
pub fn body_of(data: &Data) -> Result<&Data, ApiError> {
    let message = match data {
        Data::Form(_) | Data::Json(Value::Object(_)) => return Ok(data),
        Data::Json(Value::Null) => "No data provided".to_owned(),
        Data::Json(other) => format!(
            "Invalid data. Expected a dictionary, but got {}.",
            other.type_name()
        ),
    };
    Err(ApiError::Invalid(FieldErrors::of(
        NON_FIELD_ERRORS,
        message,
    )))
}

impl Field {
    /// What a body says of this field. In a form a blank means null, nothing or `""`: what the field
    /// takes of these, in this order but for `""` first.
    #[must_use]
    pub fn input<'a>(&self, data: &'a Data) -> Input<'a> {
        match data {
            Data::Json(body) => match body.get(self.name) {
                None => Input::Absent,
                Some(Value::Null) => Input::Null,
                Some(Value::Text(text)) => Input::Text(text.clone()),
                Some(Value::Number(digits)) => Input::Number(digits),
                Some(other) => Input::Other(other),
            },
            Data::Form(form) => match form.get(self.name) {
                None => Input::Absent,
                Some(Part::File(upload)) => Input::File(upload),
                Some(Part::Text(text)) if !text.is_empty() || self.takes_blank => {
                    Input::Text(text.as_str().into())
                }
                Some(Part::Text(_)) if self.takes_null => Input::Null,
                Some(Part::Text(_)) if !self.is_never_blank => Input::Absent,
                Some(Part::Text(text)) => Input::Text(text.as_str().into()),
            },
        }
    }

    /// The field as text, trimmed and turned from a number where it is one. Messages go to `errors`.
    pub fn candidate(&self, data: &Data, errors: &mut FieldErrors) -> Patch<Candidate> {
        let text = match self.input(data) {
            Input::Absent if self.is_required => return self.refuse(messages::REQUIRED, errors),
            Input::Absent => return Patch::Keep,
            Input::Null if self.takes_null => return Patch::Clear,
            Input::Null => return self.refuse(messages::NULL, errors),
            Input::Text(text) => text,
            Input::Number(digits) => number_text(digits).as_str().into(),
            Input::File(_) | Input::Other(_) => return self.refuse(messages::NOT_TEXT, errors),
        };
        let candidate = Candidate::new(text, self.is_trimmed);
        if candidate.is_blank() && !self.takes_blank {
            return self.refuse(messages::BLANK, errors);
        }
        Patch::Set(candidate)
    }

    /// The field as text that keeps all its rules. Messages go to `errors`.
    pub fn text(&self, data: &Data, errors: &mut FieldErrors) -> Patch<String> {
        match self.candidate(data, errors) {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(candidate) => {
                self.check(&candidate, TextRules::default(), errors);
                Patch::Set(candidate.into_text())
            }
        }
    }

    /// The value of a field with choices.
    pub fn choice(&self, data: &Data, errors: &mut FieldErrors) -> Patch<&'static str> {
        let Kind::Choice(choices) = self.kind else {
            return Patch::Keep;
        };
        let shown = match self.input(data) {
            Input::Absent => return Patch::Keep,
            Input::Null if self.takes_null => return Patch::Clear,
            Input::Null => return self.refuse(messages::NULL, errors),
            Input::Text(text) => text.text,
            Input::Number(digits) => number_text(digits),
            Input::Other(value) => value.to_python_str(),
            Input::File(upload) => upload.name.clone(),
        };
        match choices.iter().find(|(value, _)| *value == shown) {
            Some((value, _)) => Patch::Set(value),
            None => self.refuse(&format!("\"{shown}\" is not a valid choice."), errors),
        }
    }

    /// The file of an image field; its content is judged elsewhere.
    pub fn file<'a>(&self, data: &'a Data, errors: &mut FieldErrors) -> Patch<&'a Upload> {
        match self.input(data) {
            Input::Absent => Patch::Keep,
            Input::Null if self.takes_null => Patch::Clear,
            Input::Null => self.refuse(messages::NULL, errors),
            Input::File(upload) => Patch::Set(upload),
            Input::Text(_) | Input::Number(_) | Input::Other(_) => {
                self.refuse(messages::NOT_A_FILE, errors)
            }
        }
    }

    pub(super) fn refuse<T>(&self, message: &str, errors: &mut FieldErrors) -> Patch<T> {
        errors.push(self.name, message);
        Patch::Keep
    }
}
