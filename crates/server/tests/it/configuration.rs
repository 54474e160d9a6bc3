//! `config/base.toml` tells every key: the settings have the same ones, and the table of `docs/CONFIGURATION.md` is
//! made of it.

use std::collections::BTreeSet;
use std::fs;

use profiled::{Settings, Sources};
use serde_json::Value;

const BASE: &str = include_str!("../../../../config/base.toml");
const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CONFIGURATION.md");

/// A key of `config/base.toml` with its default and the comment before it.
struct Key {
    name: String,
    default: String,
    meaning: String,
}

fn keys() -> Vec<Key> {
    let (mut section, mut comment, mut keys) = (String::new(), Vec::new(), Vec::new());
    for line in BASE.lines() {
        if let Some(text) = line.strip_prefix("# ") {
            comment.push(text);
        } else if let Some(name) = line.strip_prefix('[') {
            section = format!("{}.", name.trim_end_matches(']'));
        } else if let Some((name, default)) = line.split_once(" = ") {
            keys.push(Key {
                name: format!("{section}{name}"),
                default: default.to_owned(),
                meaning: comment.join(" "),
            });
            comment.clear();
        } else {
            comment.clear();
        }
    }
    keys
}

fn table() -> String {
    let head = "| key | default | meaning | environment |\n|---|---|---|---|\n";
    let row = |key: Key| {
        let variable = key.name.to_uppercase().replace('.', "__");
        let Key {
            name,
            default,
            meaning,
        } = key;
        format!("| `{name}` | `{default}` | {meaning} | `PROFILED__{variable}` |\n")
    };
    keys()
        .into_iter()
        .map(row)
        .fold(head.to_owned(), |table, row| table + &row)
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
    for key in keys() {
        assert!(
            key.meaning.ends_with('.'),
            "{}: {:?}",
            key.name,
            key.meaning
        );
    }
}

#[test]
fn the_keys_are_those_that_the_code_reads() {
    let settings = Settings::load(&Sources::default()).unwrap();
    let mut read = BTreeSet::new();

    leaves("", &serde_json::to_value(&settings).unwrap(), &mut read);

    let told: BTreeSet<String> = keys().into_iter().map(|key| key.name).collect();
    assert_eq!(read, told);
}

#[test]
fn the_defaults_hold_no_secret() {
    let secrets = [
        "auth.jwt.signing_key",
        "auth.jwt.signing_key_file",
        "database.url_file",
    ];

    for key in keys()
        .iter()
        .filter(|key| secrets.contains(&key.name.as_str()))
    {
        assert_eq!(key.default, "\"\"", "{}", key.name);
    }
}
