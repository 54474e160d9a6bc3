//! Users: their accounts, their profiles, and lists of them.

pub(crate) mod accounts;
mod lists;
pub(crate) mod repository;
