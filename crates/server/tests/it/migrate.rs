//! `profiled migrate` and `profiled check`

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use profiled_store::testing::TestDatabase;
use serde_json::json;

use crate::sandbox::Sandbox;

#[test]
fn migrations_are_applied_once_and_listed() {
    let sandbox = Sandbox::new();

    let before = sandbox.done(&["migrate", "--status"]);
    let first = sandbox.done(&["migrate"]);
    let second = sandbox.done(&["migrate"]);
    let after = sandbox.done(&["migrate", "--status"]);

    assert!(
        before.lines().all(|line| line.starts_with("pending ")),
        "{before}"
    );
    assert!(
        first.lines().all(|line| line.starts_with("applied ")),
        "{first}"
    );
    assert_eq!(second, "nothing to do\n");
    assert_eq!(after, first);
}

/// It may run where keys and hosts are not known.
#[test]
fn migrating_takes_the_settings_of_the_database_alone() {
    let sandbox = Sandbox::new();
    let production = ["--profile", "production"];
    let wrong = ["--set", "auth.jwt.signing_key_file=missing"];

    let migrated = sandbox.run(&[&["migrate"], &production[..], &wrong[..]].concat());
    let checked = sandbox.run(&[&["check"], &production[..]].concat());
    let pool = ["migrate", "--set", "database.pool_size=1"];
    let refused = sandbox.run(&pool);

    assert_eq!(migrated.code, Some(0), "{}", migrated.err);
    assert_eq!(checked.code, Some(5), "{}", checked.err);
    assert_eq!(refused.code, Some(5), "{}", refused.err);
}

#[test]
fn status_creates_no_file() {
    let sandbox = Sandbox::new();

    sandbox.done(&["migrate", "--status"]);

    assert!(!sandbox.path().join("data").exists());
}

#[test]
fn revert_without_yes_is_refused() {
    let sandbox = Sandbox::migrated();

    let refused = sandbox.run(&["migrate", "--revert", "1"]);
    let reverted = sandbox.json(&["migrate", "--revert", "1", "--yes"]);

    assert_eq!(refused.code, Some(3));
    assert_eq!(
        refused.err,
        "profiled: migrate --revert deletes data: add --yes to confirm\n"
    );
    assert_eq!(reverted["reverted"].as_array().map(Vec::len), Some(1));
    assert_eq!(reverted["applied"], json!([]));
}

#[test]
fn a_mistyped_database_url_names_the_schemes_and_creates_nothing() {
    let sandbox = Sandbox::new();

    for url in [
        "sqlit://data/profiled.sqlite3",
        "data/profiled.sqlite3",
        "mysql://localhost/x",
    ] {
        let ended = sandbox.run(&["migrate", "--set", &format!("database.url={url}")]);

        assert_eq!(ended.code, Some(5), "{url}");
        assert_eq!(
            ended.err,
            "profiled: database.url in --set must begin with sqlite://, postgres:// or postgresql://\n"
        );
    }
    assert_eq!(std::fs::read_dir(sandbox.path()).unwrap().count(), 0);
}

#[test]
fn an_unreachable_database_has_an_exit_code_of_its_own() {
    let sandbox = Sandbox::new();
    let url = "database.url=postgres://user:hunter2@127.0.0.1:1/profiled";

    let ended = sandbox.run(&["user", "list", "--set", url]);

    assert_eq!(ended.code, Some(4));
    assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    let start = "profiled: database.url in --set: the database postgres://127.0.0.1:1/profiled cannot be reached: ";
    assert!(ended.err.starts_with(start), "{}", ended.err);
    assert!(!ended.err.contains("hunter2"), "{}", ended.err);
}

#[test]
fn check_takes_pending_migrations_as_serve_would() {
    let sandbox = Sandbox::new();
    let never = ["check", "--set", "database.migrate_on_start=never"];

    let automatic = sandbox.run(&["check"]);
    let refused = sandbox.run(&never);
    assert!(
        !sandbox.path().join("data").exists(),
        "check made something"
    );
    sandbox.done(&["migrate"]);
    let after = sandbox.run(&never);

    assert_eq!(automatic.code, Some(0), "{automatic:?}");
    let note = "note: the database sqlite://./data/profiled.sqlite3 lacks ";
    assert!(automatic.out.starts_with(note), "{automatic:?}");
    assert!(automatic.out.ends_with("\nok\n"), "{automatic:?}");
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.err.contains("run profiled migrate"), "{refused:?}");
    assert!(!refused.out.contains("ok"), "{refused:?}");
    assert_eq!((after.code, after.err.as_str()), (Some(0), ""));
    assert_eq!(after.out, "ok\n");
}

#[test]
fn commands_on_an_old_schema_name_the_remedy() {
    let sandbox = Sandbox::new();

    let ended = sandbox.run(&["user", "list"]);

    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.err,
        format!(
            "profiled: the database sqlite://./data/profiled.sqlite3 lacks {} migrations, the \
             first is 2026-11-24-000001_create_users: run profiled migrate\n",
            sandbox
                .json(&["migrate", "--status"])
                .as_array()
                .unwrap()
                .len()
        )
    );
    assert!(!sandbox.path().join("data/profiled.sqlite3").exists());
}

#[test]
fn invalid_command_line_has_exit_code_2() {
    let sandbox = Sandbox::new();

    for arguments in [
        &["fly"][..],
        &["user", "create"],
        &["serve", "--port", "1"],
        &[],
    ] {
        assert_eq!(sandbox.run(arguments).code, Some(2), "{arguments:?}");
    }
}

/// A database as a later version leaves it.
fn migrated_later(is_breaking: bool) -> (TestDatabase, Sandbox) {
    let database = TestDatabase::sqlite().unwrap();
    let version = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000001')";
    database.execute(version).unwrap();
    if is_breaking {
        let breaking = "INSERT INTO breaking_migrations (version) VALUES ('99990101000001')";
        database.execute(breaking).unwrap();
    }
    let mut sandbox = Sandbox::new();
    sandbox.set("PROFILED__DATABASE__URL", database.url());
    (database, sandbox)
}

#[test]
fn a_later_schema_is_told_everywhere_and_served() {
    let (_database, sandbox) = migrated_later(false);
    let note =
        "a later version has migrated the database: this one does not know 1 of its migrations";

    let migrated = sandbox.done(&["migrate"]);
    let status = sandbox.done(&["migrate", "--status"]);
    let checked = sandbox.run(&["check"]).out;
    let mut service = sandbox.start(&["serve"]);
    let (ready, body) = service.send("GET", "/ready", "");

    assert_eq!(migrated, format!("nothing to do\n{note}\n"));
    assert!(status.ends_with("unknown 99990101000001\n"), "{status}");
    assert!(checked.contains(&format!("warning: {note}")), "{checked}");
    assert_eq!(ready, 200);
    assert_eq!(body, format!(r#"{{"note":"{note}","status":"ready"}}"#));
    service.log_line(note);
}

#[test]
fn a_schema_that_breaks_older_versions_is_refused_by_all_commands() {
    let (_database, sandbox) = migrated_later(true);

    for command in [
        &["migrate"][..],
        &["check"],
        &["user", "list"],
        &["serve", "--set", "http.bind=127.0.0.1:0"],
    ] {
        let ended = sandbox.run(command);

        assert_eq!(ended.code, Some(1), "{command:?}");
        assert!(
            ended.err.contains(
                "has the migration 99990101000001, with which this version cannot work: install \
                 the one that has migrated it, or a later one"
            ),
            "{command:?}: {}",
            ended.err
        );
    }
}
