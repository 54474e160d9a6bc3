//! Plain evaluation of a condition, over objects in memory.

use std::cmp::Ordering;

use super::filter::{Comparison, Condition, FieldValue, Lookup, OrderBy, Selection, TextLookup};
use super::model::{Field, Model, Relation};
use super::pattern::Case;

/// Objects that conditions can be evaluated over.
pub trait ObjectGraph {
    /// A field of an object; `None` if the value is absent.
    fn value(&self, model: Model, id: i64, field: Field) -> Option<FieldValue>;

    /// Identifiers of the live objects at the end of a relation.
    fn related(&self, relation: Relation, id: i64) -> Vec<i64>;
}

impl Condition {
    /// Whether it holds of an object.
    pub fn holds(&self, graph: &dyn ObjectGraph, model: Model, id: i64) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.holds(graph, model, id)),
            Self::Any(all) => all.iter().any(|one| one.holds(graph, model, id)),
            Self::Not(inner) => !inner.holds(graph, model, id),
            Self::Field(field, test) => test.passes(graph.value(model, id, *field).as_ref()),
            Self::Related(relation, inner) => graph
                .related(*relation, id)
                .into_iter()
                .any(|other| inner.holds(graph, relation.target(), other)),
        }
    }
}

impl Selection {
    /// Those of `ids` that fulfil the condition, in the wanted order, of all pages.
    pub fn select(&self, graph: &dyn ObjectGraph, model: Model, ids: &[i64]) -> Vec<i64> {
        let holds = |id: &i64| self.condition.holds(graph, model, *id);
        let mut selected: Vec<i64> = ids.iter().copied().filter(holds).collect();
        selected.sort_by(|a, b| {
            let by_keys = self
                .order
                .iter()
                .map(|key| key.compare(graph, model, *a, *b));
            by_keys.fold(Ordering::Equal, Ordering::then).then(a.cmp(b))
        });
        selected
    }
}

impl OrderBy {
    fn compare(&self, graph: &dyn ObjectGraph, model: Model, a: i64, b: i64) -> Ordering {
        let (a, b) = (self.key(graph, model, a), self.key(graph, model, b));
        let ascending = match (&a, &b) {
            (Some(a), Some(b)) => a.compared(b).unwrap_or(Ordering::Equal),
            // An absent value is greater than every other one.
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        if self.is_descending {
            ascending.reverse()
        } else {
            ascending
        }
    }

    /// The value that counts: of several, the first in the wanted direction.
    fn key(&self, graph: &dyn ObjectGraph, model: Model, id: i64) -> Option<FieldValue> {
        let mut at = vec![id];
        let mut model = model;
        for step in &self.path {
            model = step.relation.target();
            at = at
                .iter()
                .flat_map(|id| graph.related(step.relation, *id))
                .filter(|id| step.only.holds(graph, model, *id))
                .collect();
        }
        let values = at
            .into_iter()
            .filter_map(|id| graph.value(model, id, self.field));
        values.reduce(|a, b| {
            let order = b.compared(&a).unwrap_or(Ordering::Equal);
            let is_first = if self.is_descending {
                order.is_gt()
            } else {
                order.is_lt()
            };
            if is_first { b } else { a }
        })
    }
}

impl Lookup {
    /// Whether a value passes; `None` is an absent one.
    #[must_use]
    pub fn passes(&self, value: Option<&FieldValue>) -> bool {
        let Some(value) = value else {
            return *self == Self::IsNull(true);
        };
        match self {
            Self::Compare(comparison, wanted) => value
                .compared(wanted)
                .is_some_and(|order| comparison.accepts(order)),
            Self::In(wanted) => wanted.contains(value),
            Self::Text(test, wanted, case) => test.passes(&value.to_text(), wanted, *case),
            Self::Matches(pattern) => pattern.is_match(&value.to_text()),
            Self::IsNull(wanted) => !wanted,
        }
    }
}

impl Comparison {
    fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
        }
    }
}

impl TextLookup {
    fn passes(self, text: &str, wanted: &str, case: Case) -> bool {
        if case == Case::Ignored {
            let (text, wanted) = (text.to_lowercase(), wanted.to_lowercase());
            return self.passes(&text, &wanted, Case::Sensitive);
        }
        match self {
            Self::Exact => text == wanted,
            Self::Contains => text.contains(wanted),
            Self::StartsWith => text.starts_with(wanted),
            Self::EndsWith => text.ends_with(wanted),
        }
    }
}

impl FieldValue {
    /// How it stands to another value, `None` for one of another kind.
    fn compared(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => Some(a.cmp(b)),
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Boolean(a), Self::Boolean(b)) => Some(a.cmp(b)),
            (Self::Instant(a), Self::Instant(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }

    /// The text that look-ups of text compare: see [`Lookup::Text`].
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Integer(number) => number.to_string(),
            Self::Text(text) => text.clone(),
            Self::Boolean(flag) => u8::from(*flag).to_string(),
            Self::Instant(at) => at.format("%F %T%.6f+00:00").to_string(),
        }
    }
}
