//! Fields as the OpenAPI document describes them.

use serde_json::Value;
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::{KnownFormat, SchemaFormat};

use super::{Field, Kind};
use crate::framework::operation::FieldSchema;

impl Field {
    pub(crate) fn described(&self) -> FieldSchema {
        let choices = match self.kind {
            Kind::Choice(choices) => choices.iter().map(|(value, _)| *value).collect(),
            _ => Vec::new(),
        };
        FieldSchema {
            name: self.name,
            label: Some(self.label),
            help: self.rule(),
            choices,
            sent: (!self.is_read_only).then(|| self.sent()),
            takes_null: self.takes_null,
            is_required: self.is_required,
            is_file: matches!(self.kind, Kind::Image),
        }
    }

    fn sent(&self) -> Object {
        let mut object = Object::with_type(match self.kind {
            Kind::Integer => Type::Integer,
            Kind::Boolean => Type::Boolean,
            Kind::Nested(_) => Type::Array,
            _ => Type::String,
        });
        object.format = self.format();
        if matches!(
            self.kind,
            Kind::Text | Kind::Username | Kind::Email | Kind::Password
        ) {
            object.max_length = self.max_length;
            object.min_length = (!self.takes_blank).then_some(1);
        }
        if let Kind::Choice(choices) = self.kind {
            object.enum_values = Some(
                choices
                    .iter()
                    .map(|(value, _)| Value::from(*value))
                    .collect(),
            );
        }
        object.write_only = self.is_write_only.then_some(true);
        object
    }

    fn format(&self) -> Option<SchemaFormat> {
        let format = match self.kind {
            Kind::Integer => KnownFormat::Int64,
            Kind::DateTime => KnownFormat::DateTime,
            Kind::Password => KnownFormat::Password,
            Kind::Image => KnownFormat::Binary,
            Kind::Email => return Some(SchemaFormat::Custom("email".to_owned())),
            _ => return None,
        };
        Some(SchemaFormat::KnownFormat(format))
    }

    /// What its type does not tell.
    fn rule(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Username => Some("Letters, digits and @ . + - _ only."),
            _ => None,
        }
    }
}
