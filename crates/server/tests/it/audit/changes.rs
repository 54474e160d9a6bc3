//! What each change by a command leaves.

use serde_json::{Value, json};

use super::commands::{PASSWORD, run};
use super::{all_contents, assert_absent};
use crate::sandbox::Sandbox;

/// A command that is done, and its line.
struct Step(&'static [&'static str], Value);

fn step(
    command: &'static [&'static str],
    action: &str,
    object: &str,
    more: &[(&str, Value)],
) -> Step {
    let mut line = json!({
        "action": action, "outcome": "done", "actor_kind": "operator", "object": object,
    });
    for (name, value) in more {
        line[*name] = value.clone();
    }
    Step(command, line)
}

fn users() -> Vec<Step> {
    vec![
        step(
            &["user", "create", "--username", "root", "--superuser"],
            "user.create",
            "user:1",
            &[],
        ),
        step(
            &[
                "user",
                "create",
                "--email",
                "ada@x.example",
                "--username",
                "ada",
                "--password-stdin",
            ],
            "user.create",
            "user:2",
            &[],
        ),
        step(
            &[
                "user",
                "set",
                "ada",
                "--email",
                "a@x.example",
                "--first-name",
                "Augusta",
                "--staff",
            ],
            "user.update",
            "user:2",
            &[("fields", json!("email,first_name,is_staff"))],
        ),
        step(
            &["user", "set-password", "ada", "--password-stdin"],
            "user.password",
            "user:2",
            &[],
        ),
        step(
            &["user", "deactivate", "ada"],
            "user.deactivate",
            "user:2",
            &[],
        ),
        step(
            &["user", "deactivate", "ada"],
            "user.deactivate",
            "user:2",
            &[("outcome", json!("unchanged"))],
        ),
        step(&["user", "activate", "ada"], "user.activate", "user:2", &[]),
        step(
            &["user", "delete", "ada", "--yes"],
            "user.delete",
            "user:2",
            &[],
        ),
        step(&["user", "restore", "2"], "user.restore", "user:2", &[]),
        step(
            &["token", "create", "ada", "--label", "Laptop"],
            "token.create",
            "token:1",
            &[("user", json!(2))],
        ),
        step(&["token", "revoke", "1"], "token.revoke", "token:1", &[]),
    ]
}

fn groups() -> Vec<Step> {
    let ada = [("user", json!(2))];
    let already = [("user", json!(2)), ("outcome", json!("unchanged"))];
    vec![
        step(
            &["group", "create", "Poets"],
            "group.create",
            "group:1",
            &[],
        ),
        step(
            &["group", "set", "Poets", "--notes", "Verse"],
            "group.update",
            "group:1",
            &[("fields", json!("notes"))],
        ),
        step(
            &["group", "add", "Poets", "ada"],
            "group.member.add",
            "group:1",
            &ada,
        ),
        step(
            &["group", "add", "Poets", "ada"],
            "group.member.add",
            "group:1",
            &already,
        ),
        step(
            &["group", "remove", "Poets", "ada"],
            "group.member.remove",
            "group:1",
            &ada,
        ),
        step(
            &["group", "delete", "Poets", "--yes"],
            "group.delete",
            "group:1",
            &[],
        ),
    ]
}

fn directory() -> Vec<Step> {
    let ada = [("user", json!(2))];
    let organization = "organization:1";
    vec![
        step(
            &["org", "create", "Mills"],
            "organization.create",
            organization,
            &[],
        ),
        step(
            &["org", "set", "Mills", "--description", "Grain"],
            "organization.update",
            organization,
            &[("fields", json!("description"))],
        ),
        step(
            &["org", "add", "Mills", "ada"],
            "organization.member.add",
            organization,
            &ada,
        ),
        step(
            &["org", "add-admin", "Mills", "ada"],
            "organization.admin.add",
            organization,
            &ada,
        ),
        step(
            &["org", "remove-admin", "Mills", "ada"],
            "organization.admin.remove",
            organization,
            &ada,
        ),
        step(
            &["org", "remove", "Mills", "ada"],
            "organization.member.remove",
            organization,
            &ada,
        ),
        step(
            &["team", "create", "Carters", "--organization", "Mills"],
            "team.create",
            "team:1",
            &[],
        ),
        step(
            &["team", "set", "Carters", "--name", "Drivers"],
            "team.update",
            "team:1",
            &[("fields", json!("name"))],
        ),
        step(
            &["team", "add", "Drivers", "ada"],
            "team.member.add",
            "team:1",
            &ada,
        ),
        step(
            &["team", "remove", "Drivers", "ada"],
            "team.member.remove",
            "team:1",
            &ada,
        ),
        step(
            &["team", "delete", "Drivers", "--yes"],
            "team.delete",
            "team:1",
            &[],
        ),
        step(
            &["org", "delete", "Mills", "--yes"],
            "organization.delete",
            organization,
            &[],
        ),
    ]
}

#[test]
fn every_change_by_a_command_leaves_one_line_without_any_value() {
    Sandbox::on_each_database("the trail of commands", |sandbox| {
        let mut trail = Vec::new();
        for Step(command, expected) in [users(), groups(), directory()].into_iter().flatten() {
            let ended = run(sandbox, command);
            assert_eq!(ended.code, Some(0), "{command:?}: {}", ended.err);
            assert_eq!(all_contents(&ended.trail), [expected], "{command:?}");
            trail.extend(ended.trail);
        }
        let values = [
            "root",
            "ada",
            "Augusta",
            "x.example",
            "Laptop",
            "Poets",
            "Verse",
        ];
        assert_absent(&trail, &values);
        assert_absent(
            &trail,
            &["Mills", "Grain", "Carters", "Drivers", PASSWORD, "pbkdf2"],
        );
    });
}
