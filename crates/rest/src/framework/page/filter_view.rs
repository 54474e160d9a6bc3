//! The form that narrows a list.

use super::context::Context;
use crate::framework::forms::{Filter, FilterKind};
use crate::wire::query;

/// A form that asks for the same list with other parameters.
pub(super) struct FilterForm<'a> {
    pub(super) inputs: Vec<FilterInput<'a>>,
    /// Parameters that stay as they are.
    pub(super) kept: Vec<(&'a str, &'a str)>,
    /// The list that is not narrowed, where it is.
    pub(super) all: Option<String>,
}

pub(super) struct FilterInput<'a> {
    pub(super) filter: Filter,
    /// What the query says of it.
    pub(super) value: &'a str,
    pub(super) id: String,
    /// What was wrong with it.
    pub(super) messages: &'a [String],
}

impl<'a> FilterForm<'a> {
    /// The form for what the list takes, if it takes anything.
    pub(super) fn of(context: &'a Context<'_>) -> Option<Self> {
        let filters = context.extras.forms.filters;
        let (query, pairs) = (context.query, context.query.pairs().iter());
        let is_filter = |name: &str| filters.iter().any(|filter| filter.name == name);
        // Another list begins with its first page.
        let kept = pairs.filter(|(name, _)| name != "page" && !is_filter(name));
        let inputs = filters.iter().map(|filter| FilterInput {
            filter: *filter,
            value: query.get(filter.name).unwrap_or_default(),
            id: format!("filter-{}", filter.name),
            messages: context.extras.errors.of_field(filter.name),
        });
        let inputs: Vec<_> = inputs.collect();
        let kept: Vec<_> = kept
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let is_narrowed = inputs.iter().any(|input| !input.value.is_empty());
        let form = Self {
            all: is_narrowed.then(|| address(&kept)),
            inputs,
            kept,
        };
        (!filters.is_empty()).then_some(form)
    }
}

/// The same path with these parameters.
fn address(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter();
    let encoded = pairs.map(|(name, value)| [query::encode(name), query::encode(value)].join("="));
    format!("?{}", encoded.collect::<Vec<_>>().join("&"))
}

impl FilterInput<'_> {
    pub(super) fn is_search(&self) -> bool {
        matches!(self.filter.kind, FilterKind::Search)
    }

    pub(super) fn is_either(&self) -> bool {
        matches!(self.filter.kind, FilterKind::Either)
    }

    /// Whether the query says so, as filters read it.
    pub(super) fn says(&self, value: &str) -> bool {
        self.value.eq_ignore_ascii_case(value)
    }
}
