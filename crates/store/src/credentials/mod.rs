//! Whatever a user can be known by: opaque tokens, passwords, refresh tokens, subjects of foreign issuers.

mod bindings;
pub(crate) mod epoch;
mod issue;
mod refresh;
mod token_uses;
mod tokens;
