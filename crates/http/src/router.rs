//! From a path to a view.
//!
//! Own routing instead of actix-web's, because the contract decodes a path, `%2F` included, before it
//! is matched, tells `Allow` on every answer and redirects a missing final slash only where a route
//! would be found (ADR 0007).

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use crate::dialect::Dialect;
use crate::json::Style;
use crate::state::{BuildError, Parts};
use crate::view::View;
use crate::{drf, jwt, oauth, tower};

/// A view, the dialect it speaks and the pattern it stands under.
pub(crate) struct Route {
    /// What the pattern is below: views that are mounted more than once find here where they are.
    pub(crate) mount: &'static str,
    pub(crate) pattern: &'static str,
    pub(crate) dialect: Arc<dyn Dialect>,
    pub(crate) view: Box<dyn View>,
}

impl Route {
    pub(crate) fn full_pattern(&self) -> Cow<'static, str> {
        match self.mount {
            "" => self.pattern.into(),
            mount => [mount, self.pattern].concat().into(),
        }
    }
}

/// A link on the way to a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crumb<'a> {
    pub(crate) name: &'static str,
    pub(crate) path: &'a str,
}

/// All routes of the dialects that are switched on.
pub(crate) struct Router {
    routes: matchit::Router<Route>,
    has_tower: bool,
    /// Neither of the other two.
    lacks_others: bool,
}

/// What a path leads to.
pub(crate) enum Found<'a> {
    View(&'a Route, Parameters),
    /// The path lacks its final slash.
    MissingSlash(&'a Route),
    Nothing,
}

impl Router {
    pub(crate) fn new(parts: &Parts) -> Result<Self, BuildError> {
        let dialects = &parts.dialects;
        let mut all = Vec::new();
        if dialects.drf.enabled {
            all.extend(drf::routes(parts));
        }
        if dialects.jwt.enabled {
            all.extend(jwt::routes(parts));
        }
        if dialects.tower.enabled {
            all.extend(tower::routes(parts));
        }
        all.extend(oauth::routes(parts));
        let mut routes = matchit::Router::new();
        for route in all {
            let pattern = route.full_pattern();
            let added = routes.insert(pattern.clone(), route);
            added.map_err(|_conflict| BuildError::Route(pattern.into_owned()))?;
        }
        Ok(Self {
            routes,
            has_tower: dialects.tower.enabled,
            lacks_others: !dialects.drf.enabled && !dialects.jwt.enabled,
        })
    }

    /// Looks up a decoded path.
    pub(crate) fn find(&self, path: &str) -> Found<'_> {
        if let Some((route, parameters)) = self.at(path) {
            return Found::View(route, parameters);
        }
        match self.at(&format!("{path}/")) {
            Some((route, _)) => Found::MissingSlash(route),
            None => Found::Nothing,
        }
    }

    fn at(&self, path: &str) -> Option<(&Route, Parameters)> {
        let found = self.routes.at(path).ok()?;
        let mut values = found.params.iter().map(|(_, value)| value);
        let ids = values
            .by_ref()
            .map(parse_id)
            .collect::<Option<Vec<i64>>>()?;
        Some((found.value, Parameters(ids)))
    }

    /// The views of a route's dialect above a path, and the one at it, by their names.
    pub(crate) fn crumbs<'a>(&self, path: &'a str, route: &Route) -> Vec<Crumb<'a>> {
        let ends = path.match_indices('/').map(|(at, _)| at + 1);
        let above = ends.filter_map(|end| path.get(..end));
        let views = above.filter_map(|path| {
            let (found, _) = self.at(path)?;
            let name = found.view.spec().name;
            let is_same = found.dialect.name() == route.dialect.name();
            is_same.then_some(Crumb { name, path })
        });
        views.collect()
    }

    /// How an answer is written that no view gives: as the dialect writes it whose path this is, or would be.
    /// The path is as it was sent.
    pub(crate) fn style(&self, path: &str) -> Style {
        let path = percent_decode_str(path).decode_utf8_lossy();
        match self.find(&path) {
            Found::View(route, _) | Found::MissingSlash(route) => route.dialect.style(),
            Found::Nothing if self.is_tower_path(&path) => Style::Spaced,
            Found::Nothing => Style::Compact,
        }
    }

    fn is_tower_path(&self, path: &str) -> bool {
        self.has_tower && (self.lacks_others || tower::is_own_path(path))
    }
}

/// Values of a pattern's parameters, which all are ids: digits, leading zeros allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parameters(Vec<i64>);

impl Parameters {
    /// The id at a place of the pattern. A number beyond 64 bits is [`i64::MAX`], which nobody has.
    pub(crate) fn id(&self, at: usize) -> i64 {
        self.0.get(at).copied().unwrap_or_default()
    }
}

fn parse_id(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(i64::MAX))
}

/// The path as it is matched, `None` if it is no text.
pub(crate) fn decode(path: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(path).decode_utf8().ok()
}
