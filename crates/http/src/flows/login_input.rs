//! The body of a log-in (contract `tower.md`, section 2.4).

use profiled_rest::error::{ApiError, FieldErrors, NON_FIELD_ERRORS};
use profiled_rest::wire::body::{Data, Part, Value};

/// A username and a password that were sent. It has no `Debug`: it holds credentials.
pub(crate) struct LoginInput {
    pub(crate) username: String,
    pub(crate) password: String,
}

impl LoginInput {
    /// Both, as they were written.
    ///
    /// # Errors
    /// 400 that names what is missing or no text.
    pub(crate) fn of(data: &Data) -> Result<Self, ApiError> {
        match data {
            Data::Json(Value::Null) => return Err(whole("No input provided")),
            Data::Json(Value::Object(_)) | Data::Form(_) => {}
            Data::Json(_) => return Err(whole("Invalid data")),
        }
        let mut errors = FieldErrors::default();
        let mut field = |name| {
            text(data, name).unwrap_or_else(|message| {
                errors.push(name, message);
                String::new()
            })
        };
        let (username, password) = (field("username"), field("password"));
        errors.into_result()?;
        Ok(Self { username, password })
    }
}

/// A field that must be there; numbers are taken as their text.
fn text(data: &Data, name: &str) -> Result<String, &'static str> {
    const REQUIRED: &str = "This field is required.";
    let found = match data {
        Data::Form(form) => match form.get(name) {
            Some(Part::Text(text)) => text.clone(),
            Some(Part::File(_)) | None => String::new(),
        },
        Data::Json(object) => match object.get(name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::Text(text)) => text.text.clone(),
            Some(number @ Value::Number(_)) => number.to_python_str(),
            Some(Value::List(items)) if items.is_empty() => String::new(),
            Some(Value::Object(members)) if members.is_empty() => String::new(),
            Some(Value::Bool(_) | Value::List(_) | Value::Object(_)) => {
                return Err("This field must be text.");
            }
        },
    };
    if found.is_empty() {
        return Err(REQUIRED);
    }
    Ok(found)
}

/// A 400 for the body as a whole.
pub(crate) fn whole(text: &str) -> ApiError {
    ApiError::Invalid(FieldErrors::of(NON_FIELD_ERRORS, text))
}
