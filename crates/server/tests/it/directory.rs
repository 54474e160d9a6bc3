//! `profiled org …` and `profiled team …`

use serde_json::json;

use crate::sandbox::Sandbox;

fn with_people(sandbox: &Sandbox) {
    sandbox.done(&["migrate"]);
    for name in ["ada", "bob"] {
        sandbox.done(&["user", "create", "--username", name]);
    }
}

#[test]
fn an_organization_is_made_changed_and_deleted() {
    Sandbox::on_each_database("an_organization_is_made_changed_and_deleted", |sandbox| {
        with_people(sandbox);

        let created = sandbox.json(&["org", "create", " Org One ", "--description", "first"]);
        let changed = sandbox.json(&["org", "set", "Org One", "--name", "Org 1"]);
        let listed = sandbox.done(&["org", "list"]);
        let unsure = sandbox.run(&["org", "delete", "1"]);
        sandbox.done(&["org", "delete", "Org 1", "--yes"]);
        let again = sandbox.json(&["org", "create", "Org 1"]);

        assert_eq!(created["id"], 1);
        let text = (&created["name"], &created["description"]);
        assert_eq!(text, (&json!("Org One"), &json!("first")));
        let text = (&changed["name"], &changed["description"]);
        assert_eq!(text, (&json!("Org 1"), &json!("first")));
        assert_ne!(changed["modified"], created["modified"]);
        assert_eq!(listed, "1 Org 1\n");
        assert_eq!(unsure.code, Some(3));
        assert!(unsure.err.contains("add --yes"), "{unsure:?}");
        assert_eq!(again["id"], 2);
    });
}

#[test]
fn users_admins_and_teams_belong_to_an_organization() {
    Sandbox::on_each_database(
        "users_admins_and_teams_belong_to_an_organization",
        |sandbox| {
            with_people(sandbox);
            sandbox.done(&["org", "create", "One"]);
            let change =
                |verb: &str, who: &str| sandbox.json(&["org", verb, "One", who])["changed"].clone();

            let added = [change("add", "ada"), change("add", "ada")];
            let promoted = [change("add-admin", "bob"), change("add-admin", "bob")];
            sandbox.done(&["team", "create", "A", "--organization", "One"]);
            let shown = sandbox.json(&["org", "show", "1"]);
            let told = sandbox.done(&["org", "show", "1"]);
            let removed = [change("remove", "ada"), change("remove", "ada")];
            let demoted = [change("remove-admin", "bob"), change("remove-admin", "bob")];

            for pair in [added, promoted, removed, demoted] {
                assert_eq!(pair, [json!(true), json!(false)]);
            }
            assert_eq!(shown["users"], json!([{ "id": 1, "username": "ada" }]));
            assert_eq!(shown["admins"], json!([{ "id": 2, "username": "bob" }]));
            assert_eq!(shown["teams"], json!([{ "id": 1, "name": "A" }]));
            assert_eq!(
                told,
                "1 One\ndescription: \nusers: ada\nadmins: bob\nteams: A\n"
            );
            let told = sandbox.done(&["org", "remove-admin", "One", "bob"]);
            assert_eq!(told, "user 2 was not an admin of organization 1\n");
        },
    );
}

#[test]
fn a_team_is_made_moved_and_deleted() {
    Sandbox::on_each_database("a_team_is_made_moved_and_deleted", |sandbox| {
        with_people(sandbox);
        sandbox.done(&["org", "create", "One"]);
        sandbox.done(&["org", "create", "Two"]);
        for place in ["One", "Two"] {
            sandbox.done(&["team", "create", "A", "--organization", place]);
        }

        let ambiguous = sandbox.run(&["team", "show", "A"]);
        let one = ["--organization", "One"];
        let added = sandbox.done(&[&["team", "add", "A", "ada"][..], &one].concat());
        let shown = sandbox.done(&[&["team", "show", "A"][..], &one].concat());
        let taken = sandbox.run(&["team", "set", "1", "--move-to", "Two"]);
        let moved = sandbox.json(&["team", "set", "1", "--move-to", "Two", "--name", "B"]);
        let removed = sandbox.json(&["team", "remove", "B", "ada"]);
        sandbox.done(&["org", "delete", "Two", "--yes"]);
        let listed = sandbox.done(&["team", "list"]);
        let unsure = sandbox.run(&["team", "delete", "B"]);
        sandbox.done(&["team", "delete", "B", "--yes"]);

        assert_eq!(ambiguous.code, Some(1));
        assert!(
            ambiguous.err.contains("name one by its id"),
            "{ambiguous:?}"
        );
        assert_eq!(added, "user 1 is a member of team 1\n");
        assert_eq!(shown, "1 A (One)\ndescription: \nusers: ada\n");
        assert_eq!(taken.code, Some(3), "{taken:?}");
        assert_eq!(moved["organization"], json!({ "id": 2, "name": "Two" }));
        assert_eq!(removed["changed"], true);
        assert_eq!(listed, "2 A (no organization)\n1 B (no organization)\n");
        assert_eq!(unsure.code, Some(3));
        assert_eq!(sandbox.json(&["team", "list"])[0]["id"], 2);
        let none = sandbox.run(&["team", "list", "--organization", "Two"]);
        assert_eq!(none.code, Some(1));
    });
}

#[test]
fn missing_objects_and_taken_names_are_reported() {
    let sandbox = Sandbox::migrated();
    with_people(&sandbox);
    sandbox.done(&["org", "create", "One"]);
    sandbox.done(&["org", "create", "Two"]);
    sandbox.done(&["user", "deactivate", "bob"]);
    let long = "x".repeat(513);
    let cases: [(&[&str], i32, &str); 8] = [
        (
            &["org", "show", "None"],
            1,
            "there is no organization \"None\": profiled org list shows all",
        ),
        (
            &["team", "add", "None", "ada"],
            1,
            "there is no team \"None\": profiled team list shows all",
        ),
        (
            &["org", "add", "One", "eve"],
            1,
            "there is no user \"eve\": profiled user list shows all",
        ),
        (
            &["org", "add", "One", "bob"],
            1,
            "user 2 cannot log in: run profiled user activate or profiled user restore first",
        ),
        (
            &["org", "create", "One"],
            3,
            "organization name is already taken",
        ),
        (
            &["org", "set", "Two", "--name", "One"],
            3,
            "organization name is already taken",
        ),
        (&["org", "create", " "], 2, "the name must not be blank"),
        (
            &["team", "create", &long, "--organization", "One"],
            2,
            "the name must have at most 512 characters",
        ),
    ];

    for (arguments, code, text) in cases {
        let ended = sandbox.run(arguments);

        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        assert_eq!(ended.err, format!("profiled: {text}\n"), "{arguments:?}");
    }
    for usage in [
        &["org", "set", "One"] as &[&str],
        &["team", "set", "A"],
        &["team", "create", "A"],
    ] {
        assert_eq!(sandbox.run(usage).code, Some(2), "{usage:?}");
    }
}
