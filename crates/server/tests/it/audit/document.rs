//! `docs/OPERATIONS.md` tells what the code writes.

use std::collections::BTreeSet;

use profiled_auth::audit::{Action, Reason};

const DOCUMENT: &str = include_str!("../../../../../docs/OPERATIONS.md");

/// First cells of a table.
fn words(table: &str) -> Vec<&'static str> {
    let (_, rest) = DOCUMENT.split_once(&format!("<!-- {table} -->\n")).unwrap();
    let (table, _) = rest
        .split_once(&format!("<!-- end of {table} -->"))
        .unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| row.split_once('`').unwrap().0).collect()
}

#[test]
fn the_document_lists_all_actions_and_reasons() {
    let actions: Vec<&str> = Action::ALL.iter().map(|action| action.as_str()).collect();
    let reasons: Vec<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();

    assert_eq!(words("audit actions"), actions);
    assert_eq!(words("audit reasons"), reasons);
}

/// The fields of lines, as far as a test has met them.
pub(super) fn assert_documented(trail: &[serde_json::Value]) {
    let documented: BTreeSet<&str> = words("audit fields").into_iter().collect();
    for line in trail {
        for name in line.as_object().unwrap().keys() {
            assert!(documented.contains(name.as_str()), "{name}: {line}");
        }
    }
}
