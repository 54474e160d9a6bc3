//! What is wrong with a value.

/// A key, and what is wrong with its value.
pub(super) struct Finding(pub(super) &'static str, pub(super) String);

/// Those that there are.
pub(super) fn some(findings: impl IntoIterator<Item = Option<Finding>>) -> Vec<Finding> {
    findings.into_iter().flatten().collect()
}
