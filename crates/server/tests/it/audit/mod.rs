//! The audit trail: which line each change leaves.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

mod changes;
mod commands;
mod document;
mod log_ins;
mod requests;
mod retention;
mod tokens;
mod writes;

use chrono::DateTime;
use serde_json::Value;

/// A line without what all lines have.
fn content(line: &Value) -> Value {
    let mut line = line.clone();
    let members = line.as_object_mut().unwrap();
    let time = members.remove("timestamp").unwrap();
    DateTime::parse_from_rfc3339(time.as_str().unwrap()).unwrap();
    assert_eq!(members.remove("level").unwrap(), "INFO");
    assert_eq!(members.remove("target").unwrap(), "audit");
    line
}

fn all_contents(lines: &[Value]) -> Vec<Value> {
    lines.iter().map(content).collect()
}

/// No line has one of these texts.
fn assert_absent(trail: &[Value], secrets: &[&str]) {
    for line in trail {
        let text = line.to_string();
        for secret in secrets {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}
