//! Dialect `tower`: the API of Ansible Tower 2.3 (contract `tower.md`).

mod body;
mod dialect;
mod error;
mod fields;
mod filter;
mod list;
mod me;
mod mount;
mod options;
mod order;
mod roots;
mod viewer;
mod write;

use std::sync::Arc;

use crate::dialect::Dialect;
use crate::router::Route;
use crate::state::Parts;
use crate::view::View;

/// The dialect's routes.
pub(crate) fn routes(parts: &Parts) -> Vec<Route> {
    let dialect: Arc<dyn Dialect> = Arc::new(dialect::Tower::new(parts));
    let settings = &parts.dialects.tower;
    let views: [(&'static str, Box<dyn View>); 5] = [
        ("/api/", Box::new(roots::Api)),
        ("/api/v1/", Box::new(roots::Version1)),
        ("/api/v1/ping/", Box::new(roots::Ping::new(settings))),
        ("/api/v1/config/", Box::new(roots::Config::new(settings))),
        ("/api/v1/me/", Box::new(me::Me::new(settings))),
    ];
    let route = |(pattern, view)| Route {
        pattern,
        dialect: Arc::clone(&dialect),
        view,
    };
    views.into_iter().map(route).collect()
}

/// Whether a path without a route is one of this dialect: it names a version of the API somewhere.
pub(crate) fn is_own_path(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    parts
        .windows(2)
        .any(|pair| matches!(pair, ["api", "v1" | "v2"]))
}
