//! From a path to a view.
//!
//! Own routing instead of actix-web's, because the contract decodes a path, `%2F` included, before it
//! is matched, tells `Allow` on every answer and redirects a missing final slash only where a route
//! would be found (ADR 0007).

use std::borrow::Cow;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use crate::dialect::Dialect;
use crate::state::{BuildError, Parts};
use crate::view::View;
use crate::{drf, jwt, tower};

/// A view, the dialect it speaks and the pattern it stands under.
pub(crate) struct Route {
    pub(crate) pattern: &'static str,
    pub(crate) dialect: Arc<dyn Dialect>,
    pub(crate) view: Box<dyn View>,
}

/// All routes of the dialects that are switched on.
pub(crate) struct Router {
    routes: matchit::Router<Route>,
    has_only_tower: bool,
}

/// What a path leads to.
pub(crate) enum Found<'a> {
    View(&'a Route),
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
        let mut routes = matchit::Router::new();
        for route in all {
            let pattern = route.pattern;
            let added = routes.insert(pattern, route);
            added.map_err(|_conflict| BuildError::Route(pattern))?;
        }
        Ok(Self {
            routes,
            has_only_tower: !dialects.drf.enabled && !dialects.jwt.enabled,
        })
    }

    /// Looks up a decoded path.
    pub(crate) fn find(&self, path: &str) -> Found<'_> {
        if let Ok(found) = self.routes.at(path) {
            return Found::View(found.value);
        }
        match self.routes.at(&format!("{path}/")) {
            Ok(found) => Found::MissingSlash(found.value),
            Err(_) => Found::Nothing,
        }
    }

    /// Whether an answer outside of all routes is written as `tower` writes it.
    pub(crate) fn is_tower_path(&self, path: &str) -> bool {
        self.has_only_tower || tower::is_own_path(path)
    }
}

/// The path as it is matched, `None` if it is no text.
pub(crate) fn decode(path: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(path).decode_utf8().ok()
}
