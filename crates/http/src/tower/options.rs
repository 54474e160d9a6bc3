//! OPTIONS documents (contract `tower.md`, section 11).

use profiled_rest::{RequestContext, Spec};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::tower::fields::{ObjectSchema, ReadableFields, WritableFields};

/// Of the open views and `config/`: five members.
#[derive(Serialize)]
pub(super) struct ViewDocument {
    name: &'static str,
    description: &'static str,
    renders: Vec<&'static str>,
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
#[derive(Serialize)]
pub(super) struct ObjectDocument {
    #[serde(flatten)]
    open: ViewDocument,
    #[serde(flatten)]
    objects: ObjectActions,
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
