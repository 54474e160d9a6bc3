//! `config/base.toml` tells every key: the settings have the same ones, and the table of `docs/CONFIGURATION.md` is
//! made of it.

use std::collections::BTreeSet;
use std::fs;

use profiled::{Reference, Settings, Sources, reference};
use serde_json::Value;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CONFIGURATION.md");

fn table() -> String {
    let head = "| key | default | meaning | environment |\n|---|---|---|---|\n";
    let row = |known: &Reference| {
        let (key, default, meaning) = (&known.key, &known.default, &known.meaning);
        let variable = known.variable();
        format!("| `{key}` | `{default}` | {meaning} | `{variable}` |\n")
    };
    let rows = reference().iter().map(row);
    rows.fold(head.to_owned(), |table, row| table + &row)
}

fn leaves(prefix: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                leaves(&format!("{prefix}.{name}"), member, found);
            }
        }
        _ => {
            found.insert(prefix.trim_start_matches('.').to_owned());
        }
    }
}

#[test]
fn the_document_has_the_table_of_all_keys() {
    let (start, end) = ("<!-- keys -->\n\n", "\n<!-- end of keys -->");
    let document = fs::read_to_string(DOCUMENT).unwrap();
    let (before, rest) = document.split_once(start).unwrap();
    let (_, after) = rest.split_once(end).unwrap();

    let expected = [before, start, &table(), end, after].concat();

    if document != expected {
        fs::write(DOCUMENT, expected).unwrap();
        panic!("docs/CONFIGURATION.md was not up to date. It is now: commit it.");
    }
}

#[test]
fn every_key_has_a_meaning() {
    for known in reference() {
        assert!(known.meaning.ends_with('.'), "{known:?}");
    }
}

#[test]
fn the_keys_are_those_that_the_code_reads() {
    let settings = Settings::load(&Sources::default()).unwrap();
    let mut read = BTreeSet::new();

    leaves("", &serde_json::to_value(&settings).unwrap(), &mut read);

    let told: BTreeSet<String> = reference().iter().map(|known| known.key.clone()).collect();
    assert_eq!(read, told);
}

#[test]
fn the_defaults_hold_no_secret() {
    let secrets = [
        "auth.jwt.signing_key",
        "auth.jwt.signing_key_file",
        "database.url_file",
    ];

    for known in reference() {
        if secrets.contains(&known.key.as_str()) {
            assert_eq!(known.default, "\"\"", "{known:?}");
        }
    }
}
