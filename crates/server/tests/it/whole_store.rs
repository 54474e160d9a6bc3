//! `profiled export FILE`, `profiled import FILE` and `profiled user export`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::os::unix::fs::PermissionsExt;

use profiled_store::testing::TestDatabase;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, fixture};

/// A store with people, on SQLite.
fn peopled() -> Sandbox {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["import", "people", &fixture("tower.json")]);
    sandbox.done(&["user", "create", "--username", "grace", "--staff"]);
    sandbox.done(&["group", "create", "Authors"]);
    sandbox.done(&["group", "add", "Authors", "grace"]);
    sandbox
}

/// Empty databases without tables: a new file, and a server where there is one.
fn targets(test: &str) -> Vec<(Sandbox, Option<TestDatabase>)> {
    let mut all = vec![(Sandbox::new(), None)];
    if let Some(database) = TestDatabase::postgres(test).unwrap() {
        database
            .execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
            .unwrap();
        let mut sandbox = Sandbox::new();
        sandbox.set("PROFILED__DATABASE__URL", database.url());
        all.push((sandbox, Some(database)));
    }
    all
}

#[test]
fn a_store_moves_to_each_database_and_back_and_its_tokens_work() {
    let old = peopled();
    let key = old.json(&["token", "create", "grace"]);
    let token = format!("Token {}", key["key"].as_str().unwrap());
    let file = old.path().join("store.jsonl");
    let file = file.to_str().unwrap();
    let wrote = old.json(&["export", file]);
    let mode = std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600);
    for (new, _database) in targets("whole_store") {
        let imported = new.json(&["import", file]);
        let back = new.done(&["export", "-"]);
        let again = new.run(&["import", file]);

        assert_eq!(imported, wrote);
        assert!(back == std::fs::read_to_string(file).unwrap());
        assert_eq!(again.code, Some(3), "{}", again.err);
        let server = new.start(&["serve"]);
        let (status, me) = server.send("GET", "/api/users/me/", &token);
        assert_eq!(status, 200, "{me}");
        assert!(me.contains("Authors"), "{me}");
    }
}

#[test]
fn what_is_no_export_is_refused_in_one_line() {
    let old = peopled();
    let text = old.done(&["export", "-"]);
    let sandbox = Sandbox::new();
    let later = text.replacen("\"schema\":\"2026", "\"schema\":\"2099", 1);
    let cut = text.rsplit_once("{\"rows\"").unwrap().0.to_owned();
    for (case, text, reason) in [
        (
            "a dump of Django",
            "[{\"model\": \"auth.user\"}]\n".to_owned(),
            "line 1 is not that of an export",
        ),
        ("a later schema", later, "which this version does not know"),
        ("half", cut, "cut off; nothing is imported"),
    ] {
        let ended = sandbox.run_with_input(&["import", "-"], &text);
        assert_eq!(ended.code, Some(1), "{case}: {}", ended.err);
        assert_eq!(ended.err.lines().count(), 1, "{case}: {}", ended.err);
        assert!(ended.err.contains(reason), "{case}: {}", ended.err);
    }
    for arguments in [&["import"][..], &["export"], &["export", "a", "django"]] {
        assert_eq!(sandbox.run(arguments).code, Some(2), "{arguments:?}");
    }
    let whole = sandbox.run_with_input(&["import", "-"], &text);
    assert_eq!(whole.code, Some(0), "{}", whole.err);
}

#[test]
fn rows_of_an_earlier_schema_are_brought_to_that_of_the_build() {
    let old = peopled();
    let text = old.done(&["export", "-"]);
    let (schema, _) = text.split_once("\"}\n").unwrap();
    let (_, schema) = schema.rsplit_once('"').unwrap();
    let earlier = text.replacen(schema, "2026-11-30-000026_create_breaking_migrations", 1);
    assert!(earlier != text);
    let new = Sandbox::new();
    let migrated = Sandbox::migrated();

    let imported = new.run_with_input(&["import", "-"], &earlier);
    let refused = migrated.run_with_input(&["import", "-"], &earlier);

    assert_eq!(imported.code, Some(0), "{}", imported.err);
    assert!(new.done(&["export", "-"]) == text);
    assert_eq!(new.done(&["migrate"]), "nothing to do\n");
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("take a database without tables"),
        "{}",
        refused.err
    );
}

#[test]
fn a_database_that_a_later_version_has_migrated_is_not_exported_but_replaced() {
    let database = TestDatabase::sqlite().unwrap();
    let mut sandbox = Sandbox::new();
    sandbox.set("PROFILED__DATABASE__URL", database.url());
    sandbox.done(&["backup", "before.tar.gz"]);
    let later = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000001')";
    database.execute(later).unwrap();

    for arguments in [["export", "-"], ["backup", "backup.tar.gz"]] {
        let ended = sandbox.run(&arguments);
        assert_eq!(ended.code, Some(1), "{}", ended.err);
        assert!(ended.err.contains("Use that version"), "{}", ended.err);
    }
    assert!(!sandbox.path().join("backup.tar.gz").exists());
    // The way back to the version before.
    sandbox.done(&["restore", "before.tar.gz", "--yes"]);
    sandbox.done(&["export", "-"]);
}

#[test]
fn commands_leave_a_line_each_in_the_trail() {
    let sandbox = peopled();
    let told = |arguments: &[&str]| {
        let ended = sandbox.run(arguments);
        let line = ended.trail.last().unwrap().clone();
        (
            line["action"].as_str().unwrap().to_owned(),
            line["outcome"].as_str().unwrap().to_owned(),
            line["object"].clone(),
        )
    };
    let line = |action: &str, outcome: &str, object: Value| {
        (action.to_owned(), outcome.to_owned(), object)
    };

    assert_eq!(
        told(&["backup", "b.tar.gz"]),
        line("backup", "done", Value::Null)
    );
    assert_eq!(
        told(&["backup", "b.tar.gz"]),
        line("backup", "refused", Value::Null)
    );
    assert_eq!(
        told(&["restore", "b.tar.gz"]),
        line("restore", "refused", Value::Null)
    );
    assert_eq!(
        told(&["restore", "b.tar.gz", "--yes"]),
        line("restore", "done", Value::Null)
    );
    assert_eq!(
        told(&["export", "s.jsonl"]),
        line("export", "done", Value::Null)
    );
    assert_eq!(
        told(&["import", "s.jsonl"]),
        line("import", "refused", Value::Null)
    );
    let id = sandbox.json(&["user", "show", "grace"])["id"].clone();
    let grace = json!(format!("user:{id}"));
    assert_eq!(
        told(&["user", "export", "grace"]),
        line("export", "done", grace)
    );
}

#[test]
fn all_of_a_person_is_exported_with_its_picture_and_without_secrets() {
    Sandbox::on_each_database("all_of_a_person", |sandbox| {
        let create = [
            "user",
            "create",
            "--username",
            "ada",
            "--email",
            "ada@example.com",
            "--password-stdin",
        ];
        assert_eq!(
            sandbox
                .run_with_input(&create, "correct horse battery")
                .code,
            Some(0)
        );
        sandbox.done(&["group", "create", "Authors"]);
        sandbox.done(&["group", "add", "Authors", "ada"]);
        sandbox.done(&["org", "create", "Mills"]);
        sandbox.done(&["org", "add", "Mills", "ada"]);
        let key = sandbox.json(&["token", "create", "ada", "--label", "laptop"]);
        let file = sandbox.path().join("ada.json");

        let text = sandbox.done(&["user", "export", "ada"]);
        let to_file = sandbox.json(&["user", "export", "ada", "--output", file.to_str().unwrap()]);
        sandbox.done(&["user", "delete", "ada", "--yes"]);
        let deleted = sandbox.done(&["user", "export", "1"]);
        let nobody = sandbox.run(&["user", "export", "77"]);

        let data: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(data["tables"]["users"][0]["email"], "ada@example.com");
        assert_eq!(data["tables"]["groups"][0]["name"], "Authors");
        assert_eq!(data["tables"]["organizations"][0]["name"], "Mills");
        assert_eq!(data["tables"]["tokens"][0]["label"], "laptop");
        assert_eq!(data["tables"]["activity"].as_array().unwrap().len(), 1);
        assert!(!text.contains("pbkdf2") && !text.contains(key["key"].as_str().unwrap()));
        assert_eq!(to_file["user"], 1);
        assert_eq!(
            std::fs::metadata(&file).unwrap().permissions().mode() & 0o7777,
            0o600
        );
        assert!(deleted.contains("ada@example.com"), "{deleted}");
        assert_eq!(nobody.code, Some(1));
        assert!(nobody.err.contains("there is no user"), "{}", nobody.err);
    });
}
