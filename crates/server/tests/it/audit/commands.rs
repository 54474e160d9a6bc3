//! What commands leave.

use serde_json::{Value, json};

use super::{all_contents, assert_absent, content};
use crate::dump;
use crate::sandbox::{Ended, Sandbox, audit_trail, fixture};

pub(super) const PASSWORD: &str = "correct horse battery";

/// Runs a command that may ask for a password.
pub(super) fn run(sandbox: &Sandbox, command: &[&str]) -> Ended {
    sandbox.run_with_input(command, &format!("{PASSWORD}\n"))
}

#[test]
fn key_and_token_made_by_commands_are_recorded_by_id() {
    let mut sandbox = Sandbox::migrated();
    sandbox.set("PROFILED__AUTH__JWT__KEYS_DIR", "{data_dir}/keys");
    run(&sandbox, &["user", "create", "--username", "ada"]);

    let generated = sandbox.run(&["--json", "keys", "generate", "--algorithm", "HS256"]);
    let opaque = sandbox.run(&["token", "create", "ada"]);
    let access = sandbox.run(&["jwt", "create", "ada"]);
    let revoked = sandbox.run(&["token", "revoke", opaque.out.trim()]);

    let made: Value = serde_json::from_str(&generated.out).unwrap();
    let key = format!("key:{}", made["kid"].as_str().unwrap());
    let line = content(&generated.trail[0]);
    assert_eq!(
        (&line["action"], &line["object"]),
        (&json!("key.create"), &json!(key))
    );
    let jti = super::requests::jti(access.out.trim());
    let expected = json!({
        "action": "token.create", "outcome": "done", "actor_kind": "operator", "user": 1,
        "object": format!("jwt:{jti}"),
    });
    assert_eq!(all_contents(&access.trail), [expected]);
    let line = content(&revoked.trail[0]);
    assert_eq!(
        (&line["object"], &line["user"]),
        (&json!("token:1"), &json!(1))
    );
    for ended in [&generated, &opaque, &access, &revoked] {
        assert_eq!(ended.trail.len(), 1, "{ended:?}");
        assert_absent(&ended.trail, &[opaque.out.trim(), access.out.trim()]);
    }
}

#[test]
fn refused_and_failed_commands_are_recorded_with_the_reason() {
    let sandbox = Sandbox::migrated();
    for name in ["root", "ada"] {
        run(
            &sandbox,
            &["user", "create", "--username", name, "--superuser"],
        );
    }
    run(&sandbox, &["user", "deactivate", "ada"]);
    run(&sandbox, &["org", "create", "Mills"]);
    let unreachable = "database.url=postgres://127.0.0.1:1/none";
    let cases: [(&[&str], i32, Value); 9] = [
        (
            &["user", "set", "zoe", "--staff"],
            1,
            json!(["user.update", "missing", null]),
        ),
        (
            &["user", "create", "--username", "root"],
            3,
            json!(["user.create", "conflict", null]),
        ),
        (
            &["user", "delete", "root", "--yes"],
            3,
            json!(["user.delete", "last_superuser", "user:1"]),
        ),
        (
            &["user", "restore", "ada"],
            1,
            json!(["user.restore", "missing", "user:2"]),
        ),
        (
            &["org", "add", "Mills", "ada"],
            1,
            json!(["organization.member.add", "inactive", "organization:1"]),
        ),
        (
            &["org", "delete", "Mills"],
            3,
            json!(["organization.delete", "unconfirmed", "organization:1"]),
        ),
        (
            &["group", "add", "Poets", "ada"],
            1,
            json!(["group.member.add", "missing", null]),
        ),
        (
            &["token", "revoke", "7"],
            1,
            json!(["token.revoke", "missing", "token:7"]),
        ),
        (
            &["--set", unreachable, "user", "create", "--username", "zoe"],
            4,
            json!(["user.create", null, null]),
        ),
    ];

    for (command, code, expected) in cases {
        let ended = run(&sandbox, command);
        assert_eq!(ended.code, Some(code), "{command:?}: {}", ended.err);
        assert_eq!(ended.trail.len(), 1, "{command:?}");
        let line = content(&ended.trail[0]);
        let outcome = if expected[1].is_null() {
            "failed"
        } else {
            "refused"
        };
        assert_eq!(line["outcome"], outcome, "{line}");
        assert_eq!(
            json!([line["action"], line["reason"], line["object"]]),
            expected
        );
        assert_absent(&ended.trail, &["zoe", "Mills", "Poets"]);
    }
}

#[test]
fn a_command_that_changes_nothing_leaves_no_line() {
    let sandbox = Sandbox::migrated();
    run(&sandbox, &["user", "create", "--username", "ada"]);
    let commands: [&[&str]; 6] = [
        &["user", "list"],
        &["user", "show", "ada"],
        &["token", "list", "ada"],
        &["check"],
        &["purge", "--yes"],
        &["user", "set", "ada", "--gender", "none"],
    ];

    // The first one makes the key of this folder.
    run(&sandbox, &["jwt", "create", "ada"]);
    for command in commands {
        assert_eq!(
            run(&sandbox, command).trail,
            Vec::<Value>::new(),
            "{command:?}"
        );
    }
}

#[test]
fn an_import_leaves_one_line_with_its_counts() {
    let sandbox = Sandbox::migrated();
    let line = |outcome: &str, counts: &str| {
        json!({
            "action": "import", "outcome": outcome, "actor_kind": "operator", "counts": counts,
        })
    };
    let staff = fixture("staff.json");
    let tower = fixture("tower.json");
    let broken = sandbox.write(
        "broken.json",
        &dump::dump(&[dump::user(91, &json!({})), dump::user(91, &json!({}))]),
    );

    let tried = sandbox.run(&["import", "django", "--dry-run", &staff]);
    let first = sandbox.run(&["import", "django", &staff]);
    let second = sandbox.run(&["import", "django", &staff]);
    let partly = sandbox.run(&["import", "django", &broken]);
    let missing = sandbox.run(&["import", "people", "nowhere.json"]);

    assert_eq!(tried.trail, Vec::<Value>::new());
    assert_eq!(
        all_contents(&first.trail),
        [line("done", "created=23,updated=0,skipped=0")]
    );
    assert_eq!(
        all_contents(&second.trail),
        [line("unchanged", "created=0,updated=0,skipped=0")]
    );
    assert_eq!(
        all_contents(&partly.trail),
        [line("done", "created=1,updated=0,skipped=1")]
    );
    assert_eq!(missing.trail[0]["outcome"], "failed");
    let people = Sandbox::migrated().run(&["import", "people", &tower]);
    let counts = people.trail[0]["counts"].as_str().unwrap();
    assert_eq!(
        (people.trail.len(), &people.trail[0]["action"]),
        (1, &json!("import"))
    );
    assert!(counts.ends_with(",updated=0,skipped=0"), "{counts}");
    assert_absent(&people.trail, &["pw-admin", "orgadmin"]);
}

#[test]
fn users_erased_by_a_purge_are_recorded_by_id() {
    let sandbox = Sandbox::migrated();
    for name in ["ada", "bob"] {
        run(&sandbox, &["user", "create", "--username", name]);
        run(&sandbox, &["user", "delete", name, "--yes"]);
    }

    let purged = sandbox.run(&["--set", "accounts.deletion_grace=0", "purge", "--yes"]);

    let line = |user: &str| {
        json!({
            "action": "user.erase", "outcome": "done", "actor_kind": "operator", "object": user,
        })
    };
    assert_eq!(
        all_contents(&purged.trail),
        [line("user:1"), line("user:2")]
    );
}

#[test]
fn trail_is_written_at_every_log_level_unless_switched_off() {
    let sandbox = Sandbox::migrated();
    let create = ["user", "create", "--username"];
    let cases: [(&[&str], &str, usize); 5] = [
        (&[], "a", 1),
        (&["--quiet"], "b", 1),
        (&["--set", "log.level=error"], "c", 1),
        (&["--set", "log.format=json"], "d", 1),
        (&["--set", "log.audit=false", "-vv"], "e", 0),
    ];

    for (options, name, lines) in cases {
        let ended = sandbox.run(&[options, &create, &[name]].concat());
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        assert_eq!(ended.trail.len(), lines, "{options:?}");
        assert!(!ended.out.contains("audit"), "{}", ended.out);
        assert!(!ended.err.contains("audit"), "{}", ended.err);
    }
}

#[test]
fn quickstart_is_recorded_without_its_credentials() {
    let mut service = Sandbox::new().start(&["quickstart"]);
    service.signal("TERM");

    let (trail, _) = audit_trail(&service.rest_of_log());

    let actions: Vec<&Value> = trail.iter().map(|line| &line["action"]).collect();
    assert_eq!(actions, ["key.create", "import", "token.create"]);
    assert_eq!(trail[1]["counts"], "created=9,updated=0,skipped=0");
    let words = service.greeting.split_whitespace();
    let shown: Vec<&str> = words.filter(|word| word.len() >= 20).collect();
    assert!(shown.len() >= 4, "{}", service.greeting);
    assert_absent(&trail, &shown);
}
