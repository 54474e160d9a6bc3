//! From a path to a view.
//!
//! Own routing instead of actix-web's, because the contract decodes a path, `%2F` included, before it
//! is matched, sends `Allow` with every answer and redirects a missing final slash only where a route
//! would be found (ADR 0007).

use std::borrow::Cow;
use std::sync::Arc;

use actix_web::http::Method;
use actix_web::http::header::HeaderValue;
use percent_encoding::percent_decode_str;

use crate::framework::context::Parameters;
use crate::framework::dialect::Dialect;
use crate::framework::measure::Place;
use crate::framework::spec::Access;
use crate::framework::view::View;
use crate::wire::json_writer::Style;

/// A view, the dialect it speaks and the pattern it stands under.
pub struct Route {
    /// What the pattern is below: a view that is mounted more than once reads the mount of the request here.
    pub mount: &'static str,
    /// The path, with `{name}` for an id.
    pub pattern: &'static str,
    /// The dialect that the view speaks.
    pub dialect: Arc<dyn Dialect>,
    /// The view.
    pub view: Box<dyn View>,
}

impl Route {
    /// Whether its page can be looked at again.
    #[must_use]
    pub fn is_shown(&self) -> bool {
        self.view.allows(&Method::GET) || self.view.spec().is_read_by_post
    }

    /// The pattern with its mount.
    pub(crate) fn full_pattern(&self) -> String {
        [self.mount, self.pattern].concat()
    }
}

/// A link on the way to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crumb<'a> {
    pub name: &'static str,
    pub path: &'a str,
}

/// What a route says of itself.
#[derive(Clone, Debug)]
pub struct RouteEntry {
    /// The path, with `{name}` for an id.
    pub pattern: String,
    /// The name of its dialect.
    pub dialect: &'static str,
    /// Who may use it.
    pub access: Access,
    /// Its header `Allow`.
    pub allow: HeaderValue,
}

/// All routes.
pub struct Router {
    routes: Vec<Route>,
    /// The places of routes, by their patterns.
    places: matchit::Router<usize>,
    entries: Vec<RouteEntry>,
    /// How answers to paths without a route are written.
    unrouted: Box<dyn Fn(&str) -> Style + Send + Sync>,
}

/// Two views under one path, or an invalid path pattern.
#[derive(Debug, thiserror::Error)]
#[error("the route {0} cannot be added")]
pub struct RouteConflict(String);

/// What a path leads to.
pub enum Found<'a> {
    /// To a view, with what is counted for it and the ids in the path.
    View(&'a Route, Place, Parameters),
    /// The path lacks its final slash.
    MissingSlash(&'a Route),
    /// Nowhere.
    Nothing,
}

impl Router {
    /// `unrouted` decides how an answer to a path without a route is written.
    ///
    /// # Errors
    /// The pattern that cannot be added.
    pub fn new(
        all: Vec<Route>,
        unrouted: impl Fn(&str) -> Style + Send + Sync + 'static,
    ) -> Result<Self, RouteConflict> {
        let mut places = matchit::Router::new();
        let entries = all.iter().map(|route| RouteEntry {
            pattern: route.full_pattern(),
            dialect: route.dialect.name(),
            access: route.view.spec().access,
            allow: route.view.allow().clone(),
        });
        let entries = entries.collect();
        for (number, route) in all.iter().enumerate() {
            let pattern = route.full_pattern();
            let added = places.insert(pattern.clone(), number);
            added.map_err(|_conflict| RouteConflict(pattern))?;
        }
        Ok(Self {
            routes: all,
            places,
            entries,
            unrouted: Box::new(unrouted),
        })
    }

    /// All routes, with their views.
    #[must_use]
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// What all routes say of themselves, in the order of their dialects.
    #[must_use]
    pub fn entries(&self) -> &[RouteEntry] {
        &self.entries
    }

    /// Looks up a decoded path.
    pub fn find(&self, path: &str) -> Found<'_> {
        if let Some((route, place, parameters)) = self.at(path) {
            return Found::View(route, place, parameters);
        }
        match self.at(&format!("{path}/")) {
            Some((route, ..)) => Found::MissingSlash(route),
            None => Found::Nothing,
        }
    }

    fn at(&self, path: &str) -> Option<(&Route, Place, Parameters)> {
        let found = self.places.at(path).ok()?;
        let values = found.params.iter().map(|(_, value)| value);
        let number = *found.value;
        let route = self.routes.get(number)?;
        Some((route, Place::Route(number), Parameters::parse(values)?))
    }

    /// The views of a route's dialect above a path, and the one at it, by their names.
    pub fn crumbs<'a>(&self, path: &'a str, route: &Route) -> Vec<Crumb<'a>> {
        let ends = path.match_indices('/').map(|(at, _)| at + 1);
        let above = ends.filter_map(|end| path.get(..end));
        let views = above.filter_map(|path| {
            let (found, ..) = self.at(path)?;
            let name = found.view.spec().name;
            let is_same = found.dialect.name() == route.dialect.name();
            is_same.then_some(Crumb { name, path })
        });
        views.collect()
    }

    /// Who may use the view at a path.
    pub fn access(&self, path: &str) -> Option<Access> {
        let (route, ..) = self.at(path)?;
        Some(route.view.spec().access)
    }

    /// The nearest page above a path that can be shown, of the dialect of the route there.
    pub fn shown_above<'a>(&self, path: &'a str, route: &Route) -> Option<&'a str> {
        let ends = path.match_indices('/').map(|(at, _)| at + 1);
        let mut above = ends.filter_map(|end| path.get(..end).filter(|above| *above != path));
        above.rfind(|path| {
            let found = self.at(path).map(|(found, ..)| found);
            let same = found.filter(|found| found.dialect.name() == route.dialect.name());
            same.is_some_and(Route::is_shown)
        })
    }

    /// How an answer is written that no view gives: as the dialect writes it whose path this is, or would be.
    /// The path is as it was sent.
    pub fn style(&self, path: &str) -> Style {
        let path = percent_decode_str(path).decode_utf8_lossy();
        match self.find(&path) {
            Found::View(route, ..) | Found::MissingSlash(route) => route.dialect.style(),
            Found::Nothing => (self.unrouted)(&path),
        }
    }
}

/// The path as it is matched, `None` if it is no text.
#[must_use]
pub fn decode(path: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(path).decode_utf8().ok()
}
