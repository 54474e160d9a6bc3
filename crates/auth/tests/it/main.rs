//! Authentication over the in-memory repositories.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod basic;
mod chain;
mod header;
mod jwt;
mod login;
mod password;
mod password_rules;
mod people;
mod recorded;
mod throttle;
mod token;
