//! Pages of a list, as Django REST framework's page numbers have them (contract `drf.md`, section 10,
//! "Lists").

use profiled_domain::{NumberedPage, PageNumber};
use profiled_rest::error::ApiError;
use profiled_rest::wire::number;
use profiled_rest::wire::query::{self, Query};
use profiled_rest::{QueryParameter, RequestContext};
use serde::Serialize;
use utoipa::ToSchema;

use crate::settings::DrfSettings;

/// A page in its envelope.
#[derive(Serialize, ToSchema)]
#[schema(as = drf::Page)]
pub(super) struct Envelope<T> {
    count: i64,
    /// The URL of the next page.
    #[schema(required)]
    next: Option<String>,
    /// The URL of the page before.
    #[schema(required)]
    previous: Option<String>,
    results: Vec<T>,
}

/// Sizes of pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paging {
    size: i64,
    max_size: i64,
}

impl Paging {
    pub(super) fn new(settings: &DrfSettings) -> Self {
        Self {
            size: settings.page_size.into(),
            max_size: settings.max_page_size.into(),
        }
    }

    /// How a query asks for a page.
    pub(super) fn parameters() -> [QueryParameter; 2] {
        [
            QueryParameter::text("page", "The number of the page, from 1 on, or last."),
            QueryParameter::count("page_size", "How many at most; what is too large is cut."),
        ]
    }

    /// The page that a query names. A size that is none is ignored, one that is too large is cut.
    ///
    /// # Errors
    /// 404 for a page that no list has.
    pub(super) fn requested(self, query: &Query) -> Result<NumberedPage, ApiError> {
        let size = query.get("page_size").and_then(number::positive);
        let number = match query.get("page") {
            None | Some("") => PageNumber::At(1),
            Some("last") => PageNumber::Last,
            Some(text) => PageNumber::At(number::positive(text).ok_or(INVALID_PAGE)?),
        };
        let size = size.unwrap_or(self.size).min(self.max_size);
        Ok(NumberedPage { number, size })
    }
}

const INVALID_PAGE: ApiError = ApiError::NoSuchObject("Invalid page.");

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
        let number = page.resolve(count).ok_or(INVALID_PAGE)?;
        let link = |number| link(context, number);
        Ok(Self {
            count,
            next: (number < page.last(count)).then(|| link(number + 1)),
            previous: (number > 1).then(|| link(number - 1)),
            results,
        })
    }
}

/// The URL of another page: the request's parameters by name, repeated ones in their order. Page 1 needs no
/// number.
fn link(context: &RequestContext<'_>, number: i64) -> String {
    let number = (number > 1).then(|| number.to_string());
    let kept = context.query.pairs().iter();
    let mut pairs: Vec<(&str, &str)> = kept
        .filter(|(name, _)| name != "page")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain(number.as_deref().map(|number| ("page", number)))
        .collect();
    pairs.sort_by_key(|(name, _)| *name);
    let encoded = pairs
        .iter()
        .map(|(name, value)| format!("{}={}", query::encode(name), query::encode(value)));
    let (origin, path) = (context.origin.as_str(), context.path);
    let encoded: Vec<String> = encoded.collect();
    if encoded.is_empty() {
        format!("{origin}{path}")
    } else {
        format!("{origin}{path}?{}", encoded.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_capped_and_odd_ones_ignored() {
        let paging = Paging {
            size: 2,
            max_size: 4,
        };

        for (size, expected) in [("3", 3), ("9", 4), ("0", 2), ("-5", 2), ("x", 2), ("", 2)] {
            let query = Query::parse(format!("page_size={size}").as_bytes()).unwrap();
            assert_eq!(paging.requested(&query).unwrap().size, expected, "{size}");
        }
    }
}
