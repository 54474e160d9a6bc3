//! `profiled user …`, `token …` and `jwt …`

use std::io::Read;
use std::process::Stdio;

use chrono::{TimeDelta, Utc};
use profiled_domain::{NewToken, TokenDigest, TokenRepository, UserId};
use serde_json::json;

use crate::sandbox::Sandbox;

fn with_ada() -> Sandbox {
    let sandbox = Sandbox::migrated();
    sandbox.done(&[
        "user",
        "create",
        "--username",
        "ada",
        "--email",
        "ada@example.com",
        "--staff",
    ]);
    sandbox
}

#[test]
fn user_is_created_with_all_options_of_the_command() {
    let sandbox = Sandbox::migrated();
    let told = [
        "user",
        "create",
        "--username",
        "ada",
        "--email",
        "ada@example.com",
        "--mobile-number",
        "09120000001",
        "--first-name",
        "Ada",
        "--last-name",
        "Lovelace",
        "--gender",
        "female",
        "--staff",
        "--superuser",
        "--inactive",
    ];

    let created = sandbox.json(&told);

    assert_eq!(created["full_name"], "Ada Lovelace");
    assert_eq!(created["mobile_number"], "09120000001");
    let flags = json!([
        created["is_active"],
        created["is_staff"],
        created["is_superuser"]
    ]);
    assert_eq!(flags, json!([false, true, true]));
    let shown = sandbox.json(&["user", "show", "ada"]);
    assert_eq!(
        (&shown["gender"], &shown["missing"]),
        (&json!("female"), &json!([]))
    );
}

#[test]
fn user_is_created_by_name_as_by_the_option_and_not_by_both() {
    let sandbox = Sandbox::migrated();

    let created = sandbox.json(&["user", "create", "ada", "--first-name", "Ada"]);
    let both = sandbox.run(&["user", "create", "bob", "--username", "bob"]);
    let neither = sandbox.run(&["user", "create", "--first-name", "Ada"]);

    let names = json!([created["username"], created["first_name"]]);
    assert_eq!(names, json!(["ada", "Ada"]));
    assert_eq!(both.code, Some(2));
    let told = "profiled: user create needs a NAME, or --email\n";
    assert_eq!((neither.code, neither.err.as_str()), (Some(2), told));
}

#[test]
fn users_are_named_by_id_username_or_email() {
    let sandbox = with_ada();

    for name in ["1", "ada", "ada@example.com"] {
        assert_eq!(sandbox.json(&["user", "show", name])["id"], 1, "{name}");
    }
    let nobody = sandbox.run(&["user", "show", "eve"]);
    assert_eq!(nobody.code, Some(1));
    assert_eq!(
        nobody.err,
        "profiled: there is no user \"eve\": profiled user list shows all\n"
    );
}

#[test]
fn a_taken_name_is_refused() {
    let sandbox = with_ada();

    let ended = sandbox.run(&["user", "create", "--username", "ada"]);

    assert_eq!(ended.code, Some(3));
    assert_eq!(ended.err, "profiled: username is already taken\n");
}

#[test]
fn values_that_break_a_rule_are_named_by_their_option() {
    let sandbox = Sandbox::migrated();
    let long = "x".repeat(201);
    let cases = [
        (
            ["--username", "a b"],
            "--username: has characters or a form that is not allowed",
        ),
        (
            ["--email", "ada"],
            "--email: has characters or a form that is not allowed",
        ),
        (
            ["--mobile-number", "091200000012"],
            "--mobile-number: must have at most 11 characters",
        ),
        (
            ["--gender", "f"],
            "--gender: gender must be male, female or other",
        ),
        (
            ["--first-name", &long],
            "--first-name: must have at most 200 characters",
        ),
        (["--password-file", "empty"], "the password is empty"),
    ];
    sandbox.write("empty", "\n");

    for (option, expected) in cases {
        let base = ["user", "create", "--username", "eve"];
        let start = if option[0] == "--username" {
            &base[..2]
        } else {
            &base[..]
        };
        let ended = sandbox.run(&[start, &option].concat());

        assert_eq!(ended.code, Some(2), "{option:?}");
        assert_eq!(ended.err, format!("profiled: {expected}\n"));
    }
    assert_eq!(sandbox.json(&["user", "list"]), json!([]));
}

#[test]
fn a_password_from_standard_input_is_stored_as_django_encodes_it() {
    let sandbox = Sandbox::migrated();
    let create = ["user", "create", "--username", "ada", "--password-stdin"];

    let ended = sandbox.run_with_input(&create, "correct horse\n");

    assert_eq!(ended.code, Some(0), "{ended:?}");
    let password = sandbox.password("ada");
    assert!(password.starts_with("pbkdf2_sha256$1$"), "{password}");
}

#[test]
fn user_created_without_password_cannot_log_in() {
    let sandbox = with_ada();

    assert_eq!(sandbox.password("ada"), "!");
}

#[test]
fn a_token_is_shown_once_and_works_until_it_is_revoked() {
    let sandbox = with_ada();
    let service = sandbox.start(&["serve"]);
    let status = |key: &str| {
        service
            .send("GET", "/api/users/me/", &format!("Token {key}"))
            .0
    };

    let by_id = sandbox.json(&["token", "create", "ada", "--label", "one"]);
    let by_key = sandbox.done(&["token", "create", "ada"]);
    let (id, first) = (by_id["id"].to_string(), by_id["key"].as_str().unwrap());
    let second = by_key.trim_end();
    assert_eq!((status(first), status(second)), (200, 200));
    sandbox.done(&["token", "revoke", &id]);
    sandbox.done(&["token", "revoke", second]);

    assert_eq!((status(first), status(second)), (401, 401));
    assert_eq!(sandbox.json(&["token", "list", "ada"]), json!([]));
}

#[test]
fn token_list_shows_prefixes_only() {
    let sandbox = with_ada();
    let key = "0123456789abcdef0123456789abcdef01234567";
    sandbox.done(&[
        "token",
        "create",
        "ada",
        "--key",
        key,
        "--label",
        "ci",
        "--expires",
        "90d",
    ]);

    let tokens = sandbox.json(&["token", "list", "ada"]);

    assert_eq!(tokens[0]["prefix"], "01234567");
    assert_eq!(tokens[0]["label"], "ci");
    assert!(tokens[0]["expires"].is_string());
    assert!(!tokens.to_string().contains(key));
}

#[test]
fn token_lifetime_is_a_number_with_a_unit() {
    let sandbox = with_ada();

    for life in ["", "d", "90", "-1d", "1y", "0d", "1é", "99999999d", "5215w"] {
        let ended = sandbox.run(&["token", "create", "ada", &format!("--expires={life}")]);

        assert_eq!(ended.code, Some(2), "{life}");
        let expected = format!(
            "profiled: --expires {life}: write a number and its unit, s, m, h, d or w, as 90d or 12h, up to 36500d"
        );
        assert_eq!(
            ended.err.trim_end(),
            expected.split_whitespace().collect::<Vec<_>>().join(" ")
        );
    }
    assert_eq!(sandbox.json(&["token", "list", "ada"]), json!([]));
}

#[test]
fn stored_key_is_refused_and_not_shown() {
    let sandbox = with_ada();
    let key = "0123456789abcdef0123456789abcdef01234567";
    sandbox.done(&["token", "create", "ada", "--key", key]);

    let again = sandbox.run(&["token", "create", "ada", "--key", key]);
    let unknown = sandbox.run(&["token", "revoke", &key.replace('0', "f")]);

    assert_eq!(
        (again.code, again.err.as_str()),
        (Some(3), "profiled: token is already taken\n")
    );
    assert_eq!(
        (unknown.code, unknown.err.as_str()),
        (
            Some(1),
            "profiled: there is no such token: profiled token list USER shows all\n"
        )
    );
}

#[test]
fn an_access_token_works_at_once() {
    let sandbox = with_ada();
    let service = sandbox.start(&["serve"]);

    let access = sandbox.done(&["jwt", "create", "ada"]);

    let bearer = format!("Bearer {}", access.trim_end());
    let (status, body) = service.send("POST", "/api/profile/", &bearer);
    assert_eq!(status, 200, "{body}");
}

#[test]
fn closed_standard_output_is_no_failure() {
    let sandbox = Sandbox::migrated();
    let mut command = sandbox.command(&["check"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();

    drop(child.stdout.take());

    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
}

#[test]
fn a_user_is_deactivated_deleted_restored_and_erased() {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--username", "root", "--superuser"]);
    sandbox.done(&["user", "create", "--username", "ada"]);

    let deactivated = sandbox.json(&["user", "deactivate", "ada"]);
    let again = sandbox.json(&["user", "deactivate", "ada"]);
    sandbox.done(&["user", "activate", "ada"]);
    sandbox.done(&["user", "delete", "ada", "--yes"]);
    sandbox.done(&["user", "create", "--username", "ada"]);
    let taken = sandbox.run(&["user", "restore", "2"]);
    let kept = sandbox.json(&["purge", "--yes"]);
    let erased = sandbox.json(&["--set", "accounts.deletion_grace=0", "purge", "--yes"]);
    let gone = sandbox.run(&["user", "restore", "2"]);
    let last = sandbox.run(&["user", "delete", "root", "--yes"]);

    assert_eq!(deactivated, json!({ "id": 2, "changed": true }));
    assert_eq!(again, json!({ "id": 2, "changed": false }));
    assert_eq!(taken.code, Some(3), "{}", taken.err);
    assert_eq!(
        (&kept["accounts"], &erased["accounts"]),
        (&json!(0), &json!(1))
    );
    assert_eq!(gone.code, Some(1));
    assert_eq!(last.code, Some(3));
    assert!(last.err.contains("last active superuser"));
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the command goes by the clock of the machine"
)]
fn a_purge_takes_tokens_that_expired_more_than_a_week_ago() {
    let sandbox = with_ada();
    let store = sandbox.store();
    let now = Utc::now();
    for (number, days) in [(1, 8), (2, 6), (3, -1)] {
        let token = NewToken {
            owner: UserId(1),
            epoch: None,
            digest: TokenDigest([number; 32]),
            prefix: String::new(),
            label: String::new(),
            created_at: now - TimeDelta::days(30),
            expires_at: Some(now - TimeDelta::days(days)),
            is_sliding: false,
            binding: None,
        };
        store.issue_token(&token).unwrap();
    }

    let purged = sandbox.json(&["purge", "--yes"]);

    assert_eq!(purged["tokens"], json!(1));
    assert_eq!(store.list_tokens(UserId(1)).unwrap().len(), 2);
}
