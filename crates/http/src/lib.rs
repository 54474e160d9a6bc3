//! The dialects over HTTP.
//!
//! A request meets the dispatcher first: host, route, and then the checks in the order of its dialect, which
//! `profiled-rest` makes. A dialect is a module of routes, views, wire structs and error texts; dialects never
//! import each other. What more than one of them does is in `flows`. This crate knows the domain and the
//! authenticators, but no database.

mod connections;
mod cors;
mod dispatch;
mod drf;
mod flows;
mod front;
mod health;
mod jwt;
mod media;
mod media_url;
mod oauth;
mod operations;
mod parts;
mod routes;
mod service;
mod settings;
mod tower;

use actix_web::web;

pub use connections::{Connections, Presence};
pub use media::{
    MediaSettings, MediaStorage, S3Settings, StorageError, StorageKind, SweepError, sweep,
};
pub use operations::{MetricsText, configure_operations};
pub use parts::Parts;
pub use profiled_rest::measure;
pub use profiled_rest::settings::{HttpSettings, IpNetOrAddr, TlsSettings};
pub use profiled_rest::wire::connection::{BodyLength, Connection};
pub use profiled_rest::wire::host_name::{can_match_a_host, is_authority};
pub use profiled_rest::{
    Access, Lane, LaneParts, Readiness, ReplicaLane, RouteEntry, ServiceParts,
};
pub use service::{AppState, BuildError};
pub use settings::{
    DialectSettings, DrfScheme, DrfSettings, GroupsRepresentation, JwtDialectSettings,
    LimitSettings, TowerSettings, TowerV2Settings,
};

/// Mounts the whole service: dialects, media files and health checks.
pub fn configure(state: web::Data<AppState>) -> impl FnOnce(&mut web::ServiceConfig) + Clone {
    move |config| {
        config
            .app_data(state.tower.clone())
            .app_data(state)
            .default_service(web::to(dispatch::dispatch));
    }
}
