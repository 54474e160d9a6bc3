//! Values that tests store, and what they find of them.

#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a test may panic"
)]

pub mod directory;
pub mod holders;
pub mod people;
