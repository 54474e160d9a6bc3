//! Authentication over a database.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod basic;
mod best_practices;
mod chain;
mod corpus;
mod elsewhere;
mod fuzzed;
mod header;
mod issuers;
mod jwt;
mod keys;
mod knox;
mod login;
mod look_up;
mod naming;
mod password;
mod password_rules;
mod people;
mod recorded;
mod recorded_tokens;
mod revocation;
mod session;
mod signing;
mod test_store;
mod throttle;
mod token;
