//! `profiled import django` reads dumps of a real Django in every form (`tests/dumps/record.py`).

use std::fs;
use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::sandbox::Sandbox;

const FORMS: [&str; 4] = ["json", "jsonl", "yaml", "xml"];

fn recorded(name: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dumps");
    file.join(name).display().to_string()
}

/// What the database has after an import.
fn users(sandbox: &Sandbox) -> Value {
    sandbox.json(&["user", "list"])
}

/// How many rows of each kind had an outcome.
fn counts(report: &Value, outcome: &str) -> [i64; 4] {
    let count = |kind| report.pointer(&format!("/{kind}/{outcome}"))?.as_i64();
    ["users", "groups", "memberships", "tokens"].map(|kind| count(kind).unwrap_or(-1))
}

#[test]
fn a_dump_is_the_same_import_in_every_form() {
    for keys in ["plain", "natural"] {
        Sandbox::on_each_database("forms", |sandbox| {
            let first = recorded(&format!("{keys}.json"));
            let report = sandbox.json(&["import", "django", &first]);
            let imported = users(sandbox);
            assert!(imported.as_array().is_some_and(|users| users.len() > 10));
            assert_eq!(report["skipped"], json!([]));

            for form in FORMS {
                let name = recorded(&format!("{keys}.{form}"));
                let again = sandbox.json(&["import", "django", &name]);

                let created = counts(&report, "created");
                assert_eq!(counts(&again, "unchanged"), created, "{name}");
                assert_eq!(users(sandbox), imported, "{name}");
            }
        });
    }
}

#[test]
fn a_compressed_dump_is_recognised_by_its_content_from_a_file_and_from_standard_input() {
    let sandbox = Sandbox::migrated();
    let report = sandbox.json(&["import", "django", &recorded("plain.json")]);
    let created = counts(&report, "created");

    for form in FORMS {
        for suffix in ["gz", "bz2", "xz", "lzma", "zst"] {
            let name = recorded(&format!("plain.{form}.{suffix}"));
            let misnamed = sandbox.path().join("dump.txt");
            fs::copy(&name, &misnamed).unwrap();
            let mut command = sandbox.command(&["--json", "import", "django", "-"]);
            let input = fs::File::open(&name).unwrap();

            let file = sandbox.json(&["import", "django", &misnamed.display().to_string()]);
            let piped = command.stdin(Stdio::from(input)).output().unwrap();

            let piped: Value = serde_json::from_slice(&piped.stdout).unwrap();
            for again in [file, piped] {
                assert_eq!(counts(&again, "unchanged"), created, "{name}");
            }
        }
    }
}

#[test]
fn bad_input_is_refused_with_file_line_and_reason_and_nothing_is_imported() {
    let sandbox = Sandbox::migrated();
    let record = "- model: accounts.user\n  fields: {username: a, password: ";
    let xml = "<django-objects>\n<object model=\"accounts.user\">\n<field name=\"x\">";
    let cases: [(String, &str); 7] = [
        (
            format!("{record}!!python/name:os.system x}}\n"),
            ", line 2: YAML tags are refused: tag:yaml.org,2002:python/name:os.system",
        ),
        (
            format!("{record}&a x, last_name: *a}}\n"),
            ", line 2: YAML anchors are refused",
        ),
        (
            format!("<!DOCTYPE x [<!ENTITY a \"b\">]>\n{xml}"),
            ", line 1: XML document types (DTD) are refused",
        ),
        (
            format!("{xml}&a;</field></object></django-objects>"),
            ", line 3: XML entities are refused: &a;",
        ),
        (
            "{\"model\":\"a.b\",\"fields\":{\"x\":1,\"x\":2}}".to_owned(),
            ", line 1, column 37: \"x\" is given twice in one object",
        ),
        (
            "PK\u{3}\u{4}".to_owned(),
            ": the file is a zip archive: unpack it first",
        ),
        (
            "users".to_owned(),
            ", line 1: this is neither JSON, JSON Lines, YAML nor XML",
        ),
    ];
    for (text, expected) in cases {
        let file = sandbox.write("dump", &text);

        let ended = sandbox.run(&["import", "django", &recorded("plain.xml.gz"), &file]);

        let told = format!("profiled: {file}{expected}; nothing is imported\n");
        assert_eq!((ended.code, ended.err), (Some(1), told));
        assert_eq!(users(&sandbox), json!([]));
    }
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    let sandbox = Sandbox::migrated();
    let folder = sandbox.path().display().to_string();
    let missing = format!("{folder}/missing.json");

    for (file, reason) in [
        (missing, "No such file or directory (os error 2)"),
        (folder, "Is a directory (os error 21)"),
    ] {
        let ended = sandbox.run(&["import", "django", &file]);

        let told = format!("profiled: {file}: {reason}; nothing is imported\n");
        assert_eq!((ended.code, ended.err), (Some(1), told));
    }
}
