//! The harness of the black-box tests: the replay of recorded cases.

pub mod replay;

use std::path::PathBuf;

/// A file or folder of `tests/contract`.
#[must_use]
pub fn contract(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("contract")
        .join(name)
}
