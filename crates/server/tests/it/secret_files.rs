//! Secrets in files, and what is told of files that hold none.

use std::fs;
use std::process::Command;

use crate::sandbox::Sandbox;

/// To read it would be to wait for somebody who writes.
fn make_pipe(sandbox: &Sandbox) {
    let made = Command::new("mkfifo")
        .arg(sandbox.path().join("pipe"))
        .status();
    assert!(made.is_ok_and(|status| status.success()));
}

#[test]
fn each_way_in_which_a_file_holds_no_secret_is_one_line_with_key_path_and_remedy() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path().join("binary"), [0xff, 0xfe, 0, 1]).unwrap();
    fs::create_dir(sandbox.path().join("folder")).unwrap();
    sandbox.write("empty", "\n");
    sandbox.write("large", &"x".repeat(1024 * 1024 + 1));
    make_pipe(&sandbox);
    let cases = [
        (
            "missing",
            "does not exist: correct the path, or make the file",
        ),
        ("empty", "is empty: write the secret into it"),
        ("folder", "is a folder: name a file in it"),
        (
            "binary",
            "is not text: write the secret in letters and digits, as openssl rand -base64 48 does",
        ),
        ("/dev/zero", "is a pipe or a device: name a file"),
        ("pipe", "is a pipe or a device: name a file"),
        ("large", "has more than 1048576 bytes: name another file"),
    ];
    let keys = [
        "auth.jwt.signing_key",
        "auth.jwt.verifying_key",
        "database.url",
        "media.s3.access_key",
        "media.s3.secret_key",
    ];

    for key in keys {
        for (file, expected) in cases {
            let ended = sandbox.run(&["user", "list", "--set", &format!("{key}_file={file}")]);

            let line = format!("profiled: {key}_file in --set: {file} {expected}\n");
            assert_eq!((ended.code, ended.err), (Some(5), line));
        }
    }
}

#[test]
fn a_settings_file_that_is_none_is_refused_at_once() {
    let sandbox = Sandbox::new();
    make_pipe(&sandbox);
    sandbox.write("large", &"#".repeat(1024 * 1024 + 1));
    for (file, expected) in [
        ("/dev/zero", "is a pipe or a device: name a file"),
        ("pipe", "is a pipe or a device: name a file"),
        ("large", "has more than 1048576 bytes: name another file"),
    ] {
        let ended = sandbox.run(&["--config", file, "settings"]);

        let line = format!("profiled: {file} {expected}\n");
        assert_eq!((ended.code, ended.err), (Some(5), line));
    }
}

/// The path itself would be the secret, which others know.
#[test]
fn a_path_in_the_place_of_a_secret_is_refused() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("a-file-with-a-name-of-more-than-32-bytes", "secret");

    for key in [
        "auth.jwt.signing_key",
        "media.s3.secret_key",
        "database.url",
    ] {
        let ended = sandbox.run(&["user", "list", "--set", &format!("{key}={file}")]);

        assert_eq!(ended.code, Some(5));
        let line = format!("{key} in --set is the path of a file: name it in {key}_file\n");
        assert!(
            ended.err.starts_with(&format!("profiled: {line}")),
            "{}",
            ended.err
        );
    }
}

#[test]
fn a_wrong_secret_is_told_with_the_file_that_holds_it() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("short", "0123456789\n");

    let ended = sandbox.run(&[
        "serve",
        "--set",
        &format!("auth.jwt.signing_key_file={file}"),
    ]);

    let line = format!(
        "profiled: auth.jwt.signing_key in {file} has 10 bytes: use at least 32 random ones\n"
    );
    assert_eq!((ended.code, ended.err), (Some(5), line));
}

#[test]
fn a_database_password_that_is_not_escaped_is_refused_by_every_command_and_told_by_none() {
    let sandbox = Sandbox::new();
    for url in [
        "postgres://me:hun@ter2@db.example/x",
        "postgres://me:hun/ter2@db.example/x",
        "postgres://me:hun%ter2@db.example/x",
    ] {
        let setting = format!("database.url={url}");
        for command in ["serve", "check", "migrate", "purge", "settings"] {
            let ended = sandbox.run(&[command, "--set", &setting]);

            assert_eq!(ended.code, Some(5), "{command} {ended:?}");
            assert!(
                ended
                    .err
                    .starts_with("profiled: database.url in --set cannot be read: ")
                    && ended.err.contains("%40 for @"),
                "{command} {ended:?}"
            );
            let all = format!("{ended:?}");
            assert!(!all.contains("hun") && !all.contains("ter2"), "{all}");
        }
    }
}
