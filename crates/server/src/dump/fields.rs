//! The fields of a record, with messages that name the field.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// Reads fields by name.
pub(super) struct Fields(pub(super) Map<String, Value>);

impl Fields {
    /// Text or null; an absent field is null.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{name} is not a text")),
        }
    }

    /// Text or null, or a number as text: choices and telephone numbers may be either.
    pub(super) fn text_or_number(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.0.get(name) {
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            _ => self.text(name),
        }
    }

    /// A flag, with the value of an absent one.
    pub(super) fn flag(&mut self, name: &str, absent: bool) -> Result<bool, String> {
        match self.0.remove(name) {
            None => Ok(absent),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(format!("{name} is neither true nor false")),
        }
    }

    /// An instant or null, with or without fraction of a second.
    pub(super) fn instant(&mut self, name: &str) -> Result<Option<DateTime<Utc>>, String> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let parsed = DateTime::parse_from_rfc3339(&text);
        parsed
            .map(|at| Some(at.with_timezone(&Utc)))
            .map_err(|_invalid| format!("{name} {text:?} is not an instant"))
    }

    /// A list; an absent one is empty.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<Value>, String> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(format!("{name} is not a list")),
        }
    }
}
