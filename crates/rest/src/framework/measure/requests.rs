//! Requests by what was asked and answered. Nothing of it is the client's own text.

use std::time::Duration;

use actix_web::http::{Method, StatusCode};

use super::{Count, Distribution, TIMES};
use crate::framework::doors::ICON;
use crate::framework::router::RouteEntry;

/// Methods that have names; any other is the client's own text.
pub(crate) const METHODS: [Method; 9] = [
    Method::GET,
    Method::POST,
    Method::PATCH,
    Method::PUT,
    Method::DELETE,
    Method::HEAD,
    Method::OPTIONS,
    Method::TRACE,
    Method::CONNECT,
];

/// What stands for all other methods.
const OTHER: &str = "other";

/// The codes that are answered, with 0 for all others.
const STATUSES: [u16; 30] = [
    200, 401, 404, 201, 204, 206, 301, 302, 303, 304, 307, 308, 400, 403, 405, 406, 408, 409, 410,
    411, 412, 413, 415, 416, 417, 428, 429, 500, 503, 0,
];

/// Where a path has led.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// To no route.
    #[default]
    Nowhere,
    /// To `/live`.
    Live,
    /// To `/ready`.
    Ready,
    /// To a media file.
    Media,
    /// To the icon of pages.
    Icon,
    /// To the route at this place of [`Router::entries`](crate::Router::entries).
    Route(usize),
}

impl Place {
    /// Those that are no routes, with their patterns.
    const FIXED: [(Self, &'static str); 5] = [
        (Self::Nowhere, "none"),
        (Self::Live, "/live"),
        (Self::Ready, "/ready"),
        (Self::Media, "/media/{key}"),
        (Self::Icon, ICON),
    ];

    fn index(self) -> usize {
        match self {
            Self::Nowhere => 0,
            Self::Live => 1,
            Self::Ready => 2,
            Self::Media => 3,
            Self::Icon => 4,
            Self::Route(number) => Self::FIXED.len() + number,
        }
    }
}

/// Requests to all places.
#[derive(Debug)]
pub struct RequestCounts(Vec<RouteCounts>);

/// Requests to one place.
#[derive(Debug)]
pub struct RouteCounts {
    /// The pattern of its path.
    pub route: String,
    /// The dialect that answers, empty where none does.
    pub dialect: &'static str,
    /// How long answers took, in microseconds.
    pub durations: Distribution,
    /// By method and status.
    answers: Box<[Count]>,
}

impl RequestCounts {
    /// No request yet.
    #[must_use]
    pub fn new(routes: &[RouteEntry]) -> Self {
        let fixed = Place::FIXED.map(|(_, pattern)| RouteCounts::new(pattern, ""));
        let routes = routes
            .iter()
            .map(|entry| RouteCounts::new(&entry.pattern, entry.dialect));
        Self(fixed.into_iter().chain(routes).collect())
    }

    /// Counts an answer.
    pub fn count(&self, place: Place, method: &Method, status: StatusCode, duration: Duration) {
        if let Some(counts) = self.0.get(place.index()) {
            counts.count(method, status, duration);
        }
    }

    /// All places.
    pub fn places(&self) -> impl Iterator<Item = &RouteCounts> {
        self.0.iter()
    }
}

impl RouteCounts {
    fn new(pattern: &str, dialect: &'static str) -> Self {
        let answers = (0..=METHODS.len()).flat_map(|_| STATUSES.map(|_| Count::default()));
        Self {
            route: pattern.to_owned(),
            dialect,
            durations: Distribution::new(TIMES),
            answers: answers.collect(),
        }
    }

    fn count(&self, method: &Method, status: StatusCode, duration: Duration) {
        let method = METHODS.iter().position(|known| known == method);
        let method = method.unwrap_or(METHODS.len());
        let status = STATUSES.iter().position(|known| *known == status.as_u16());
        let status = status.unwrap_or(STATUSES.len() - 1);
        if let Some(count) = self.answers.get(method * STATUSES.len() + status) {
            count.one();
        }
        self.durations.observe_time(duration);
    }

    /// Method and status, 0 for one that is not listed, with how often both came together.
    pub fn answers(&self) -> impl Iterator<Item = (&'static str, u16, u64)> {
        let names = METHODS.iter().map(Method::as_str).chain([OTHER]);
        let pairs = names.flat_map(|name| STATUSES.map(|status| (name, status)));
        let counted = pairs.zip(&self.answers);
        counted
            .map(|((method, status), count)| (method, status, count.get()))
            .filter(|(_, _, count)| *count > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_and_status_of_a_client_are_no_names_of_their_own() {
        let counts = RequestCounts::new(&[]);
        let strange = Method::from_bytes(b"BREW").unwrap();
        let teapot = StatusCode::from_u16(418).unwrap();

        let time = Duration::from_millis(3);
        counts.count(Place::Nowhere, &strange, teapot, time);
        counts.count(Place::Live, &Method::GET, StatusCode::OK, time);

        let all = counts.places().flat_map(|place| {
            let each = place.answers();
            each.map(|(method, status, count)| (place.route.as_str(), method, status, count))
        });
        let all: Vec<_> = all.collect();
        assert_eq!(all, [("none", "other", 0, 1), ("/live", "GET", 200, 1)]);
    }
}
