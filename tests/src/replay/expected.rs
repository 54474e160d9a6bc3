//! What the contract demands of one answer: the recorded answer after `compare.instead`.

use std::collections::BTreeMap;

use super::case::{Response, Site};
use super::rules::{BodyRule, Compare, Given};

/// Headers that are compared for `drf` and `jwt`.
const DJANGO_HEADERS: [&str; 11] = [
    "Content-Type",
    "Allow",
    "Vary",
    "WWW-Authenticate",
    "Location",
    "Retry-After",
    "X-Frame-Options",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Content-Language",
];

/// Headers that are compared for `tower`.
const TOWER_HEADERS: [&str; 7] = [
    "Content-Type",
    "Vary",
    "Allow",
    "X-API-Time",
    "WWW-Authenticate",
    "Location",
    "Auth-Token-Timeout",
];

/// What an answer has to be.
#[derive(Debug)]
pub struct Expected<'a> {
    /// Status code.
    pub status: u16,
    /// Headers; `None`: not compared.
    pub headers: Option<&'a BTreeMap<String, String>>,
    /// The body.
    pub body: ExpectedBody<'a>,
    /// The rules.
    pub compare: &'a Compare,
    /// The recorded answer, for its tokens.
    pub response: &'a Response,
    site: Site,
}

/// What a body has to be.
#[derive(Debug, PartialEq, Eq)]
pub enum ExpectedBody<'a> {
    /// Not compared.
    Any,
    /// Not there.
    None,
    /// A text, to be compared as the rule says.
    Text(&'a str),
    /// Whatever the rule itself says.
    ByRule,
}

impl<'a> Expected<'a> {
    /// Applies `instead`.
    pub fn new(site: Site, response: &'a Response, compare: &'a Compare) -> Self {
        let instead = compare.instead.as_ref();
        let body = match instead.map(|instead| &instead.body) {
            Some(Given::Yes(body)) => body.as_deref(),
            Some(Given::No) | None => response.body.as_deref(),
        };
        Self {
            status: instead
                .and_then(|instead| instead.status)
                .unwrap_or(response.status),
            headers: instead
                .and_then(|instead| instead.headers.as_ref())
                .or(response.headers.as_ref()),
            body: expected_body(site, response, compare.body, body),
            compare,
            response,
            site,
        }
    }

    /// The headers to compare.
    pub fn compared_headers(&self) -> impl Iterator<Item = &'static str> {
        let all: &[&str] = if self.site == Site::Tower {
            &TOWER_HEADERS
        } else {
            &DJANGO_HEADERS
        };
        let skipped = |name: &str| {
            self.compare
                .skip_headers
                .iter()
                .any(|skip| skip.eq_ignore_ascii_case(name))
        };
        all.iter().copied().filter(move |name| !skipped(name))
    }
}

fn expected_body<'a>(
    site: Site,
    response: &Response,
    rule: BodyRule,
    body: Option<&'a str>,
) -> ExpectedBody<'a> {
    match (rule, body) {
        (BodyRule::Ignore, _) => ExpectedBody::Any,
        (BodyRule::Prefix | BodyRule::Members | BodyRule::Contains | BodyRule::Page, _) => {
            ExpectedBody::ByRule
        }
        (_, Some(text)) => ExpectedBody::Text(text),
        // A page that was not recorded; and Tower's files leave out what is not compared.
        (_, None) if response.body_summary.is_some() || site == Site::Tower => ExpectedBody::Any,
        (_, None) => ExpectedBody::None,
    }
}
