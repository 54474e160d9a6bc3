//! Pages of a list (contract `tower.md`, section 9).

use profiled_domain::{NumberedPage, PageNumber};
use profiled_rest::error::ApiError;
use profiled_rest::wire::number;
use profiled_rest::wire::query::{self, Query};
use profiled_rest::{QueryParameter, RequestContext};
use serde::Serialize;
use utoipa::ToSchema;

use crate::settings::TowerSettings;
use crate::tower::site;

/// Parameters of a list that are no filters (contract `tower.md`, section 10).
pub(super) const RESERVED: [&str; 7] = [
    "page",
    "page_size",
    "format",
    "order",
    "order_by",
    "search",
    "type",
];

/// How a query asks for a page.
pub(super) fn page_parameters() -> [QueryParameter; 2] {
    [
        QueryParameter::text("page", "The number of the page, from 1 on, or last."),
        QueryParameter::count("page_size", "How many at most; what is too large is cut."),
    ]
}

/// How a query selects and orders, in addition to the page.
pub(super) fn list_parameters() -> Vec<QueryParameter> {
    let mut all = page_parameters().to_vec();
    all.extend([
        QueryParameter::text("search", "Text that one of the fields of the object contains."),
        QueryParameter::text("order_by", "Names of fields, with commas; - in front turns one round."),
        QueryParameter::text("type", "The type of the objects, as their member type has it."),
        QueryParameter::others(
            "filters",
            "Each other parameter is a filter: the name of a field, of relations before it and of a test after it, as \
             organizations__name__icontains, with the value that is wanted. not__ and or__ in front turn it round, and \
             make it one of several.",
        ),
    ]);
    all
}

/// A page in its envelope.
#[derive(Serialize, ToSchema)]
#[schema(as = tower::Page)]
pub(super) struct Envelope<T> {
    count: i64,
    /// The path of the next page.
    #[schema(required)]
    next: Option<String>,
    /// The path of the page before.
    #[schema(required)]
    previous: Option<String>,
    results: Vec<T>,
}

/// The page that a request asks for.
///
/// # Errors
/// 404 for one that no list has.
pub(super) fn requested_page(context: &RequestContext<'_>) -> Result<NumberedPage, ApiError> {
    page(site::settings(context)?, context.query)
}

fn page(settings: &TowerSettings, query: &Query) -> Result<NumberedPage, ApiError> {
    let size = query.get("page_size").and_then(number::positive);
    let size = size.unwrap_or(settings.page_size.into());
    let number = match query.get("page") {
        None | Some("") => PageNumber::At(1),
        Some("last") => PageNumber::Last,
        Some(text) => PageNumber::At(number::positive(text).ok_or(ApiError::NotFound)?),
    };
    Ok(NumberedPage {
        number,
        size: size.min(settings.max_page_size.into()),
    })
}

impl Envelope<()> {
    /// The page of a list that has nothing.
    ///
    /// # Errors
    /// 404 for any but the first.
    pub(super) fn empty(context: &RequestContext<'_>) -> Result<Self, ApiError> {
        Self::new(context, requested_page(context)?, 0, Vec::new())
    }
}

impl<T> Envelope<T> {
    /// `results` as the page of a list of `count` items.
    ///
    /// # Errors
    /// 404 for a page that this list does not have.
    pub(super) fn new(
        context: &RequestContext<'_>,
        page: NumberedPage,
        count: i64,
        results: Vec<T>,
    ) -> Result<Self, ApiError> {
        let number = page.resolve(count).ok_or(ApiError::NotFound)?;
        let path = context.origin.below(context.path);
        let link = |number| link(&path, context.query, number);
        Ok(Self {
            count,
            next: (number < page.last(count)).then(|| link(number + 1)),
            previous: (number > 1).then(|| link(number - 1)),
            results,
        })
    }
}

/// Path and query of a page: the request's parameters in their order, `page` replaced or appended.
fn link(path: &str, query: &Query, number: i64) -> String {
    let number = number.to_string();
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    let mut has_page = false;
    for (name, value) in query.pairs() {
        match name.as_str() {
            "page" if has_page => {}
            "page" => {
                has_page = true;
                pairs.push(("page", &number));
            }
            name => pairs.push((name, value)),
        }
    }
    if !has_page {
        pairs.push(("page", &number));
    }
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", query::encode(name), query::encode(value)))
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> TowerSettings {
        TowerSettings {
            page_size: 2,
            max_page_size: 3,
            ..profiled_store::testing::defaults("dialects.tower")
        }
    }

    fn page_of(query: &str) -> Option<NumberedPage> {
        page(&settings(), &Query::parse(query.as_bytes()).unwrap()).ok()
    }

    #[test]
    fn links_keep_the_query_in_its_order() {
        let cases = [
            ("", "/x/?page=3"),
            ("a=x%40+y&page=2&b=1", "/x/?a=x%40+y&page=3&b=1"),
            ("a=1&page=2&a=2&page=7", "/x/?a=1&page=3&a=2"),
        ];

        for (query, expected) in cases {
            let query = Query::parse(query.as_bytes()).unwrap();
            assert_eq!(link("/x/", &query, 3), expected);
        }
    }

    #[test]
    fn sizes_are_capped_and_odd_ones_ignored() {
        let cases = [
            ("3", 3),
            ("9", 3),
            ("99999999999999999999", 3),
            ("0", 2),
            ("-5", 2),
            ("abc", 2),
            ("", 2),
        ];

        for (size, expected) in cases {
            let page = page_of(&format!("page_size={size}")).unwrap();
            assert_eq!(page.size, expected, "{size}");
        }
    }

    #[test]
    fn invalid_page_is_not_found() {
        for number in ["0", "-1", "x", "1.0"] {
            assert_eq!(page_of(&format!("page={number}")), None, "{number}");
        }
        let cases = [
            ("", PageNumber::At(1)),
            ("page=", PageNumber::At(1)),
            ("page=4", PageNumber::At(4)),
            ("page=last", PageNumber::Last),
            ("page=99999999999999999999", PageNumber::At(i64::MAX)),
        ];
        for (query, expected) in cases {
            assert_eq!(
                page_of(query).map(|page| page.number),
                Some(expected),
                "{query}"
            );
        }
    }
}
