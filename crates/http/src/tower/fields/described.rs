//! Fields as OPTIONS documents describe them (contract `tower.md`, section 11).

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{BodyField, DefaultValue, Direction, FieldKind, ObjectSchema};

/// The fields that clients see, by name.
pub(in crate::tower) struct ReadableFields(pub(in crate::tower) &'static ObjectSchema);

/// The fields that clients send, by name.
pub(in crate::tower) struct WritableFields(pub(in crate::tower) &'static ObjectSchema);

struct ReadableField(&'static BodyField);

struct WritableField(&'static BodyField);

impl Serialize for ReadableFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.0
                .shown()
                .map(|field| (field.name, ReadableField(field))),
        )
    }
}

impl Serialize for WritableFields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.0.written();
        serializer.collect_map(fields.map(|field| (field.name, WritableField(field))))
    }
}

impl Serialize for ReadableField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let field = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", field.kind.name())?;
        entry(&mut map, "label", field.label.as_ref())?;
        entry(&mut map, "help_text", field.help.as_ref())?;
        entry(&mut map, "choices", field.choices())?;
        map.end()
    }
}

impl Serialize for WritableField {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let field = self.0;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", field.kind.name())?;
        map.serialize_entry("required", &field.is_required)?;
        entry(&mut map, "label", field.label.as_ref())?;
        entry(&mut map, "help_text", field.help.as_ref())?;
        entry(&mut map, "max_length", field.max_length.as_ref())?;
        entry(&mut map, "default", field.default.as_ref())?;
        entry(&mut map, "choices", field.choices())?;
        if field.direction == Direction::WriteOnly {
            map.serialize_entry("write_only", &true)?;
        }
        map.end()
    }
}

fn entry<M: SerializeMap, T: Serialize + ?Sized>(
    map: &mut M,
    name: &'static str,
    value: Option<&T>,
) -> Result<(), M::Error> {
    match value {
        Some(value) => map.serialize_entry(name, value),
        None => Ok(()),
    }
}

impl Serialize for DefaultValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Blank => serializer.serialize_str(""),
            Self::False => serializer.serialize_bool(false),
            Self::Null => serializer.serialize_none(),
        }
    }
}

impl BodyField {
    fn choices(&self) -> Option<&'static [[&'static str; 2]]> {
        (!self.choices.is_empty()).then_some(self.choices)
    }
}

impl FieldKind {
    /// The value of `type`.
    fn name(self) -> &'static str {
        match self {
            Self::Integer => "integer",
            Self::Choice => "multiple choice",
            Self::Text => "string",
            Self::Email => "email",
            Self::Boolean => "boolean",
            Self::Instant => "datetime",
            Self::Object => "object",
            Self::Other => "field",
        }
    }
}
