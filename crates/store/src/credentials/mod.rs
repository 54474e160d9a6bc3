//! Whatever a user can be known by: opaque tokens, passwords, refresh tokens, subjects of foreign issuers.

mod bindings;
mod epoch;
mod passwords;
mod refresh;
mod token_uses;
mod tokens;

pub(crate) use epoch::{revoke_all, set_password};
pub(crate) use refresh::blacklist;
pub(crate) use tokens::insert_tokens;
