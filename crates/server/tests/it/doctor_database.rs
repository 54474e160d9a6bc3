//! What stands in the way of serving and is seen before: rights, places and files that are not ours.

use std::fs;

use profiled_store::testing::TestDatabase;

use crate::sandbox::Sandbox;

/// The one error that the examination tells, whatever else it finds.
fn error(sandbox: &Sandbox, arguments: &[&str], begin: &str) -> String {
    let errors = sandbox.findings(arguments, "error");
    let mut fitting = errors.iter().filter(|error| error.starts_with(begin));
    let found = fitting.next().cloned();
    found.unwrap_or_else(|| panic!("{begin}: {errors:?}"))
}

#[test]
fn rights_that_the_service_lacks_are_told_with_their_tables() {
    let test = "doctor_database::rights_that_the_service_lacks_are_told_with_their_tables";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    let role = format!("profiled_reader_{}", std::process::id());
    let (scheme, rest) = database.url().split_once("://").unwrap();
    let place = rest.split_once('@').map_or(rest, |(_, place)| place);
    let url = format!("database.url={scheme}://{role}:secret@{place}");
    let make = format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'secret'; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};"
    );
    database.execute(&make).unwrap();
    let sandbox = Sandbox::new();
    let arguments = ["--set", &url];
    let begin = "database.url in --set: the role of the service may not read and change ";

    let fine = sandbox.findings(&arguments, "error");
    let less = format!("REVOKE INSERT ON users FROM {role}; REVOKE SELECT ON tokens FROM {role}");
    database.execute(&less).unwrap();
    let lacking = error(&sandbox, &arguments, begin);
    let none = format!("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}");
    database.execute(&none).unwrap();
    let unread = sandbox.run(&[&["user", "list"], &arguments[..]].concat());
    let gone = format!("DROP OWNED BY {role}; DROP ROLE {role};");
    database.execute(&gone).unwrap();

    assert!(fine.is_empty(), "{fine:?}");
    assert!(lacking.contains(" users, tokens, or there"), "{lacking}");
    assert!(lacking.contains("GRANT SELECT, INSERT"), "{lacking}");
    assert!(unread.err.contains("database.url in --set: "), "{unread:?}");
    assert!(unread.err.contains("roles.sql"), "{unread:?}");
}

#[test]
fn a_server_that_takes_no_changes_is_warned_of() {
    let test = "doctor_database::a_server_that_takes_no_changes_is_warned_of";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    let url = database.url().trim_end_matches('?');
    let sign = if url.contains('?') { '&' } else { '?' };
    let url = format!("database.url={url}{sign}options=-cdefault_transaction_read_only%3Don");

    let warnings = Sandbox::new().findings(&["--set", &url], "warning");

    let begin = "database.url in --set is read-only";
    let is_told = warnings.iter().any(|warning| warning.starts_with(begin));
    assert!(is_told, "{warnings:?}");
}

#[test]
fn a_file_of_another_program_is_refused_by_check_and_serve() {
    let database = TestDatabase::sqlite().unwrap();
    let forget = "DROP TABLE __diesel_schema_migrations";
    database.execute(forget).unwrap();
    let sandbox = Sandbox::new();
    let url = format!("database.url={}", database.url());

    let found = error(&sandbox, &["--set", &url], "database.url in --set: ");
    let served = sandbox.run(&["serve", "--set", &url]);

    assert!(found.contains("has tables of another program"), "{found}");
    assert_eq!(served.code, Some(5), "{served:?}");
    assert!(served.err.contains(&found), "{served:?}");
}

#[test]
fn a_made_key_that_cannot_be_read_is_an_error() {
    let sandbox = Sandbox::migrated();
    fs::create_dir(sandbox.path().join("data/signing.key")).unwrap();

    let found = error(&sandbox, &[], "data_dir: ");

    assert!(
        found.contains("signing.key cannot be made or read"),
        "{found}"
    );
}

#[test]
fn a_place_that_holds_no_folder_is_told_with_its_setting() {
    let sandbox = Sandbox::new();
    let arguments = ["--set", "data_dir=/proc/nope"];

    let found = error(&sandbox, &arguments, "data_dir in --set: /proc/nope");
    let migrated = sandbox.run(&[&["migrate"], &arguments[..]].concat());

    assert!(
        found.contains("cannot be made, since /proc cannot be written"),
        "{found}"
    );
    assert_eq!(migrated.code, Some(5), "{migrated:?}");
    assert!(
        migrated.err.contains("name another data_dir"),
        "{migrated:?}"
    );
    sandbox.write("file", "");
    let other = sandbox.findings(&["--set", "data_dir=file"], "error");
    assert!(
        !other.iter().any(|text| text.contains("chmod")),
        "{other:?}"
    );
}

#[test]
fn a_url_that_says_nothing_is_a_setting_and_its_password_is_not_told() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("url", "postgres://me@127.0.0.1:1/x\npassword: hunter2\n");

    for (set, code) in [
        ("database.url=postgres://me:hun hunter2@127.0.0.1:1/x", 5),
        (
            "database.url=postgres://127.0.0.1:1/x?password=a hunter2",
            5,
        ),
        ("database.url=postgres://127.0.0.1:99999/x", 5),
        ("database.url=postgres://127.0.0.1:1/x?sslmode=sometimes", 5),
        (
            "database.url=postgres://127.0.0.1:1/x?password=a=hunter2",
            5,
        ),
        (&format!("database.url_file={file}"), 5),
        ("database.url=postgres://me:hunter2@127.0.0.1:1/x", 4),
    ] {
        for command in [&["check"][..], &["migrate"], &["user", "list"]] {
            let ended = sandbox.run(&[command, &["--set", set]].concat());

            assert_eq!(ended.code, Some(code), "{set}: {ended:?}");
            assert!(ended.err.contains("database.url in "), "{set}: {ended:?}");
            assert!(
                !format!("{ended:?}").contains("hunter2"),
                "{set}: {ended:?}"
            );
        }
    }
    let replica = sandbox.run(&[
        "check",
        "--set",
        "database.url=postgres://127.0.0.1:1/x",
        "--set",
        "database.read_url=postgres://me:hun hunter2@127.0.0.1:1/x",
    ]);
    assert_eq!(replica.code, Some(5), "{replica:?}");
    assert!(!format!("{replica:?}").contains("hunter2"), "{replica:?}");
}
