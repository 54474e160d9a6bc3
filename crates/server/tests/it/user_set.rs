//! `profiled user set`

use serde_json::json;

use crate::sandbox::Sandbox;

#[test]
fn all_options_of_one_command_are_stored_together() {
    Sandbox::on_each_database(
        "all_options_of_one_command_are_stored_together",
        |sandbox| {
            sandbox.done(&["migrate"]);
            sandbox.done(&["user", "create", "--username", "ada", "--gender", "female"]);
            let told = [
                "user",
                "set",
                "ada",
                "--username",
                "eve",
                "--email",
                "eve@example.com",
                "--mobile-number",
                "09120000001",
                "--number-phone",
                "0211234567",
                "--first-name",
                "Eve",
                "--last-name",
                "Lace",
                "--gender",
                "",
                "--staff",
                "--superuser",
            ];

            let changed = sandbox.json(&told);
            let shown = sandbox.json(&["user", "show", "1"]);
            let cleared = sandbox.json(&["user", "set", "eve", "--email", "", "--no-staff"]);

            assert_eq!(changed["username"], "eve");
            assert_eq!(changed["email"], "eve@example.com");
            assert_eq!(changed["mobile_number"], "09120000001");
            assert_eq!(changed["full_name"], "Eve Lace");
            assert_eq!(changed["gender"], json!(null));
            let flags = (&changed["is_staff"], &changed["is_superuser"]);
            assert_eq!(flags, (&json!(true), &json!(true)));
            assert_eq!(shown["username"], "eve");
            assert_eq!(
                (&cleared["email"], &cleared["is_staff"]),
                (&json!(null), &json!(false))
            );
        },
    );
}

#[test]
fn invalid_option_is_refused_and_stores_nothing() {
    let sandbox = Sandbox::migrated();
    for name in ["root", "ada", "gone"] {
        sandbox.done(&["user", "create", "--username", name]);
    }
    sandbox.done(&["user", "set", "root", "--superuser"]);
    sandbox.done(&["user", "deactivate", "ada"]);
    sandbox.done(&["user", "delete", "gone", "--yes"]);
    let cases: [(&[&str], i32, &str); 5] = [
        (
            &["root", "--username", "boss", "--no-superuser"],
            3,
            "user 1 is the last active superuser: make another user superuser first",
        ),
        (
            &["root", "--username", "ada"],
            3,
            "username is already taken",
        ),
        (
            &["3", "--first-name", "x"],
            1,
            "user 3 is deleted: user restore brings it back",
        ),
        (
            &["root", "--username", "no good"],
            2,
            "--username: has characters or a form that is not allowed",
        ),
        (
            &["nobody", "--staff"],
            1,
            "there is no user \"nobody\": profiled user list shows all",
        ),
    ];

    for (arguments, code, text) in cases {
        let ended = sandbox.run(&[&["user", "set"], arguments].concat());

        assert_eq!(ended.code, Some(code), "{arguments:?}: {ended:?}");
        assert_eq!(ended.err, format!("profiled: {text}\n"), "{arguments:?}");
    }
    let root = sandbox.json(&["user", "show", "1"]);
    assert_eq!(
        (&root["username"], &root["is_superuser"]),
        (&json!("root"), &json!(true))
    );
    // Operators may prepare an account that is not active.
    let inactive = sandbox.json(&["user", "set", "ada", "--first-name", "Ada"]);
    assert_eq!(inactive["is_active"], false);
    for usage in [
        &["user", "set", "ada"] as &[&str],
        &["user", "set", "ada", "--staff", "--no-staff"],
    ] {
        assert_eq!(sandbox.run(usage).code, Some(2), "{usage:?}");
    }
}
