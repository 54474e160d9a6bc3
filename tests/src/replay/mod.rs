//! Sends recorded requests and compares the answers, by the rules of `contract/cases/README.md` and
//! of contract `tower.md`, section 17.

pub mod case;
mod compare;
#[cfg(test)]
mod echo;
mod exchange;
mod expected;
pub(crate) mod options;
mod ordered;
mod page;
pub mod plan;
mod rules;
pub mod runner;
#[cfg(test)]
mod selftest;
mod template;
mod tokens;
pub mod wire;

pub use options::settings;
pub use tokens::Secrets;
