//! What is stored is the owner's alone, and gone when it is erased.

#![expect(
    clippy::unwrap_used,
    reason = "a file that is not there has failed the test"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::sandbox::Sandbox;

/// All files and folders from this one on.
fn all(place: &Path) -> Vec<PathBuf> {
    let mut found = vec![place.to_owned()];
    if place.is_dir() {
        for entry in fs::read_dir(place).unwrap() {
            found.extend(all(&entry.unwrap().path()));
        }
    }
    found
}

fn mode(place: &Path) -> u32 {
    fs::metadata(place).unwrap().permissions().mode() & 0o7777
}

fn set_mode(place: &Path, mode: u32) {
    fs::set_permissions(place, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn created_files_are_private_under_any_umask() {
    for umask in ["000", "022", "077"] {
        let mut sandbox = Sandbox::new();
        sandbox.set_umask(umask);
        let keys = "auth.jwt.keys_dir={data_dir}/deep/keys";
        let service = sandbox.start(&["quickstart"]);
        sandbox.done(&["--set", keys, "keys", "generate", "--algorithm", "ES256"]);
        let data = sandbox.path().join("data");

        let places = all(&data);

        for name in ["", "-wal", "-shm"] {
            let file = data.join(format!("profiled.sqlite3{name}"));
            assert!(places.contains(&file), "{places:?}");
        }
        for name in ["signing.key", "media", "deep/keys"] {
            assert!(places.contains(&data.join(name)), "{places:?}");
        }
        for place in places {
            let wanted = if place.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode(&place), wanted, "{umask} {}", place.display());
        }
        drop(service);
        sandbox.done(&["check"]);
    }
}

#[test]
fn a_database_elsewhere_is_private_too() {
    let mut sandbox = Sandbox::new();
    sandbox.set_umask("000");
    fs::create_dir(sandbox.path().join("real")).unwrap();
    let link = sandbox.path().join("linked.sqlite3");
    std::os::unix::fs::symlink("real/people.sqlite3", &link).unwrap();

    for (url, file) in [
        (
            "sqlite://new/folder/people.sqlite3",
            "new/folder/people.sqlite3",
        ),
        ("sqlite://people.sqlite3", "people.sqlite3"),
        ("sqlite://linked.sqlite3", "real/people.sqlite3"),
    ] {
        sandbox.done(&["--set", &format!("database.url={url}"), "migrate"]);

        assert_eq!(mode(&sandbox.path().join(file)), 0o600, "{url}");
    }
    assert_eq!(mode(&sandbox.path().join("new/folder")), 0o700);
    assert_eq!(mode(&sandbox.path().join("new")), 0o700);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn check_lists_files_readable_by_others_and_changes_nothing() {
    let sandbox = Sandbox::migrated();
    let data = sandbox.path().join("data");
    let database = data.join("profiled.sqlite3");
    sandbox.done(&["check"]);
    let cases = [
        (&database, 0o644, 0o600, "./data/profiled.sqlite3"),
        (&database, 0o660, 0o600, "./data/profiled.sqlite3"),
        (&data, 0o755, 0o700, "./data"),
        (&data, 0o701, 0o700, "./data"),
    ];

    for (place, open, closed, name) in cases {
        set_mode(place, open);
        let ended = sandbox.run(&["--json", "check"]);
        let report: Value = serde_json::from_str(&ended.out).unwrap();

        let finding =
            format!("{name} is open to others (mode {open:04o}): chmod {closed:o} {name}");
        // The log and its index have the mode of the database.
        assert_eq!(report["findings"][0]["text"], finding.as_str());
        assert!(
            ended.err.starts_with(&format!("profiled: {finding}")),
            "{}",
            ended.err
        );
        assert_eq!(ended.code, Some(1));
        assert_eq!(mode(place), open);
        set_mode(place, closed);
        for file in all(&data).iter().filter(|file| file.is_file()) {
            set_mode(file, 0o600);
        }
    }
    sandbox.done(&["check"]);
}

#[test]
fn server_logs_files_readable_by_others_and_serves() {
    let sandbox = Sandbox::migrated();
    set_mode(&sandbox.path().join("data/profiled.sqlite3"), 0o644);

    let mut service = sandbox.start(&["serve"]);

    let line = service.log_line("is open to others");
    assert!(line.contains("chmod 600 ./data/profiled.sqlite3"), "{line}");
    assert_eq!(service.send("GET", "/ready", "").0, 200);
}

/// Names in the files of the database that hold a text.
fn holders(sandbox: &Sandbox, text: &str) -> Vec<PathBuf> {
    let files = all(&sandbox.path().join("data")).into_iter();
    let holds = |file: &PathBuf| {
        let bytes = fs::read(file).unwrap_or_default();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    };
    files.filter(holds).collect()
}

#[test]
fn erased_account_is_in_no_file_of_a_running_server() {
    let sandbox = Sandbox::migrated();
    let service = sandbox.start(&["serve", "--set", "accounts.purge_interval=0"]);
    let marks = [
        "markname",
        "mark@erased.example",
        "0912marked0",
        "Markgiven",
    ];
    for name in ["before", "after"] {
        sandbox.done(&["user", "create", "--username", name]);
    }
    sandbox.done(&[
        "user",
        "create",
        "--username",
        marks[0],
        "--email",
        marks[1],
    ]);
    sandbox.done(&[
        "user",
        "set",
        marks[0],
        "--first-name",
        marks[3],
        "--number-phone",
        "0912marked",
    ]);
    sandbox.done(&["org", "create", "Org"]);
    sandbox.done(&["org", "add", "Org", marks[0]]);
    let key = sandbox.done(&["token", "create", marks[0], "--label", "marked label"]);
    let token = format!("Token {}", key.trim_end());
    assert_eq!(service.send("GET", "/api/v1/me/", &token).0, 200);
    // Earlier values are traces, too.
    sandbox.done(&["user", "set", marks[0], "--email", "second@erased.example"]);
    assert!(!holders(&sandbox, "second@erased.example").is_empty());

    sandbox.done(&["user", "delete", marks[0], "--yes"]);
    let purged = sandbox.json(&["--set", "accounts.deletion_grace=0", "purge", "--yes"]);

    assert_eq!(
        (&purged["accounts"], &purged["log_is_busy"]),
        (&1.into(), &false.into())
    );
    for text in [
        marks[0],
        "erased.example",
        "0912marked",
        marks[3],
        "marked label",
    ] {
        assert_eq!(holders(&sandbox, text), Vec::<PathBuf>::new(), "{text}");
    }
    assert!(!holders(&sandbox, "before").is_empty());
    assert_eq!(service.send("GET", "/ready", "").0, 200);
}
