//! The dialects in process, over the in-memory repositories.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod app;
mod drf_me;
mod drf_tokens;
mod errors;
mod health;
mod jwt_profile;
mod media;
mod order;
mod page_forms;
mod pages;
mod paths;
mod throttle;
mod tower_login;
mod tower_tokens;
mod tower_writes;
mod uploads;
