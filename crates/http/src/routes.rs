//! The one list of all routes: those of the dialects that are switched on.

use std::sync::Arc;

use profiled_rest::wire::json_writer::Style;
use profiled_rest::{Route, RouteConflict, Router};

use crate::media::Media;
use crate::parts::Parts;
use crate::{drf, front, jwt, oauth, tower};

pub(crate) fn router(parts: &Parts, media: &Arc<Media>) -> Result<Router, RouteConflict> {
    let dialects = &parts.dialects;
    let mut all: Vec<Route> = Vec::new();
    if dialects.drf.enabled {
        all.extend(drf::routes(parts, media));
    }
    if dialects.jwt.enabled {
        all.extend(jwt::routes(parts, media));
    }
    if dialects.tower.enabled {
        all.extend(tower::routes(parts));
    }
    all.extend(oauth::routes(parts));
    all.extend(front::routes(parts, &all));
    let has_tower = dialects.tower.enabled;
    let is_only_tower = !dialects.drf.enabled && !dialects.jwt.enabled;
    Router::new(all, move |path| {
        if has_tower && (is_only_tower || tower::is_own_path(path)) {
            Style::Spaced
        } else {
            Style::Compact
        }
    })
}
