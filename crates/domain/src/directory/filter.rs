//! One tree for all selections: filters of a query, searches, sublists, and who may see what.
//!
//! A condition is about an object of a [`Model`](super::Model), and is true or false: a comparison with an absent
//! value is false, and [`Condition::Not`] of it is true. Text is never absent: what is not set is `""`.

use chrono::{DateTime, Utc};

use super::model::{Field, Relation};
use super::pattern::{Case, Pattern};
use crate::NumberedPage;

/// A value to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// For [`crate::FieldKind::Integer`].
    Integer(i64),
    /// For [`crate::FieldKind::Text`].
    Text(String),
    /// For [`crate::FieldKind::Boolean`].
    Boolean(bool),
    /// For [`crate::FieldKind::Instant`].
    Instant(DateTime<Utc>),
}

/// How a value stands to the one that it is compared with. Text is ordered by code points, false comes
/// before true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

/// How text is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextLookup {
    /// The whole text.
    Exact,
    /// Anywhere.
    Contains,
    /// At the beginning.
    StartsWith,
    /// At the end.
    EndsWith,
}

/// A test of one value.
#[derive(Clone, Debug, PartialEq)]
pub enum Lookup {
    /// With a value of the field's own kind; absent values never pass.
    Compare(Comparison, FieldValue),
    /// Equal to one of these.
    In(Vec<FieldValue>),
    /// Other kinds than text are compared as text: integers in decimal, booleans as `1` and `0`,
    /// instants as `2015-08-25 01:00:07.127000+00:00`.
    Text(TextLookup, String, Case),
    /// The same, with a pattern.
    Matches(Pattern),
    /// Whether the value is absent.
    IsNull(bool),
}

/// What has to hold of an object.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// All of these; of none of them, everything holds.
    All(Vec<Self>),
    /// One of these; of none of them, nothing holds.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// A test of a field.
    Field(Field, Lookup),
    /// Some object at the end of the relation fulfils this.
    Related(Relation, Box<Self>),
}

impl Condition {
    /// Holds of everything.
    #[must_use]
    pub fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// Holds of nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::Any(Vec::new())
    }

    /// Holds of the object with this identifier.
    #[must_use]
    pub fn has_id(id: i64) -> Self {
        let test = Lookup::Compare(Comparison::Equal, FieldValue::Integer(id));
        Self::Field(Field::Id, test)
    }

    /// Holds if the relation leads to an object that fulfils `condition`.
    #[must_use]
    pub fn related(relation: Relation, condition: Self) -> Self {
        Self::Related(relation, Box::new(condition))
    }

    /// Holds if the relation leads to the object with this identifier.
    #[must_use]
    pub fn related_to(relation: Relation, id: i64) -> Self {
        Self::related(relation, Self::has_id(id))
    }

    /// Holds of objects with this flag, a field of [`crate::FieldKind::Boolean`].
    #[must_use]
    pub fn is_set(flag: Field) -> Self {
        let test = Lookup::Compare(Comparison::Equal, FieldValue::Boolean(true));
        Self::Field(flag, test)
    }

    /// Holds of whatever `condition` does not hold of.
    #[must_use]
    pub fn negated(condition: Self) -> Self {
        Self::Not(Box::new(condition))
    }

    /// Whether it looks at other objects than the one that it is about.
    #[must_use]
    pub fn has_relations(&self) -> bool {
        self.relations() > 0
    }

    /// How many relations are followed.
    #[must_use]
    pub fn relations(&self) -> usize {
        match self {
            Self::All(all) | Self::Any(all) => all.iter().map(Self::relations).sum(),
            Self::Not(inner) => inner.relations(),
            Self::Field(..) => 0,
            Self::Related(_, inner) => 1 + inner.relations(),
        }
    }
}

/// A step from objects to those at the end of a relation.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The relation.
    pub relation: Relation,
    /// What has to hold of an object at its end for the step to lead there.
    pub only: Condition,
}

impl From<Relation> for Step {
    /// Leads to every object at the end of the relation.
    fn from(relation: Relation) -> Self {
        Self {
            relation,
            only: Condition::everything(),
        }
    }
}

/// A key to order by. The field may be at the end of relations: of several objects the first in the
/// wanted direction counts. Absent values come last, in descending order first.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderBy {
    /// From the object to that of the field.
    pub path: Vec<Step>,
    /// The field.
    pub field: Field,
    /// From the greatest to the least.
    pub is_descending: bool,
}

/// A page of the objects that fulfil a condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// What has to hold.
    pub condition: Condition,
    /// Keys of the order; the identifier, ascending, decides after them.
    pub order: Vec<OrderBy>,
    /// The page.
    pub page: NumberedPage,
}
