//! Tests that lack something.

use std::fs::OpenOptions;
use std::io::Write;

/// Tells that a test is skipped for a reason, on standard error and in the file that `TEST_SKIP_LOG`
/// names.
///
/// # Panics
/// If the variable `required` is 1: then nothing may be missing.
pub fn skip(test: &str, reason: &str, required: &str) {
    assert!(
        variable(required).as_deref() != Some("1"),
        "{test}: {reason}, and {required} is 1"
    );
    let line = format!("skipped: {test}: {reason}\n");
    eprint!("{line}");
    if let Some(log) = variable("TEST_SKIP_LOG")
        && let Ok(mut log) = OpenOptions::new().create(true).append(true).open(log)
    {
        // The line on standard error has told it.
        let _ = log.write_all(line.as_bytes());
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are told by their environment"
)]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
