//! The framework that dialects are made with: wire formats, the checks of a request in their order, answers
//! and pages.
//!
//! It knows no dialect, no route and no rule about users: those are in `profiled-http`, one floor above.
//! Inside, [`error`] is the ground floor, [`wire`] (bytes and headers) stands on it, the framework on both, and
//! [`openapi`], which describes views, on the framework.

pub mod error;
mod framework;
pub mod openapi;
pub mod settings;
pub mod wire;

pub use framework::*;

/// The examples of README.md.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
