//! Fields as OPTIONS documents describe them (contract `drf.md`, section 10).

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use utoipa::ToSchema;

use crate::framework::context::RequestContext;
use crate::framework::fields::{Field, Kind};
use crate::framework::spec::Spec;

/// An OPTIONS document: what the view is, and the fields of its bodies.
#[derive(Serialize, ToSchema)]
#[schema(as = Options)]
pub struct Metadata {
    name: &'static str,
    description: &'static str,
    renders: Vec<&'static str>,
    parses: Vec<&'static str>,
    /// Fields by their names, under the method that writes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object)]
    actions: Option<Actions>,
}

/// The fields of the one method that is described.
struct Actions {
    method: &'static str,
    fields: Fields,
}

/// The OPTIONS document of a view; `writes` is the method that its fields are described for.
#[must_use]
pub fn metadata(
    spec: &Spec,
    context: &RequestContext<'_>,
    writes: Option<(&'static str, &[Field])>,
) -> Metadata {
    Metadata {
        name: spec.name,
        description: spec.description,
        renders: spec.renders(context.services.is_browsable),
        parses: spec.parses(),
        actions: writes.map(|(method, fields)| Actions {
            method,
            fields: Fields::new(fields),
        }),
    }
}

impl Serialize for Actions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.method, &self.fields)?;
        map.end()
    }
}

/// Fields by name, in order.
struct Fields(Vec<(&'static str, Described)>);

impl Fields {
    fn new(fields: &[Field]) -> Self {
        let described = fields
            .iter()
            .map(|field| (field.name, Described::new(field)));
        Self(described.collect())
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, field)| (name, field)))
    }
}

/// What is said of a field, as far as it applies.
#[derive(Serialize)]
struct Described {
    r#type: &'static str,
    required: bool,
    read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_length: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    child: Option<Box<Described>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    children: Option<Fields>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<Choice>>,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    display_name: &'static str,
}

impl Described {
    fn new(field: &Field) -> Self {
        let choices = match field.kind {
            Kind::Choice(choices) => Some(choices.iter().map(Choice::new).collect()),
            _ => None,
        };
        let child = match field.kind {
            Kind::Nested(fields) => Some(Box::new(Self::nested(&fields()))),
            _ => None,
        };
        Self {
            r#type: type_name(&field.kind),
            required: field.is_required,
            read_only: field.is_read_only,
            label: Some(field.label),
            max_length: field.max_length,
            child,
            children: None,
            choices,
        }
    }

    fn nested(fields: &[Field]) -> Self {
        Self {
            r#type: "nested object",
            required: false,
            read_only: true,
            label: None,
            max_length: None,
            child: None,
            children: Some(Fields::new(fields)),
            choices: None,
        }
    }
}

impl Choice {
    fn new((value, display_name): &(&'static str, &'static str)) -> Self {
        Self {
            value,
            display_name,
        }
    }
}

fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Integer => "integer",
        Kind::Boolean => "boolean",
        Kind::DateTime => "datetime",
        Kind::Text | Kind::Username | Kind::Password => "string",
        Kind::Email => "email",
        Kind::Choice(_) => "choice",
        Kind::Image => "image upload",
        Kind::Nested(_) => "field",
    }
}
