//! The service as its clients see it: over TCP, on both databases.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

mod attacks;
mod browser;
mod conditional;
mod databases;
mod documents;
mod drf;
mod groups;
mod jwt;
mod lifecycle;
mod pages;
mod passwords;
mod summary;
mod three_views;
mod throttle;
mod tokens;
mod tower;
mod walk;
