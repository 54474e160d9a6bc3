//! Examples, composed from what fields of a name may hold.

use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{ArrayItems, Object, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};

use super::Document;

const SCHEMAS: &str = "#/components/schemas/";

impl Document<'_> {
    /// What a schema may stand for, as the value of a field of this name.
    pub(super) fn example_of(&self, schema: &RefOr<Schema>, name: &str) -> Value {
        match schema {
            RefOr::Ref(link) => {
                let target = link.ref_location.strip_prefix(SCHEMAS);
                let target = target.and_then(|name| self.components.schemas.get(name));
                target.map_or(Value::Null, |schema| self.example_of(schema, name))
            }
            RefOr::T(Schema::Object(object)) => self.example_of_object(object, name),
            RefOr::T(Schema::Array(array)) => match &array.items {
                ArrayItems::RefOrSchema(item) => json!([self.example_of(item, name)]),
                ArrayItems::False => json!([]),
            },
            RefOr::T(Schema::OneOf(one)) => self.example_of_one(&one.items, name),
            RefOr::T(Schema::AnyOf(any)) => self.example_of_one(&any.items, name),
            RefOr::T(Schema::AllOf(all)) => {
                let mut members = Map::new();
                for part in &all.items {
                    if let Value::Object(more) = self.example_of(part, name) {
                        members.extend(more);
                    }
                }
                Value::Object(members)
            }
            RefOr::T(_) => Value::Null,
        }
    }

    fn example_of_one(&self, items: &[RefOr<Schema>], name: &str) -> Value {
        let mut examples = items.iter().map(|item| self.example_of(item, name));
        let first = examples.find(|example| !example.is_null());
        first.unwrap_or_default()
    }

    fn example_of_object(&self, object: &Object, name: &str) -> Value {
        let kinds: &[Type] = match &object.schema_type {
            SchemaType::Type(one) => std::slice::from_ref(one),
            SchemaType::Array(all) => all,
            SchemaType::AnyValue => &[],
        };
        if let Some(first) = object
            .enum_values
            .as_ref()
            .and_then(|values| values.first())
        {
            return first.clone();
        }
        if let Some(known) = (self.about.example)(name).filter(|value| fits(kinds, value)) {
            return known;
        }
        match kinds.first() {
            Some(Type::Object) => {
                let properties = object.properties.iter();
                let members = properties.map(|(name, schema)| {
                    let example = self.example_of(schema, name);
                    (name.clone(), example)
                });
                Value::Object(members.collect())
            }
            Some(Type::String) => match object.format {
                Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)) => {
                    json!("2026-11-24T10:20:30Z")
                }
                _ => json!("text"),
            },
            Some(Type::Integer | Type::Number) => json!(1),
            Some(Type::Boolean) => json!(true),
            Some(Type::Array) => json!([]),
            Some(Type::Null) | None => Value::Null,
        }
    }
}

fn fits(kinds: &[Type], value: &Value) -> bool {
    kinds.is_empty()
        || kinds.iter().any(|kind| match kind {
            Type::Object => value.is_object(),
            Type::String => value.is_string(),
            Type::Integer => value.is_i64(),
            Type::Number => value.is_number(),
            Type::Boolean => value.is_boolean(),
            Type::Array => value.is_array(),
            Type::Null => value.is_null(),
        })
}
