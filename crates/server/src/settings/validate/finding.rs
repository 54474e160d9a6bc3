//! What is wrong with a value.

/// A key, and what is wrong with its value.
pub(super) struct Finding(pub(super) &'static str, pub(super) String);
