//! OPTIONS documents (contract `tower.md`, section 11).

use profiled_rest::{RequestContext, Spec};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::tower::fields::{Resource, Shown, Written};

/// Of the open views and `config/`: five members.
#[derive(Serialize)]
pub(super) struct Open {
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
) -> Open {
    Open {
        name: spec.name,
        description: spec.description,
        renders: spec.renders(context.services.is_browsable),
        parses: ["application/json"],
        added_in_version,
    }
}

/// Of a view of objects.
#[derive(Serialize)]
pub(super) struct Document {
    #[serde(flatten)]
    open: Open,
    #[serde(flatten)]
    objects: Objects,
}

/// What the objects of a view are like.
struct Objects {
    resource: &'static Resource,
    /// The method that writes one, if it is told.
    writes: Option<&'static str>,
    is_list: bool,
}

/// Of a list. `shows_post` adds what POST takes: to those who may create, and on membership lists to every
/// reader.
pub(super) fn list(
    spec: &Spec,
    context: &RequestContext<'_>,
    resource: &'static Resource,
    shows_post: bool,
) -> Document {
    Document {
        open: open(spec, context, resource.added_in),
        objects: Objects {
            resource,
            writes: shows_post.then_some("POST"),
            is_list: true,
        },
    }
}

/// Of one object. What PUT takes is told to every reader, if the view has it.
pub(super) fn detail(
    spec: &Spec,
    context: &RequestContext<'_>,
    resource: &'static Resource,
) -> Document {
    let has_put = spec.allow.split(", ").any(|method| method == "PUT");
    Document {
        open: open(spec, context, resource.added_in),
        objects: Objects {
            resource,
            writes: has_put.then_some("PUT"),
            is_list: false,
        },
    }
}

impl Serialize for Objects {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let types = [self.resource.name];
        let mut map = serializer.serialize_map(None)?;
        if self.writes.is_some() {
            map.serialize_entry("actions", &Actions(self))?;
            map.serialize_entry("types", &types)?;
        } else {
            map.serialize_entry("types", &types)?;
            map.serialize_entry("actions", &Actions(self))?;
        }
        if self.is_list && !self.resource.search.is_empty() {
            map.serialize_entry("search_fields", self.resource.search)?;
        }
        map.end()
    }
}

struct Actions<'a>(&'a Objects);

impl Serialize for Actions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Objects {
            resource, writes, ..
        } = self.0;
        let mut map = serializer.serialize_map(None)?;
        if let Some(method) = writes {
            map.serialize_entry(method, &Written(resource))?;
        }
        map.serialize_entry("GET", &Shown(resource))?;
        map.end()
    }
}
