//! `profiled export django`: the files and forms that it writes.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::{Value, json};

use crate::dump::{dump, group, user};
use crate::export_django::export;
use crate::import_django::{import, tally};
use crate::sandbox::Sandbox;

/// Texts that a form may take for something else.
const TEXTS: [&str; 9] = [
    "quo\"te \\ <b>&amp;</b> ]]> {a: b} # no: yes",
    "\u{7f}\u{85}\u{9f}\u{a0}\u{2028}\u{2029}\u{feff}",
    "\u{1f600} گروه",
    "two\nlines\r\nand a\ttab",
    "null",
    "007",
    "2025-01-01T00:00:00+00:00",
    "- *a &b !c",
    "True",
];

fn with_texts(sandbox: &Sandbox) {
    let users = (1..).zip(TEXTS);
    let mut records: Vec<Value> = users
        .map(|(id, text)| {
            user(
                id,
                &json!({"first_name": text, "last_name": null, "groups": [1]}),
            )
        })
        .collect();
    records.insert(0, group(1, TEXTS[0]));
    import(sandbox, &dump(&records));
}

#[test]
fn texts_survive_every_form() {
    Sandbox::on_each_database("texts_survive_every_form", |sandbox| {
        with_texts(sandbox);
        let count = i64::try_from(TEXTS.len()).unwrap();

        for form in ["json", "jsonl", "yaml", "xml"] {
            let output = format!("out.{form}");
            sandbox.done(&["export", "django", "--strict", "--output", &output]);
            let by_option = sandbox.done(&["export", "django", "--format", form]);
            let again = sandbox.json(&["import", "django", &output]);

            assert_eq!(
                fs::read_to_string(sandbox.path().join(&output)).unwrap(),
                by_option
            );
            assert_eq!(tally(&again, "users"), [0, 0, count, 0], "{form}");
            assert_eq!(tally(&again, "groups"), [0, 0, 1, 0], "{form}");
            assert_eq!(tally(&again, "memberships"), [0, 0, count, 0], "{form}");
        }
    });
}

#[test]
fn empty_database_is_an_empty_dump() {
    let sandbox = Sandbox::migrated();
    let head = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<django-objects version=\"1.0\">\n";
    let xml = format!("{head}</django-objects>\n");

    for (form, expected) in [
        ("json", "[]\n"),
        ("jsonl", ""),
        ("yaml", "[]\n"),
        ("xml", &xml),
    ] {
        assert_eq!(
            sandbox.done(&["export", "django", "--format", form]),
            expected
        );
    }
}

#[test]
fn character_that_xml_cannot_hold_ends_the_export_and_leaves_nothing() {
    let sandbox = Sandbox::migrated();
    let names = ["plain", "\u{1}"].map(|name| json!({"first_name": name}));
    import(&sandbox, &dump(&[user(1, &names[0]), user(2, &names[1])]));
    let text = "profiled: first_name of accounts.user 2 has a character that XML cannot hold: use another --format\n";

    for options in [&["--format", "xml"][..], &["--output", "dump.xml"]] {
        let ended = sandbox.run(&[&["export", "django"], options].concat());
        assert_eq!((ended.code, &*ended.out, &*ended.err), (Some(1), "", text));
    }

    let mut files: Vec<_> = fs::read_dir(sandbox.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    files.sort();
    assert_eq!(files, ["data", "dump.json"]);
}

#[test]
fn white_space_that_xml_readers_drop_and_long_texts_are_warned_of() {
    let sandbox = Sandbox::migrated();
    import(
        &sandbox,
        &dump(&[user(
            1,
            &json!({"first_name": " Ada", "last_name": "x".repeat(151)}),
        )]),
    );

    let [json, xml] =
        ["json", "xml"].map(|form| sandbox.run(&["export", "django", "--format", form]).err);

    let long = "warning: accounts.user 1: last_name has more than the 150 characters of Django's own column\n";
    let blank = "warning: accounts.user 1: first_name begins or ends with white space, which Django's reader of XML drops\n";
    assert!(json.contains(long) && xml.contains(long), "{xml}");
    assert!(xml.contains(blank) && !json.contains(blank), "{xml}");
}

#[test]
fn file_is_private_and_replaced_only_if_that_is_wanted() {
    let mut sandbox = Sandbox::migrated();
    sandbox.set_umask("000");
    let file = sandbox.path().join("dump.json");
    let arguments = ["export", "django", "--output", "dump.json"];

    sandbox.done(&arguments);
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    fs::write(&file, "mine").unwrap();
    let refused = sandbox.run(&arguments);
    let kept = fs::read_to_string(&file).unwrap();
    sandbox.done(&[&arguments[..], &["--yes"]].concat());

    assert_eq!(mode & 0o777, 0o600);
    assert_eq!((refused.code, &*kept), (Some(3), "mine"));
    assert_eq!(
        refused.err,
        "profiled: dump.json exists: add --yes to replace it\n"
    );
    assert_eq!(fs::read_to_string(&file).unwrap(), "[]\n");
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn file_that_cannot_be_written_is_told() {
    let sandbox = Sandbox::migrated();
    symlink("/dev/null", sandbox.path().join("null.json")).unwrap();

    let folder = sandbox.run(&["export", "django", "--output", "data", "--yes"]);
    let device = sandbox.run(&["export", "django", "--output", "null.json", "--yes"]);
    let nowhere = sandbox.run(&["export", "django", "--output", "no/dump.json"]);

    let told = (folder.code, "profiled: data is no file: name a file\n");
    assert_eq!((folder.code, &*folder.err), (Some(2), told.1));
    assert_eq!(device.code, Some(2), "{}", device.err);
    assert_eq!(nowhere.code, Some(1));
    assert!(
        nowhere.err.contains("no/dump.json: No such file"),
        "{}",
        nowhere.err
    );
}

#[test]
fn report_goes_where_the_dump_does_not() {
    let sandbox = Sandbox::migrated();
    import(&sandbox, &dump(&[user(1, &json!({}))]));

    let to_output = sandbox.run(&["--json", "export", "django"]);
    let to_file = sandbox.run(&["--json", "export", "django", "--output", "a.json"]);
    let for_people = sandbox.run(&["export", "django", "--output", "b.json"]);

    let records: Vec<Value> = serde_json::from_str(&to_output.out).unwrap();
    assert_eq!(records, export(&sandbox, &[]));
    let [beside, alone]: [Value; 2] =
        [&to_output.err, &to_file.out].map(|text| serde_json::from_str(text).unwrap());
    assert_eq!(beside, alone);
    assert_eq!(alone["users"], 1);
    assert_eq!((&*for_people.out, to_file.err.as_str()), ("", ""));
    assert!(
        for_people
            .err
            .starts_with("users: 1 of accounts.user, 0 skipped\n"),
        "{}",
        for_people.err
    );
}
