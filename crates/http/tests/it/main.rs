//! The dialects in process, over the in-memory repositories.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod app;
mod bodies;
mod counted;
mod drf_me;
mod drf_tokens;
mod email_login;
mod errors;
mod front_door;
mod hashing_turns;
mod health;
mod jwt_profile;
mod lanes;
mod media;
mod openapi;
mod order;
mod page_alerts;
mod page_content;
mod page_forms;
mod page_sessions;
mod page_writes;
mod pages;
mod paths;
#[path = "../../../../tests/src/queries.rs"]
mod queries;
mod reference;
mod throttle;
mod tower_basic;
mod tower_directory;
mod tower_login;
mod tower_logout;
mod tower_queries;
mod tower_tokens;
mod tower_writes;
mod uploads;
