//! Which statements stay prepared.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

/// Statements that differ in more than their values. A connection keeps what it has prepared for as long
/// as it lives, and clients may ask for any number of combinations.
const MOST: usize = 256;

/// The first statements that were run.
#[derive(Debug, Default)]
pub(crate) struct PreparedStatements(Mutex<HashSet<u64>>);

impl PreparedStatements {
    /// Whether the statement stays prepared.
    pub(crate) fn keeps(&self, shape: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        shape.hash(&mut hasher);
        let shape = hasher.finish();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.contains(&shape) || known.len() < MOST && known.insert(shape)
    }
}
