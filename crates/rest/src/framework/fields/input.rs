//! What a body says of a field.

use profiled_domain::Patch;

use super::text::trim;
use super::{Field, Kind, messages};
use crate::error::{ApiError, FieldErrors, NON_FIELD_ERRORS};
use crate::wire::body::{Data, Part, Text, Upload, Value, number_text};

/// A field of a body before its own rules are checked.
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

    /// What a body says of the field: text, trimmed and turned from a number where it is one; of a field with
    /// choices, one of them.
    ///
    /// # Errors
    /// The message for what the field does not take. The [rules](Field::check) of texts are another matter.
    pub fn read(&self, data: &Data) -> Result<Patch<Text>, String> {
        let input = self.input(data);
        match (&self.kind, input) {
            (_, Input::Absent) if self.is_required => Err(messages::REQUIRED.to_owned()),
            (_, Input::Absent) => Ok(Patch::Keep),
            (_, Input::Null) if self.takes_null => Ok(Patch::Clear),
            (_, Input::Null) => Err(messages::NULL.to_owned()),
            (Kind::Choice(choices), input) => choice(choices, input).map(Patch::Set),
            (_, Input::Text(text)) => self.text_of(text).map(Patch::Set),
            (_, Input::Number(digits)) => self
                .text_of(number_text(digits).as_str().into())
                .map(Patch::Set),
            (_, Input::File(_) | Input::Other(_)) => Err(messages::NOT_TEXT.to_owned()),
        }
    }

    fn text_of(&self, mut text: Text) -> Result<Text, String> {
        if self.is_trimmed {
            trim(&mut text);
        }
        if text.text.is_empty() && !self.takes_blank {
            return Err(messages::BLANK.to_owned());
        }
        Ok(text)
    }

    /// The same. The message goes to `errors`.
    pub fn candidate(&self, data: &Data, errors: &mut FieldErrors) -> Patch<Text> {
        self.read(data)
            .unwrap_or_else(|message| self.refuse(&message, errors))
    }

    /// The field as text that keeps all its rules. Messages go to `errors`.
    pub fn text(&self, data: &Data, errors: &mut FieldErrors) -> Patch<String> {
        let candidate = self.candidate(data, errors);
        if let Patch::Set(text) = &candidate {
            self.check(text, None, errors);
        }
        candidate.map(|text| text.text)
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

fn choice(choices: &[(&str, &str)], input: Input<'_>) -> Result<Text, String> {
    let sent = match input {
        Input::Absent | Input::Null => String::new(),
        Input::Text(text) => text.text,
        Input::Number(digits) => number_text(digits),
        Input::Other(value) => value.to_python_str(),
        Input::File(upload) => upload.name.clone(),
    };
    let chosen = choices.iter().find(|(value, _)| *value == sent);
    let (value, _) = chosen.ok_or_else(|| format!("\"{sent}\" is not a valid choice."))?;
    Ok((*value).into())
}
