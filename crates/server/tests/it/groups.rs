//! `profiled group …`

use serde_json::json;

use crate::sandbox::Sandbox;

fn with_ada(sandbox: &Sandbox) {
    sandbox.done(&["migrate"]);
    sandbox.done(&["user", "create", "--username", "ada"]);
}

#[test]
fn a_group_is_made_changed_and_deleted() {
    Sandbox::on_each_database("a_group_is_made_changed_and_deleted", |sandbox| {
        with_ada(sandbox);

        let created = sandbox.json(&["group", "create", " Team ", "--notes", "n"]);
        let changed = sandbox.json(&["group", "set", "Team", "--name", "Crew", "--no-notes"]);
        let shown = sandbox.json(&["group", "show", "1"]);
        let unsure = sandbox.run(&["group", "delete", "Crew"]);
        sandbox.done(&["group", "delete", "Crew", "--yes"]);

        assert_eq!(
            (&created["id"], &created["name"]),
            (&json!(1), &json!("Team"))
        );
        assert_eq!(
            (&created["notes"], &created["users_count"]),
            (&json!("n"), &json!(0))
        );
        assert_eq!(
            (&changed["name"], &changed["notes"]),
            (&json!("Crew"), &json!(null))
        );
        assert_ne!(changed["updated"], created["updated"]);
        assert_eq!(shown, changed);
        assert_eq!(unsure.code, Some(3));
        assert_eq!(
            unsure.err,
            "profiled: group delete deletes group 1 and its 0 memberships: add --yes to confirm\n"
        );
        assert_eq!(sandbox.json(&["group", "list"]), json!([]));
    });
}

#[test]
fn adding_or_removing_a_member_twice_does_no_harm() {
    Sandbox::on_each_database(
        "adding_or_removing_a_member_twice_does_no_harm",
        |sandbox| {
            with_ada(sandbox);
            sandbox.done(&["group", "create", "Team"]);
            let change =
                |verb: &str| sandbox.json(&["group", verb, "Team", "ada"])["changed"].clone();

            let added = [change("add"), change("add")];
            let listed = sandbox.done(&["group", "list"]);
            let groups = sandbox.json(&["user", "show", "ada"])["groups"].clone();
            let removed = [change("remove"), change("remove")];

            assert_eq!(added, [json!(true), json!(false)]);
            assert_eq!(listed, "1 Team (1 member)\n");
            assert_eq!(groups, json!(["Team"]));
            assert_eq!(removed, [json!(true), json!(false)]);
            let told = sandbox.done(&["group", "remove", "Team", "ada"]);
            assert_eq!(told, "user 1 was not a member of group 1\n");
        },
    );
}

#[test]
fn missing_objects_and_taken_names_are_reported() {
    let sandbox = Sandbox::migrated();
    with_ada(&sandbox);
    sandbox.done(&["group", "create", "Team"]);
    sandbox.done(&["group", "create", "Crew"]);
    sandbox.done(&["user", "create", "--username", "bob"]);
    sandbox.done(&["user", "delete", "bob", "--yes"]);
    let long = "x".repeat(151);
    let cases: [(&[&str], i32, &str); 9] = [
        (
            &["show", "Nobody"],
            1,
            "there is no group \"Nobody\": profiled group list shows all",
        ),
        (
            &["add", "9", "ada"],
            1,
            "there is no group \"9\": profiled group list shows all",
        ),
        (
            &["add", "Team", "eve"],
            1,
            "there is no user \"eve\": profiled user list shows all",
        ),
        (
            &["add", "Team", "2"],
            1,
            "user 2 is deleted: user restore brings it back",
        ),
        (&["create", "Team"], 3, "group name is already taken"),
        (
            &["set", "Team", "--name", "Crew"],
            3,
            "group name is already taken",
        ),
        (&["create", "  "], 2, "the name must not be blank"),
        (
            &["create", &long],
            2,
            "the name must have at most 150 characters",
        ),
        (
            &["set", "Team", "--name", ""],
            2,
            "the name must not be blank",
        ),
    ];

    for (arguments, code, text) in cases {
        let ended = sandbox.run(&[&["group"], arguments].concat());

        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        assert_eq!(ended.err, format!("profiled: {text}\n"), "{arguments:?}");
    }
    for usage in [
        &["set", "Team"] as &[&str],
        &["set", "Team", "--notes", "n", "--no-notes"],
        &["create"],
    ] {
        let ended = sandbox.run(&[&["group"], usage].concat());
        assert_eq!(ended.code, Some(2), "{usage:?}");
    }
}

#[test]
fn help_describes_each_command() {
    let sandbox = Sandbox::new();

    let all = sandbox.done(&["group", "--help"]);
    let one = sandbox.done(&["group", "add", "--help"]);

    assert!(
        all.starts_with("Create, change and delete groups;"),
        "{all}"
    );
    assert!(all.contains("remove  Remove a user from a group"), "{all}");
    assert!(one.starts_with("Add a user to a group"), "{one}");
}
