//! A record as it is written.

use std::borrow::Cow;
use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

/// A record; its fields are in the order in which they are written.
#[derive(Debug)]
pub(crate) struct OutputRecord<'a> {
    /// `app.model`
    pub(crate) model: &'a str,
    pub(crate) pk: OutputKey,
    pub(crate) fields: Vec<(&'a str, FieldValue<'a>)>,
}

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OutputKey {
    Number(i64),
    Text(String),
}

/// The value of a field.
#[derive(Clone, Debug)]
pub(crate) enum FieldValue<'a> {
    Null,
    Text(Cow<'a, str>),
    Flag(bool),
    /// As Django's JSON has it.
    Instant(String),
    /// The record of another model, by its primary key.
    One {
        model: &'a str,
        key: Option<OutputKey>,
    },
    /// Several of them.
    Many {
        model: &'a str,
        keys: Vec<OutputKey>,
    },
}

impl fmt::Display for OutputKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for OutputKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => serializer.serialize_i64(*number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl Serialize for FieldValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Instant(text) => serializer.serialize_str(text),
            Self::One { key, .. } => key.serialize(serializer),
            Self::Many { keys, .. } => keys.serialize(serializer),
        }
    }
}

impl Serialize for OutputRecord<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(Some(3))?;
        object.serialize_entry("model", self.model)?;
        object.serialize_entry("pk", &self.pk)?;
        object.serialize_entry("fields", &Fields(&self.fields))?;
        object.end()
    }
}

struct Fields<'a>(&'a [(&'a str, FieldValue<'a>)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
