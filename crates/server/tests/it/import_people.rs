//! `profiled import people`

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, fixture};

#[test]
fn the_fixture_is_loaded_and_a_second_time_nothing_changes() {
    Sandbox::on_each_database("import people", |sandbox| {
        let file = fixture("tower.json");

        let first = sandbox.json(&["import", "people", &file]);
        let second = sandbox.json(&["import", "people", &file]);

        // 10 users, 2 organizations with 4 users and 2 admins, 2 teams with 2 users, 6 tokens.
        assert_eq!(
            first,
            json!({"created": 28, "updated": 0, "unchanged": 0, "skipped": []})
        );
        assert_eq!(
            second,
            json!({"created": 0, "updated": 0, "unchanged": 28, "skipped": []})
        );
    });
}

#[test]
fn passwords_are_stored_as_the_service_stores_them() {
    let sandbox = Sandbox::migrated();

    sandbox.done(&["import", "people", &fixture("tower.json")]);

    assert!(sandbox.password("alice").starts_with("pbkdf2_sha256$1$"));
}

#[test]
fn a_new_password_is_an_update() {
    let sandbox = Sandbox::migrated();
    let text = std::fs::read_to_string(fixture("tower.json")).unwrap();
    sandbox.done(&["import", "people", &fixture("tower.json")]);
    let file = sandbox.write("people.json", &text.replace("pw-alice", "pw-other"));

    let report = sandbox.json(&["import", "people", &file]);

    assert_eq!(
        (&report["updated"], &report["unchanged"]),
        (&json!(1), &json!(25))
    );
}

#[test]
fn tokens_live_and_expire_as_the_file_says() {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["import", "people", &fixture("tower.json")]);

    let expired = |token: &Value| {
        let end = token["expires"].as_str().unwrap();
        end < "2100" && token["prefix"] == "e3e3e3e3"
    };
    let tokens = sandbox.json(&["token", "list", "alice"]);

    let ends: Vec<bool> = tokens.as_array().unwrap().iter().map(expired).collect();
    assert_eq!(ends, [false, true]);
}

#[test]
fn broken_file_is_refused_with_line_and_column() {
    let sandbox = Sandbox::migrated();
    let file = sandbox.write(
        "people.json",
        "{\"users\": [\n{\"id\": 1, \"nickname\": \"ada\"}]}",
    );

    let ended = sandbox.run(&["import", "people", &file]);

    assert_eq!(ended.code, Some(1));
    let expected = format!("profiled: {file}: unknown field `nickname`, expected one of `id`, ");
    assert!(ended.err.starts_with(&expected), "{}", ended.err);
    assert!(
        ended
            .err
            .ends_with(" at line 2 column 21; nothing is imported\n"),
        "{}",
        ended.err
    );
    assert_eq!(sandbox.json(&["user", "list"]), json!([]));
}
