//! The three dialects over HTTP.
//!
//! A request meets the dispatcher first: host, route, and then the checks in the order of
//! its dialect. A dialect is a module of routes, views, wire structs and error texts; dialects never
//! import each other. This crate knows the domain and the authenticators, but no database.

mod accept;
mod audit;
mod authority;
mod conditional;
mod content;
mod dialect;
mod dispatch;
mod drf;
mod failure;
mod health;
mod host;
mod host_name;
mod json;
mod jwt;
mod login;
mod media;
mod media_url;
mod oauth;
mod page;
mod password_change;
mod pool;
mod profile_update;
mod query;
mod request_log;
mod response;
mod rest_framework;
mod router;
mod serializer;
mod settings;
mod state;
mod throttle;
mod timestamp;
mod token_issue;
mod token_uses;
mod tower;
mod view;

use actix_web::web;

pub use host_name::{is_allowable, is_authority};
pub use media::{
    MediaSettings, MediaStorage, S3Settings, StorageError, StorageKind, SweepError, sweep,
};
pub use settings::{
    DialectSettings, DrfScheme, DrfSettings, GroupsForm, HttpSettings, IpNetOrAddr,
    JwtDialectSettings, LimitSettings, TowerSettings, TowerV2Settings,
};
pub use state::{AppState, BuildError, Parts};

/// Mounts the whole service: dialects, media files and health checks.
pub fn configure(state: web::Data<AppState>) -> impl FnOnce(&mut web::ServiceConfig) + Clone {
    move |config| {
        config
            .app_data(state)
            .default_service(web::to(dispatch::dispatch));
    }
}
