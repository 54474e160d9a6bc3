//! OPTIONS documents (contract `tower.md`, section 11).

use std::borrow::Cow;

use actix_web::http::{Method, StatusCode};
use profiled_rest::{Operation, RequestContext, Spec};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::tower::fields::{ObjectSchema, ReadableFields, WritableFields};

/// Of the open views and `config/`: five members.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::View)]
pub(super) struct ViewDocument {
    name: &'static str,
    description: &'static str,
    renders: Vec<&'static str>,
    #[schema(value_type = Vec<String>)]
    parses: [&'static str; 1],
    added_in_version: &'static str,
}

pub(super) fn open(
    spec: &Spec,
    context: &RequestContext<'_>,
    added_in_version: &'static str,
) -> ViewDocument {
    ViewDocument {
        name: spec.name,
        description: spec.description,
        renders: spec.renders(context.services.is_browsable),
        parses: ["application/json"],
        added_in_version,
    }
}

/// Of a view of objects.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::ObjectView)]
pub(super) struct ObjectDocument {
    #[serde(flatten)]
    open: ViewDocument,
    #[serde(flatten)]
    objects: ObjectActions,
}

/// OPTIONS of a view that is described by [`open`].
pub(super) fn operation() -> Operation {
    Operation::new(Method::OPTIONS).answers::<ViewDocument>(StatusCode::OK)
}

/// GET of a view that has nothing to show but what it is.
pub(super) fn read_operation() -> Operation {
    Operation::new(Method::GET).answers::<ViewDocument>(StatusCode::OK)
}

/// OPTIONS of a view of objects.
pub(super) fn object_operation() -> Operation {
    Operation::new(Method::OPTIONS).answers::<ObjectDocument>(StatusCode::OK)
}

/// What the objects of a view are like.
struct ObjectActions {
    schema: &'static ObjectSchema,
    /// The method that writes one, if it is shown.
    writes: Option<&'static str>,
    is_list: bool,
}

/// Of a list. `shows_post` adds what POST takes: to those who may create, and on membership lists to every
/// reader.
pub(super) fn list(
    spec: &Spec,
    context: &RequestContext<'_>,
    schema: &'static ObjectSchema,
    shows_post: bool,
) -> ObjectDocument {
    ObjectDocument {
        open: open(spec, context, schema.added_in),
        objects: ObjectActions {
            schema,
            writes: shows_post.then_some("POST"),
            is_list: true,
        },
    }
}

/// Of one object. What PUT takes is shown to every reader, if the view has it.
pub(super) fn detail(
    spec: &Spec,
    context: &RequestContext<'_>,
    schema: &'static ObjectSchema,
    has_put: bool,
) -> ObjectDocument {
    ObjectDocument {
        open: open(spec, context, schema.added_in),
        objects: ObjectActions {
            schema,
            writes: has_put.then_some("PUT"),
            is_list: false,
        },
    }
}

impl PartialSchema for ObjectActions {
    fn schema() -> RefOr<Schema> {
        let names = || ArrayBuilder::new().items(Object::with_type(Type::String));
        let document = ObjectBuilder::new()
            .property("actions", Object::with_type(Type::Object))
            .property("types", names())
            .property("search_fields", names());
        document
            .required("actions")
            .required("types")
            .build()
            .into()
    }
}

impl ToSchema for ObjectActions {
    fn name() -> Cow<'static, str> {
        "tower.Actions".into()
    }
}

impl Serialize for ObjectActions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let types = [self.schema.name];
        let mut map = serializer.serialize_map(None)?;
        if self.writes.is_some() {
            map.serialize_entry("actions", &Actions(self))?;
            map.serialize_entry("types", &types)?;
        } else {
            map.serialize_entry("types", &types)?;
            map.serialize_entry("actions", &Actions(self))?;
        }
        if self.is_list && !self.schema.search.is_empty() {
            map.serialize_entry("search_fields", self.schema.search)?;
        }
        map.end()
    }
}

struct Actions<'a>(&'a ObjectActions);

impl Serialize for Actions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ObjectActions { schema, writes, .. } = self.0;
        let mut map = serializer.serialize_map(None)?;
        if let Some(method) = writes {
            map.serialize_entry(method, &WritableFields(schema))?;
        }
        map.serialize_entry("GET", &ReadableFields(schema))?;
        map.end()
    }
}
