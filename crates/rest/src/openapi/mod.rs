//! The OpenAPI document, made from the routes: what views and dialects say of themselves, and the fields that drive
//! validation and OPTIONS documents (ADR 0054).

mod bodies;
mod examples;
mod operations;
mod refusals;

use std::collections::BTreeSet;

use serde_json::Value;
use utoipa::openapi::path::{HttpMethod, PathsBuilder};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, OpenApi, OpenApiBuilder, RefOr, Schema, ServerBuilder, Tag,
};

use crate::framework::{FieldSchema, Route};

/// What the document says that no route knows.
pub struct About {
    /// What the service is called.
    pub title: &'static str,
    /// The version of the service.
    pub version: &'static str,
    /// What readers have to know first.
    pub description: String,
    /// What all paths are below, without a final slash.
    pub server: String,
    /// Dialects and what they are.
    pub tags: &'static [(&'static str, &'static str)],
    /// What a field of a name may hold.
    pub example: fn(&str) -> Option<Value>,
}

/// The document of all routes.
#[must_use]
pub fn document(routes: &[Route], about: &About) -> OpenApi {
    let mut document = Document {
        about,
        components: ComponentsBuilder::new().build(),
        described: Vec::new(),
        shown: BTreeSet::new(),
    };
    let mut paths = PathsBuilder::new().build();
    for route in routes {
        let path = route.full_pattern();
        for operation in route.view.operations() {
            let Some(method) = method_of(operation.method.as_str()) else {
                continue;
            };
            let described = document.operation(route, &path, operation);
            paths.add_path_operation(&path, vec![method], described);
        }
    }
    let tags = about.tags.iter().filter(|(name, _)| {
        let mut all = routes.iter();
        all.any(|route| route.dialect.name() == *name)
    });
    let tags = tags.map(|(name, text)| {
        let mut tag = Tag::new(name);
        tag.description = Some((*text).to_owned());
        tag
    });
    let info = InfoBuilder::new()
        .title(about.title)
        .version(about.version)
        .description(Some(&about.description));
    OpenApiBuilder::new()
        .info(info.build())
        .servers(Some([ServerBuilder::new().url(&about.server).build()]))
        .tags(Some(tags.collect::<Vec<_>>()))
        .paths(paths)
        .components(Some(document.finish()))
        .build()
}

fn method_of(name: &str) -> Option<HttpMethod> {
    Some(match name {
        "GET" => HttpMethod::Get,
        "POST" => HttpMethod::Post,
        "PUT" => HttpMethod::Put,
        "PATCH" => HttpMethod::Patch,
        "DELETE" => HttpMethod::Delete,
        "OPTIONS" => HttpMethod::Options,
        _ => return None,
    })
}

/// A document that is being written.
struct Document<'a> {
    about: &'a About,
    components: utoipa::openapi::Components,
    /// What is known of the fields of schemas.
    described: Vec<(String, Vec<FieldSchema>)>,
    /// Schemas of whole bodies, which are given an example.
    shown: BTreeSet<String>,
}

impl Document<'_> {
    fn add_schemas(&mut self, schemas: Vec<(String, RefOr<Schema>)>) {
        for (name, schema) in schemas {
            self.components.schemas.entry(name).or_insert(schema);
        }
    }

    fn finish(mut self) -> utoipa::openapi::Components {
        for schema in self.components.schemas.values_mut() {
            match schema {
                RefOr::T(Schema::Object(object)) => bodies::merge_nulls(object),
                RefOr::T(Schema::OneOf(one)) => *schema = bodies::any_of(one),
                _ => {}
            }
        }
        for (name, fields) in std::mem::take(&mut self.described) {
            if let Some(RefOr::T(Schema::Object(object))) = self.components.schemas.get_mut(&name) {
                bodies::describe(object, &fields);
            }
        }
        for name in std::mem::take(&mut self.shown) {
            let Some(schema) = self.components.schemas.get(&name) else {
                continue;
            };
            let example = self.example_of(schema, "");
            if let Some(RefOr::T(Schema::Object(object))) = self.components.schemas.get_mut(&name) {
                object.examples = vec![example];
            }
        }
        self.components
    }
}
