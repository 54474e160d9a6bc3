//! Schemas, in words.

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, Object, SchemaType, Type};
use utoipa::openapi::{KnownFormat, OpenApi, RefOr, Schema, SchemaFormat};

const SCHEMAS: &str = "#/components/schemas/";

/// A schema with a name.
pub(super) struct SchemaView {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) rows: Vec<Row>,
}

/// A field or a parameter.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) is_required: bool,
    pub(super) kind: Vec<Word>,
    pub(super) text: String,
}

/// A part of what a type is called.
pub(super) enum Word {
    Text(String),
    /// The name of a schema.
    Name(String),
}

/// The schemas of these names, and all that they refer to.
pub(super) fn views(document: &OpenApi, names: BTreeSet<String>) -> Vec<SchemaView> {
    let (mut waiting, mut known) = (names, BTreeSet::new());
    let mut views = Vec::new();
    while let Some(name) = waiting.pop_first() {
        if !known.insert(name.clone()) {
            continue;
        }
        let components = document.components.as_ref();
        let schema = components.and_then(|components| components.schemas.get(&name));
        if let Some(schema) = schema {
            views.push(SchemaView {
                rows: rows(document, schema, &mut waiting),
                text: description(schema),
                name,
            });
        }
    }
    views.sort_by(|a, b| a.name.cmp(&b.name));
    views
}

fn description(schema: &RefOr<Schema>) -> String {
    let text = match schema {
        RefOr::T(Schema::Object(object)) => object.description.clone(),
        RefOr::T(Schema::AllOf(all)) => all.description.clone(),
        _ => None,
    };
    text.unwrap_or_default()
}

/// The fields of an object; of parts, those of all.
pub(super) fn rows(
    document: &OpenApi,
    schema: &RefOr<Schema>,
    names: &mut BTreeSet<String>,
) -> Vec<Row> {
    match resolved(document, schema) {
        Some(Schema::Object(object)) => {
            let properties = object.properties.iter();
            let rows = properties.map(|(name, schema)| Row {
                is_required: object.required.contains(name),
                kind: kind(schema, names),
                text: about(schema),
                name: name.clone(),
            });
            rows.collect()
        }
        Some(Schema::AllOf(all)) => {
            let parts = all.items.iter();
            parts.flat_map(|part| rows(document, part, names)).collect()
        }
        Some(Schema::AnyOf(any)) => {
            let parts = any.items.iter();
            parts.flat_map(|part| rows(document, part, names)).collect()
        }
        _ => Vec::new(),
    }
}

/// The schema that is meant.
pub(super) fn resolved<'a>(document: &'a OpenApi, schema: &'a RefOr<Schema>) -> Option<&'a Schema> {
    match schema {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(link) => {
            let name = link.ref_location.strip_prefix(SCHEMAS)?;
            match document.components.as_ref()?.schemas.get(name)? {
                RefOr::T(schema) => Some(schema),
                RefOr::Ref(_) => None,
            }
        }
    }
}

/// What a value is called. Names of schemas are noted.
pub(super) fn kind(schema: &RefOr<Schema>, names: &mut BTreeSet<String>) -> Vec<Word> {
    match schema {
        RefOr::Ref(link) => {
            let name = link.ref_location.strip_prefix(SCHEMAS).unwrap_or_default();
            names.insert(name.to_owned());
            vec![Word::Name(name.to_owned())]
        }
        RefOr::T(Schema::Array(array)) => {
            let mut words = vec![Word::Text("list of ".to_owned())];
            if let ArrayItems::RefOrSchema(item) = &array.items {
                words.extend(kind(item, names));
            }
            words
        }
        RefOr::T(Schema::Object(object)) => object_kind(object, names),
        RefOr::T(Schema::OneOf(one)) => either(&one.items, names),
        RefOr::T(Schema::AnyOf(any)) => either(&any.items, names),
        RefOr::T(_) => vec![Word::Text("object".to_owned())],
    }
}

fn either(items: &[RefOr<Schema>], names: &mut BTreeSet<String>) -> Vec<Word> {
    let mut words = Vec::new();
    for item in items {
        if !words.is_empty() {
            words.push(Word::Text(" or ".to_owned()));
        }
        words.extend(kind(item, names));
    }
    words
}

fn object_kind(object: &Object, names: &mut BTreeSet<String>) -> Vec<Word> {
    if let Some(AdditionalProperties::RefOr(of)) = object.additional_properties.as_deref() {
        let mut words = vec![Word::Text("object of ".to_owned())];
        words.extend(kind(of, names));
        return words;
    }
    let kinds: &[Type] = match &object.schema_type {
        SchemaType::Type(one) => std::slice::from_ref(one),
        SchemaType::Array(all) => all,
        SchemaType::AnyValue => return vec![Word::Text("anything".to_owned())],
    };
    let kinds: Vec<&str> = kinds.iter().map(type_name).collect();
    let mut text = kinds.join(" or ");
    match &object.format {
        Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)) => text.push_str(", an instant"),
        Some(SchemaFormat::KnownFormat(KnownFormat::Binary)) => "file".clone_into(&mut text),
        Some(SchemaFormat::Custom(name)) if name == "email" => text.push_str(", an e-mail address"),
        _ => {}
    }
    if let Some(values) = &object.enum_values {
        let values: Vec<String> = values.iter().map(Value::to_string).collect();
        text = format!("{text}: {}", values.join(", "));
    }
    if let Some(max) = object.max_length {
        text = format!("{text}, at most {max} characters");
    }
    vec![Word::Text(text)]
}

fn type_name(kind: &Type) -> &'static str {
    match kind {
        Type::Object => "object",
        Type::String => "text",
        Type::Integer => "whole number",
        Type::Number => "number",
        Type::Boolean => "true or false",
        Type::Array => "list",
        Type::Null => "null",
    }
}

fn about(schema: &RefOr<Schema>) -> String {
    let text = match schema {
        RefOr::T(Schema::Object(object)) => object.description.as_ref(),
        RefOr::T(Schema::OneOf(one)) => one.description.as_ref(),
        _ => None,
    };
    text.cloned().unwrap_or_default()
}
