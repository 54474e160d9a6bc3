//! The fields of a record, with messages that name the field.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};

use crate::dump::instant::{self, InstantFault};

/// Reads fields by name.
pub(super) struct Fields {
    values: Map<String, Value>,
    /// The zone of instants that tell none.
    zone: Option<Tz>,
    /// Fields whose text had null characters: PostgreSQL cannot store them, and no client can show them.
    pub(super) with_nulls: Vec<String>,
}

impl Fields {
    pub(super) fn new(values: Map<String, Value>, zone: Option<Tz>) -> Self {
        Self {
            values,
            zone,
            with_nulls: Vec::new(),
        }
    }

    /// A value as it is; an absent one is null.
    pub(super) fn take(&mut self, name: &str) -> Value {
        self.values.remove(name).unwrap_or_default()
    }

    /// Text or null, without null characters; an absent field is null.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.values.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.contains('\0') => {
                self.with_nulls.push(name.to_owned());
                Ok(Some(text.replace('\0', "")))
            }
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{name} is not a text")),
        }
    }

    /// Text or null, or a number as text: choices and telephone numbers may be either.
    pub(super) fn text_or_number(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.values.get(name) {
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            _ => self.text(name),
        }
    }

    /// A flag, with the value of an absent one.
    pub(super) fn flag(&mut self, name: &str, absent: bool) -> Result<bool, String> {
        match self.values.remove(name) {
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
        let parsed = instant::parse(&text, self.zone);
        parsed.map(Some).map_err(|fault| match fault {
            InstantFault::NotAnInstant => format!("{name} {text:?} is not an instant"),
            InstantFault::NoZone => format!("{name} {text:?} has no zone"),
        })
    }

    /// A list; an absent one is empty.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<Value>, String> {
        match self.values.remove(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(format!("{name} is not a list")),
        }
    }
}
