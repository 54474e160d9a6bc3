//! One description of the fields of users, organizations, teams and events: it drives validation and
//! OPTIONS documents (contract `tower.md`, sections 4, 8 and 11).

mod control;
mod described;
mod input;
mod schema;
mod sent;

use std::collections::BTreeMap;

use serde::Serialize;

pub(super) use described::{ReadableFields, WritableFields};
pub(super) use input::{FieldInput, Mode, object, text_of, value_of};
pub(super) use schema::{
    CREDENTIAL, DESCRIPTION, EMAIL, EVENT, FIRST_NAME, INVENTORY, IS_SUPERUSER, LAST_NAME, NAME,
    ORGANIZATION, ORGANIZATION_OF_TEAM, PASSWORD, PERMISSION, PROJECT, TEAM, USER, USERNAME,
};

/// A kind of object as bodies show it.
pub(super) struct ObjectSchema {
    /// The value of `type`.
    pub(super) name: &'static str,
    pub(super) fields: &'static [BodyField],
    /// Fields that `search` looks at.
    pub(super) search: &'static [&'static str],
    /// The version that brought its views.
    pub(super) added_in: &'static str,
}

/// A field of a body.
pub(super) struct BodyField {
    pub(super) name: &'static str,
    kind: FieldKind,
    label: Option<&'static str>,
    help: Option<&'static str>,
    /// In characters.
    max_length: Option<usize>,
    is_required: bool,
    default: Option<DefaultValue>,
    direction: Direction,
    /// Values and their labels.
    choices: &'static [[&'static str; 2]],
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldKind {
    Integer,
    Choice,
    Text,
    Email,
    Boolean,
    Instant,
    Object,
    /// Whatever Tower has no name for.
    Other,
}

/// What a field has if nothing is sent.
#[derive(Clone, Copy, Debug)]
enum DefaultValue {
    Blank,
    False,
    Null,
}

/// Whether clients see a field, send it, or both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    ReadOnly,
    WriteOnly,
    Both,
}

impl ObjectSchema {
    /// Fields that clients send.
    pub(super) fn written(&self) -> impl Iterator<Item = &'static BodyField> {
        self.fields
            .iter()
            .filter(|field| field.direction != Direction::ReadOnly)
    }

    /// What a new object has if nothing is sent.
    pub(super) fn blank(&self) -> impl Serialize {
        let values = self.written().map(|field| {
            let value = field.default.unwrap_or(DefaultValue::Blank);
            (field.name, value)
        });
        values.collect::<BTreeMap<_, _>>()
    }

    /// Fields that clients see.
    pub(super) fn shown(&self) -> impl Iterator<Item = &'static BodyField> {
        self.fields
            .iter()
            .filter(|field| field.direction != Direction::WriteOnly)
    }
}

impl BodyField {
    const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self {
            name,
            kind,
            label: None,
            help: None,
            max_length: None,
            is_required: false,
            default: None,
            direction: Direction::Both,
            choices: &[],
        }
    }

    const fn shown(name: &'static str, kind: FieldKind) -> Self {
        Self {
            direction: Direction::ReadOnly,
            ..Self::new(name, kind)
        }
    }

    const fn label(self, label: &'static str) -> Self {
        Self {
            label: Some(label),
            ..self
        }
    }

    const fn help(self, help: &'static str) -> Self {
        Self {
            help: Some(help),
            ..self
        }
    }

    const fn at_most(self, max_length: usize) -> Self {
        Self {
            max_length: Some(max_length),
            ..self
        }
    }

    const fn required(self) -> Self {
        Self {
            is_required: true,
            ..self
        }
    }

    const fn or(self, default: DefaultValue) -> Self {
        Self {
            default: Some(default),
            ..self
        }
    }

    const fn write_only(self) -> Self {
        Self {
            direction: Direction::WriteOnly,
            ..self
        }
    }

    const fn one_of(self, choices: &'static [[&'static str; 2]]) -> Self {
        Self { choices, ..self }
    }
}
