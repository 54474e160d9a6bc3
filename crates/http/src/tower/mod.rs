//! Dialect `tower`: the API of Ansible Tower 2.3 (contract `tower.md`).

mod authtoken;
mod body;
mod caller;
mod dialect;
mod empty_list;
mod error;
mod fields;
mod filter;
mod kind;
mod me;
mod mount;
mod object;
mod object_detail;
mod object_list;
mod object_routes;
mod options;
mod order;
mod paging;
mod parent;
mod roots;
mod session;
mod site;
mod write;

use std::sync::Arc;

use profiled_rest::{Dialect, Route};

use crate::parts::Parts;
use mount::{Mount, MountedView, view};

/// The dialect's routes.
pub(crate) fn routes(parts: &Parts) -> Vec<Route> {
    let mounts: &[Mount] = if parts.dialects.tower_v2.enabled {
        &[Mount::V1, Mount::V2]
    } else {
        &[Mount::V1]
    };
    let mut routes = Vec::new();
    for mount in mounts {
        let dialect: Arc<dyn Dialect> = Arc::new(dialect::Tower::new(parts, *mount));
        let mut add = |mount, views: Vec<MountedView>| {
            routes.extend(views.into_iter().map(|(pattern, view)| Route {
                mount,
                pattern,
                dialect: Arc::clone(&dialect),
                view,
            }));
        };
        add("/api/", outside(parts, *mount));
        add(mount.prefix(), below(parts, *mount));
    }
    routes
}

/// The views that a mount brings along and that are below none, by their paths below `/api/`.
fn outside(parts: &Parts, mount: Mount) -> Vec<MountedView> {
    let has_v2 = parts.dialects.tower_v2.enabled;
    match mount {
        Mount::V1 => vec![view("", roots::api(has_v2))],
        Mount::V2 => vec![
            view("login/", session::login(parts)),
            view("logout/", session::logout()),
        ],
    }
}

/// The views below a mount.
fn below(parts: &Parts, mount: Mount) -> Vec<MountedView> {
    let settings = &parts.dialects.tower;
    let mut views = vec![
        view("", roots::version(mount)),
        view("authtoken/", authtoken::view(settings, mount)),
        view("ping/", roots::ping(settings)),
        view("config/", roots::config(settings)),
        view("me/", me::view()),
    ];
    views.extend(object_routes::views());
    if mount == Mount::V2 {
        views.extend(empty_list::undescribed());
    }
    views
}

/// Whether a path without a route is one of this dialect: it names a version of the API somewhere, or the door
/// to its second mount, whether that is there or not.
pub(crate) fn is_own_path(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    parts
        .windows(2)
        .any(|pair| matches!(pair, ["api", "v1" | "v2" | "login" | "logout"]))
}
