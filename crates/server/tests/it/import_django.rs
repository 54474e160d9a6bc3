//! `profiled import django`

use serde_json::{Value, json};

use crate::dump::{dump, group, token, user};
use crate::sandbox::{Sandbox, fixture};

pub fn tally(report: &Value, kind: &str) -> [i64; 4] {
    let count = |outcome| report.pointer(&format!("/{kind}/{outcome}"))?.as_i64();
    ["created", "updated", "unchanged", "skipped"].map(|outcome| count(outcome).unwrap_or(-1))
}

pub fn import(sandbox: &Sandbox, dump: &str) -> Value {
    let file = sandbox.write("dump.json", dump);
    sandbox.json(&["import", "django", &file])
}

#[test]
fn fixtures_of_both_sites_are_loaded_and_a_second_time_nothing_changes() {
    let cases = [("staff.json", [8, 4, 4, 7]), ("jwt.json", [7, 1, 1, 0])];

    for (name, [users, groups, memberships, tokens]) in cases {
        Sandbox::on_each_database(name, |sandbox| {
            let file = fixture(name);
            let kinds = [
                ("users", users),
                ("groups", groups),
                ("memberships", memberships),
                ("tokens", tokens),
            ];

            let first = sandbox.json(&["import", "django", &file]);
            let second = sandbox.json(&["import", "django", &file]);

            for (kind, count) in kinds {
                assert_eq!(tally(&first, kind), [count, 0, 0, 0], "{name} {kind}");
                assert_eq!(tally(&second, kind), [0, 0, count, 0], "{name} {kind}");
            }
            for report in [first, second] {
                assert_eq!(report["skipped"], json!([]), "{name}");
            }
        });
    }
}

#[test]
fn imported_tokens_and_instants_are_served_as_they_were() {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["import", "django", &fixture("staff.json")]);
    let service = sandbox.start(&["serve"]);

    let key = "Token f4e75eab6e0f663a972d145478d6fc4b81762070";
    let (status, me) = service.send("GET", "/api/users/me/", key);

    assert_eq!(status, 200);
    let me: Value = serde_json::from_str(&me).unwrap();
    assert_eq!(me["created_at"], "2025-11-22T13:15:20.827325Z");
    assert_eq!(me["groups"][0]["created_at"], "2025-11-22T13:07:28.186722Z");
    assert!(
        sandbox
            .password("MasterAdmin")
            .starts_with("pbkdf2_sha256$1000000$sampleSalt")
    );
}

#[test]
fn a_changed_user_is_updated() {
    let sandbox = Sandbox::migrated();
    import(&sandbox, &dump(&[user(1, &json!({})), user(2, &json!({}))]));

    let report = import(
        &sandbox,
        &dump(&[user(1, &json!({})), user(2, &json!({"is_staff": true}))]),
    );

    assert_eq!(tally(&report, "users"), [0, 1, 1, 0]);
    assert_eq!(sandbox.json(&["user", "show", "2"])["is_staff"], true);
}

#[test]
fn dry_run_reports_the_same_and_changes_nothing() {
    Sandbox::on_each_database("dry run", |sandbox| {
        let file = fixture("staff.json");

        let dry = sandbox.json(&["import", "django", &file, "--dry-run"]);
        let users = sandbox.json(&["user", "list"]);
        let real = sandbox.json(&["import", "django", &file]);

        assert_eq!(
            (&dry["dry_run"], &real["dry_run"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(users, json!([]));
        for kind in ["users", "groups", "memberships", "tokens"] {
            assert_eq!(tally(&dry, kind), tally(&real, kind), "{kind}");
        }
    });
}

#[test]
fn broken_dump_is_refused_with_line_and_column() {
    Sandbox::on_each_database("broken dump", |sandbox| {
        let good = format!("[\n{},\n", user(1, &json!({})));
        let cases = [
            (
                good.clone(),
                ", line 3: the dump is cut off: its array does not end",
            ),
            (
                format!("{good}{{\"model\": \"accounts.u"),
                ", line 3: the dump is cut off in this record",
            ),
            (
                format!("{good}{{\"model\" \"accounts.user\"}}]"),
                ", line 3, column 10: expected `:`",
            ),
            (
                format!("{good}{{\"model\": \"accounts.user\"}}]"),
                ", line 3: the record has no fields",
            ),
            (
                format!("{good}{}\n]]", user(2, &json!({}))),
                ", line 4, column 2: there is more after the array",
            ),
            (String::new(), ": the file is empty"),
        ];
        for (text, expected) in cases {
            let file = sandbox.write("broken.json", &text);

            let ended = sandbox.run(&["import", "django", &file]);

            assert_eq!(ended.code, Some(1), "{text}");
            assert_eq!(
                ended.err,
                format!("profiled: {file}{expected}; nothing is imported\n")
            );
            assert_eq!(sandbox.json(&["user", "list"]), json!([]));
        }
    });
}

#[test]
fn standard_input_is_a_file_named_by_a_hyphen() {
    let sandbox = Sandbox::migrated();

    let ended = sandbox.run_with_input(&["import", "django", "-"], &dump(&[user(1, &json!({}))]));

    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(
        ended
            .out
            .starts_with("users: 1 created, 0 updated, 0 unchanged, 0 skipped\n"),
        "{ended:?}"
    );
}

#[test]
fn duplicate_unique_value_is_reported_and_the_rest_imported() {
    Sandbox::on_each_database("duplicates", |sandbox| {
        let report = import(
            sandbox,
            &dump(&[
                group(1, "a"),
                group(2, "a"),
                user(1, &json!({"email": "a@example.com", "mobile_number": "1"})),
                user(2, &json!({"username": "user1"})),
                user(3, &json!({"email": "a@example.com"})),
                user(4, &json!({"mobile_number": "1"})),
                user(1, &json!({"username": "other"})),
                user(5, &json!({})),
            ]),
        );

        assert_eq!(tally(&report, "users"), [4, 0, 0, 2]);
        assert_eq!(tally(&report, "groups"), [1, 0, 0, 1]);
        assert_eq!(
            report["skipped"],
            json!([
                "auth.group 2: group name is taken by 1",
                "accounts.user 1: its id is in the dump twice",
                "accounts.user 2: username is taken by 1",
            ])
        );
        assert_eq!(
            report["warnings"],
            json!([
                "accounts.user 3: shares its email with user 1, who is found by it",
                "accounts.user 4: shares its mobile_number with user 1, who is found by it",
            ])
        );
        assert_eq!(
            sandbox.json(&["user", "show", "3"])["email"],
            "a@example.com"
        );
        assert_eq!(sandbox.json(&["user", "show", "1"])["username"], "user1");
    });
}

#[test]
fn records_are_imported_before_or_after_the_records_they_refer_to() {
    let sandbox = Sandbox::migrated();
    let key = "0123456789abcdef0123456789abcdef01234567";

    let report = import(
        &sandbox,
        &dump(&[
            token(key, &json!(1)),
            user(1, &json!({"groups": [7]})),
            group(7, "late"),
        ]),
    );

    assert_eq!(tally(&report, "tokens"), [1, 0, 0, 0]);
    assert_eq!(tally(&report, "memberships"), [1, 0, 0, 0]);
    assert_eq!(
        sandbox.json(&["user", "show", "1"])["groups"],
        json!(["late"])
    );
}

#[test]
fn natural_keys_are_looked_up() {
    let sandbox = Sandbox::migrated();
    let key = "0123456789abcdef0123456789abcdef01234567";

    let report = import(
        &sandbox,
        &dump(&[
            group(7, "staff"),
            user(1, &json!({"groups": [["staff"], ["nobody"]]})),
            token(key, &json!(["user1"])),
            token(&key.replace('0', "f"), &json!(["eve"])),
        ]),
    );

    assert_eq!(tally(&report, "memberships"), [1, 0, 0, 1]);
    assert_eq!(tally(&report, "tokens"), [1, 0, 0, 1]);
    assert_eq!(
        report["skipped"],
        json!([
            "membership of user 1: group \"nobody\" does not exist",
            "token f1234567…: user \"eve\" does not exist",
        ])
    );
}

#[test]
fn references_to_missing_records_are_reported() {
    let sandbox = Sandbox::migrated();
    let key = "0123456789abcdef0123456789abcdef01234567";

    let report = import(
        &sandbox,
        &dump(&[user(1, &json!({"groups": [9]})), token(key, &json!(8))]),
    );

    assert_eq!(
        report["skipped"],
        json!([
            "membership of user 1 in group 9: group 9 does not exist",
            "token 01234567…: user 8 does not exist",
        ])
    );
}

#[test]
fn a_record_that_cannot_be_read_is_left_out_and_the_command_fails() {
    let sandbox = Sandbox::migrated();
    let key = "0123456789abcdef0123456789abcdef01234567";
    let no_owner = json!({ "model": "authtoken.token", "pk": key, "fields": {} });
    let file = sandbox.write(
        "dump.json",
        &dump(&[
            user(1, &json!({"date_joined": "yesterday"})),
            user(3, &json!({"is_staff": "yes"})),
            user(4, &json!({})),
            no_owner,
        ]),
    );

    let ended = sandbox.run(&["import", "django", &file]);

    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.err,
        "profiled: 3 records could not be read; all others are imported\n"
    );
    let told: Vec<&str> = ended
        .out
        .lines()
        .filter(|line| line.starts_with("skipped"))
        .collect();
    assert_eq!(
        told,
        [
            "skipped: accounts.user 1: date_joined \"yesterday\" is not an instant",
            "skipped: accounts.user 3: is_staff is neither true nor false",
            "skipped: authtoken.token 01234567…: null refers to nothing",
        ]
    );
    assert_eq!(
        sandbox.json(&["user", "list"]).as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
fn values_that_break_a_rule_are_imported_with_a_warning() {
    let sandbox = Sandbox::migrated();
    let odd = json!({"username": "a b", "email": "nowhere", "mobile_number": "091200000012"});

    let report = import(&sandbox, &dump(&[user(1, &odd)]));

    assert_eq!(
        report["warnings"],
        json!([
            "accounts.user 1: username has characters or a form that is not allowed",
            "accounts.user 1: email has characters or a form that is not allowed",
            "accounts.user 1: mobile_number must have at most 11 characters",
        ])
    );
    let shown = sandbox.json(&["user", "show", "1"]);
    assert_eq!(
        (&shown["username"], &shown["email"]),
        (&odd["username"], &odd["email"])
    );
}

#[test]
fn other_models_are_counted() {
    let sandbox = Sandbox::migrated();
    let other = |model: &str| json!({ "model": model, "pk": 1, "fields": {"user": 1} });

    let report = import(
        &sandbox,
        &dump(&[
            other("sessions.session"),
            other("sessions.session"),
            other("blog.user"),
            other("chat.group"),
            user(1, &json!({})),
        ]),
    );

    assert_eq!(
        report["ignored"],
        json!({"blog.user": 1, "chat.group": 1, "sessions.session": 2})
    );
}

#[test]
fn several_dumps_are_one_import() {
    let sandbox = Sandbox::migrated();
    let first = sandbox.write("users.json", &dump(&[user(1, &json!({"groups": [7]}))]));
    let second = sandbox.write("groups.json", &dump(&[group(7, "staff")]));
    let broken = sandbox.write("broken.json", "[");

    let failed = sandbox.run(&["import", "django", &first, &broken]);
    let users = sandbox.json(&["user", "list"]);
    let report = sandbox.json(&["import", "django", &first, &second]);

    assert_eq!((failed.code, users), (Some(1), json!([])));
    assert_eq!(tally(&report, "memberships"), [1, 0, 0, 0]);
}
