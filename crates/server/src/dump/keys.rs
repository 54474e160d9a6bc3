//! How records name themselves and each other: by primary keys and by natural keys.

use std::fmt;

use serde_json::Value;

/// The primary key of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// A positive integer, which is our id as well.
    Id(i64),
    /// Any other: a UUID, a text, 0.
    External(String),
    /// None: the record is known by its name (`--natural-primary`).
    Absent,
}

impl Key {
    /// How other records name this one by its key.
    pub(crate) fn reference(&self) -> Option<Reference> {
        match self {
            Self::Id(id) => Some(Reference::Id(*id)),
            Self::External(key) => Some(Reference::External(key.clone())),
            Self::Absent => None,
        }
    }
}

/// How a record names another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reference {
    Id(i64),
    External(String),
    /// By natural key (`--natural-foreign`).
    Name(String),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::External(key) => f.write_str(key),
            Self::Name(name) => write!(f, "{name:?}"),
        }
    }
}

/// What the primary keys of a model are. If one of them is a text, all are: XML writes numbers and texts alike.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Keys {
    greatest: i64,
    has_texts: bool,
    has_absent: bool,
}

impl Keys {
    /// Takes the key of a record into account.
    pub(super) fn add(&mut self, pk: &Value) {
        match pk {
            Value::Null => self.has_absent = true,
            Value::String(_) => self.has_texts = true,
            pk => self.greatest = self.greatest.max(pk.as_i64().unwrap_or_default()),
        }
    }

    /// Whether records are known by their names.
    pub(crate) fn has_absent(self) -> bool {
        self.has_absent
    }

    /// Whether keys are texts: UUIDs, for one.
    pub(crate) fn has_texts(self) -> bool {
        self.has_texts
    }

    /// The greatest key that is an id as well, 0 for none.
    pub(crate) fn greatest(self) -> i64 {
        if self.has_texts { 0 } else { self.greatest }
    }

    /// # Errors
    /// A text, for what is no primary key.
    pub(super) fn key(self, pk: &Value) -> Result<Key, String> {
        match pk {
            Value::Null => Ok(Key::Absent),
            pk => match self.known(pk) {
                Some(Reference::Id(id)) => Ok(Key::Id(id)),
                Some(Reference::External(text)) => Ok(Key::External(text)),
                _ => Err(format!("pk {pk} is neither an integer nor a text")),
            },
        }
    }

    /// # Errors
    /// A text, for what names no record.
    pub(super) fn reference(self, value: &Value) -> Result<Reference, String> {
        match value {
            Value::Array(parts) => match parts.as_slice() {
                [Value::String(name)] => Ok(Reference::Name(name.clone())),
                _ => Err(format!("{value} is not a natural key of one part")),
            },
            value => self
                .known(value)
                .ok_or_else(|| format!("{value} refers to nothing")),
        }
    }

    /// The record that a value may name: a text only where keys are texts.
    pub(super) fn likely(self, value: &Value) -> Option<Reference> {
        let may_be_key = self.has_texts || !value.is_string();
        self.reference(value).ok().filter(|_| may_be_key)
    }

    fn known(self, pk: &Value) -> Option<Reference> {
        match pk {
            Value::String(text) if !text.is_empty() => Some(Reference::External(text.clone())),
            Value::Number(number) if !number.is_f64() => {
                let id = number.as_i64().filter(|id| *id > 0 && !self.has_texts);
                Some(id.map_or_else(|| Reference::External(number.to_string()), Reference::Id))
            }
            _ => None,
        }
    }
}
