//! Dialect `tower`: the API of Ansible Tower 2.3 (contract `tower.md`).

mod authtoken;
mod body;
mod csrf;
mod details;
mod dialect;
mod directory;
mod empty;
mod error;
mod fields;
mod filter;
mod kind;
mod list;
mod lists;
mod logout;
mod me;
mod mount;
mod options;
mod order;
mod parent;
mod roots;
mod session;
mod viewer;
mod write;

use std::sync::Arc;

use crate::parts::Parts;
use mount::{Mount, below};
use profiled_rest::{Dialect, Route, View};

/// A view under its pattern.
type Place = (&'static str, Box<dyn View>);

/// The dialect's routes.
pub(crate) fn routes(parts: &Parts) -> Vec<Route> {
    let has_v2 = parts.dialects.tower_v2.enabled;
    let mounts = if has_v2 {
        [Mount::V1, Mount::V2].as_slice()
    } else {
        &[Mount::V1]
    };
    let mut routes = Vec::new();
    for mount in mounts {
        let dialect: Arc<dyn Dialect> = Arc::new(dialect::Tower::new(parts, *mount));
        let places = match mount {
            Mount::V1 => beside_v1(has_v2),
            Mount::V2 => beside_v2(),
        };
        let places = places.into_iter().chain(views(parts, *mount));
        routes.extend(places.map(|(pattern, view)| Route {
            pattern,
            dialect: Arc::clone(&dialect),
            view,
        }));
    }
    routes
}

/// What both mounts have.
fn views(parts: &Parts, mount: Mount) -> Vec<Place> {
    let settings = &parts.dialects.tower;
    let mut places: Vec<Place> = vec![
        (below!(mount, ""), Box::new(roots::Version(mount))),
        (
            below!(mount, "authtoken/"),
            Box::new(authtoken::AuthToken::new(settings, mount)),
        ),
        (below!(mount, "ping/"), Box::new(roots::Ping::new(settings))),
        (
            below!(mount, "config/"),
            Box::new(roots::Config::new(settings)),
        ),
        (below!(mount, "me/"), Box::new(me::Me)),
    ];
    places.extend(directory::views(mount));
    places
}

fn beside_v1(has_v2: bool) -> Vec<Place> {
    vec![("/api/", Box::new(roots::Api { has_v2 }))]
}

/// What only the clients of the second mount ask for.
fn beside_v2() -> Vec<Place> {
    let mut places = empty::undescribed();
    places.push(("/api/login/", Box::new(session::Login::new())));
    places.push(("/api/logout/", Box::new(logout::Logout)));
    places
}

/// Whether a path without a route is one of this dialect: it names a version of the API somewhere, or the door
/// to its second mount, whether that is there or not.
pub(crate) fn is_own_path(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    parts
        .windows(2)
        .any(|pair| matches!(pair, ["api", "v1" | "v2" | "login" | "logout"]))
}
