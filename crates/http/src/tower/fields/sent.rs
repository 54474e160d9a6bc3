//! Fields as the OpenAPI document describes them.

use profiled_rest::FieldSchema;
use serde_json::Value;
use utoipa::openapi::schema::{Object, SchemaType, Type};
use utoipa::openapi::{KnownFormat, SchemaFormat};

use super::{BodyField, DefaultValue, Direction, FieldKind};

impl From<&BodyField> for FieldSchema {
    fn from(field: &BodyField) -> Self {
        Self {
            name: field.name,
            label: field.label,
            help: field.help,
            choices: field.choices.iter().map(|[value, _]| *value).collect(),
            sent: (field.direction != Direction::ReadOnly).then(|| field.sent()),
            takes_null: false,
            is_required: field.is_required,
            is_file: false,
        }
    }
}

impl BodyField {
    fn sent(&self) -> Object {
        let mut object = Object::with_type(self.kind.schema_type());
        object.format = match self.kind {
            FieldKind::Email => Some(SchemaFormat::Custom("email".to_owned())),
            FieldKind::Instant => Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)),
            _ => None,
        };
        object.max_length = self.max_length;
        object.min_length = self.is_required.then_some(1);
        object.default = self.default.map(|value| match value {
            DefaultValue::Blank => Value::from(""),
            DefaultValue::False => Value::from(false),
            DefaultValue::Null => Value::Null,
        });
        object.write_only = (self.direction == Direction::WriteOnly).then_some(true);
        object
    }
}

impl FieldKind {
    fn schema_type(self) -> SchemaType {
        match self {
            Self::Integer => Type::Integer.into(),
            Self::Choice | Self::Text | Self::Email | Self::Instant => Type::String.into(),
            Self::Boolean => Type::Boolean.into(),
            Self::Object => Type::Object.into(),
            Self::Other => SchemaType::AnyValue,
        }
    }
}
