//! Users: their accounts, their profiles, and lists of them.

mod accounts;
mod changes;
mod listing;
mod lists;
mod lookup;
mod repository;

pub(crate) use accounts::soft_delete;
pub use changes::AccountFlags;
pub(crate) use changes::insert_user;
pub use listing::{FormerNames, ListedUser, UserFilter};
pub(crate) use lookup::{addresses_of, lower};
