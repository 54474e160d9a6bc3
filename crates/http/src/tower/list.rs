//! Pages of a list (contract `tower.md`, section 9).

use serde::Serialize;

use crate::failure::ApiError;
use crate::query::Query;
use crate::settings::TowerSettings;

/// Parameters of a list that are no filters (section 10).
pub(super) const RESERVED: [&str; 7] = [
    "page",
    "page_size",
    "format",
    "order",
    "order_by",
    "search",
    "type",
];

/// A page in its envelope.
#[derive(Serialize)]
pub(super) struct Envelope<T> {
    count: usize,
    next: Option<String>,
    previous: Option<String>,
    results: Vec<T>,
}

/// Sizes of pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paging {
    size: usize,
    max_size: usize,
}

impl Paging {
    pub(super) fn new(settings: &TowerSettings) -> Self {
        Self {
            size: settings.page_size as usize,
            max_size: settings.max_page_size as usize,
        }
    }

    /// The page of `items` that the query asks for.
    ///
    /// # Errors
    /// 404 for a page that is none.
    pub(super) fn page<T>(
        self,
        items: Vec<T>,
        path: &str,
        query: &Query,
    ) -> Result<Envelope<T>, ApiError> {
        let asked = query.get("page_size").and_then(positive);
        let size = asked.unwrap_or(self.size).min(self.max_size);
        let count = items.len();
        let last = count.div_ceil(size).max(1);
        let number = match query.get("page").map(str::trim) {
            None | Some("") => 1,
            Some("last") => last,
            Some(text) => positive(text).ok_or(ApiError::NotFound)?,
        };
        if number > last {
            return Err(ApiError::NotFound);
        }
        let link = |number: usize| link(path, query, number);
        Ok(Envelope {
            count,
            next: (number < last).then(|| link(number + 1)),
            previous: (number > 1).then(|| link(number - 1)),
            results: items
                .into_iter()
                .skip((number - 1) * size)
                .take(size)
                .collect(),
        })
    }
}

fn positive(text: &str) -> Option<usize> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| is_plain && *number > 0)
}

/// Path and query of a page: the request's parameters in their order, `page` replaced or appended.
fn link(path: &str, query: &Query, number: usize) -> String {
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
        .map(|(name, value)| encoded(name, value))
        .collect();
    format!("{path}?{}", pairs.join("&"))
}

fn encoded(name: &str, value: &str) -> String {
    format!(
        "{}={}",
        crate::query::encode(name),
        crate::query::encode(value)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGING: Paging = Paging {
        size: 2,
        max_size: 3,
    };

    fn page(query: &str) -> Option<Envelope<u8>> {
        PAGING
            .page(vec![1, 2, 3, 4, 5], "/x/", &Query::parse(query.as_bytes()))
            .ok()
    }

    #[test]
    fn pages_are_cut_and_linked() {
        let first = page("").unwrap();
        let middle = page("a=x%40+y&page=2&b=1").unwrap();
        let last = page("page=last").unwrap();

        assert_eq!((first.count, first.results), (5, vec![1, 2]));
        assert_eq!(
            (first.next.as_deref(), first.previous),
            (Some("/x/?page=2"), None)
        );
        assert_eq!(middle.next.as_deref(), Some("/x/?a=x%40+y&page=3&b=1"));
        assert_eq!(middle.previous.as_deref(), Some("/x/?a=x%40+y&page=1&b=1"));
        assert_eq!((last.results, last.next), (vec![5], None));
    }

    #[test]
    fn sizes_are_capped_and_odd_ones_ignored() {
        for (query, expected) in [("3", 3), ("9", 3), ("0", 2), ("-5", 2), ("abc", 2), ("", 2)] {
            let page = page(&format!("page_size={query}")).unwrap();
            assert_eq!(page.results.len(), expected, "{query}");
        }
    }

    #[test]
    fn pages_that_are_none_are_not_found() {
        for number in ["0", "-1", "x", "1.0", "4", "99999999999999999999"] {
            assert!(page(&format!("page={number}")).is_none(), "{number}");
        }
        assert!(page("page=").is_some());
        let empty = PAGING.page(Vec::<u8>::new(), "/x/", &Query::parse(b"page=1"));
        assert!(empty.is_ok());
    }
}
