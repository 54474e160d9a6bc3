//! What requests carry, and what is known of the fields of answers.

use actix_web::http::Method;
use serde_json::{Map, Value};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{AnyOfBuilder, Object, OneOf, SchemaType, Type};
use utoipa::openapi::{ContentBuilder, RefOr, Required, Schema};

use super::Document;
use crate::framework::{FieldSchema, nullable};
use crate::wire::body::Parser;

impl Document<'_> {
    /// The body of a request, in each form that is read.
    pub(super) fn request_body(
        &self,
        method: &Method,
        bodies: &[Vec<FieldSchema>],
        parsers: &[Parser],
    ) -> Option<RequestBody> {
        let first = bodies.first()?;
        let is_partial = *method == Method::PATCH;
        let is_required =
            !is_partial && bodies.iter().all(|body| body.iter().any(|f| f.is_required));
        let mut request = RequestBodyBuilder::new();
        if is_required {
            request = request.required(Some(Required::True));
        }
        for parser in parsers {
            let schemas = bodies.iter().map(|body| sent(body, *parser, is_partial));
            let content = ContentBuilder::new()
                .schema(Some(either(schemas.collect())))
                .example(Some(self.sent_example(first, *parser)));
            request = request.content(parser.media_type(), content.build());
        }
        Some(request.build())
    }

    fn sent_example(&self, fields: &[FieldSchema], parser: Parser) -> Value {
        let is_sent = |field: &&FieldSchema| !field.is_file && is_text(field, parser);
        let members = fields.iter().filter(is_sent).filter_map(|field| {
            let schema = Schema::Object(field.sent.clone()?);
            let example = self.example_of(&RefOr::T(schema), field.name);
            Some((field.name.to_owned(), example))
        });
        Value::Object(members.collect::<Map<_, _>>())
    }
}

fn either(mut schemas: Vec<Object>) -> Schema {
    match (schemas.pop(), schemas.is_empty()) {
        (Some(only), true) => Schema::Object(only),
        (last, _) => {
            let all = schemas.into_iter().chain(last);
            let either = all.fold(AnyOfBuilder::new(), AnyOfBuilder::item);
            Schema::AnyOf(either.build())
        }
    }
}

/// Whether a field is shown in an example: a form has no way to say null, or a list.
fn is_text(field: &FieldSchema, parser: Parser) -> bool {
    let kind = field.sent.as_ref().map(|sent| &sent.schema_type);
    parser == Parser::Json || kind.is_some_and(|kind| *kind != SchemaType::Type(Type::Array))
}

/// The fields as a body of one form has them.
fn sent(fields: &[FieldSchema], parser: Parser, is_partial: bool) -> Object {
    let mut object = Object::with_type(Type::Object);
    for field in fields {
        let Some(mut schema) = field.sent.clone() else {
            continue;
        };
        if field.is_file && parser != Parser::Multipart {
            // Null takes the file away; a form has no null.
            if parser == Parser::Form || !field.takes_null {
                continue;
            }
            schema = Object::with_type(Type::Null);
            schema.description = Some("Null takes the file away.".to_owned());
        } else if field.is_file {
            schema.description = Some("The file.".to_owned());
        } else if field.takes_null && parser == Parser::Json {
            schema.schema_type = nullable(&schema.schema_type);
            if let Some(values) = &mut schema.enum_values {
                values.push(Value::Null);
            }
        }
        schema.title = field.label.map(str::to_owned);
        if let Some(help) = field.help {
            schema.description = Some(help.to_owned());
        }
        if field.is_required && !is_partial {
            object.required.push(field.name.to_owned());
        }
        object
            .properties
            .insert(field.name.to_owned(), schema.into());
    }
    object
}

/// An enumeration without tags: an empty list may be any of its lists.
pub(super) fn any_of(one: &OneOf) -> RefOr<Schema> {
    let all = one.items.iter().cloned();
    let either = all.fold(AnyOfBuilder::new(), AnyOfBuilder::item);
    let either = either.description(one.description.clone());
    RefOr::T(Schema::AnyOf(either.build()))
}

/// Writes "this type, or null" as one schema with both types.
pub(super) fn merge_nulls(object: &mut Object) {
    for property in object.properties.values_mut() {
        let RefOr::T(Schema::OneOf(one)) = property else {
            continue;
        };
        if let [
            RefOr::T(Schema::Object(first)),
            RefOr::T(Schema::Object(second)),
        ] = one.items.as_slice()
            && second.schema_type == SchemaType::Type(Type::Null)
        {
            let mut merged = first.clone();
            merged.schema_type = nullable(&merged.schema_type);
            merged.description = one.description.clone().or(merged.description);
            *property = RefOr::T(Schema::Object(merged));
        }
    }
}

/// Adds what is known of its fields to the schema of an answer.
pub(super) fn describe(object: &mut Object, fields: &[FieldSchema]) {
    for field in fields {
        let Some(RefOr::T(Schema::Object(property))) = object.properties.get_mut(field.name) else {
            continue;
        };
        property.title = field.label.map(str::to_owned);
        if let Some(help) = field.help {
            property.description = Some(help.to_owned());
        }
        if field.sent.is_none() {
            property.read_only = Some(true);
        }
        if !field.choices.is_empty() {
            let values = field.choices.iter().map(|value| Value::from(*value));
            let null = is_nullable(&property.schema_type).then_some(Value::Null);
            property.enum_values = Some(values.chain(null).collect());
        }
    }
}

fn is_nullable(kind: &SchemaType) -> bool {
    matches!(kind, SchemaType::Array(all) if all.contains(&Type::Null))
}
