//! Flags of users under other names, as `profiled import django` reads and `profiled export django` writes them.

use serde_json::{Value, json};

use crate::dump::{dump, record, user};
use crate::import_django::import;
use crate::import_profiles::{import_with, shown};
use crate::sandbox::Sandbox;

const FLAGS: [&str; 3] = ["is_active", "is_staff", "is_superuser"];

fn member(fields: &Value) -> Value {
    let usual = json!({"password": "!", "last_login": null, "username": "ada"});
    let all = [&usual, fields].into_iter().filter_map(Value::as_object);
    let all = all
        .flatten()
        .map(|(name, value)| (name.clone(), value.clone()));
    record("crew.member", &json!(1), &all.collect())
}

#[test]
fn flags_under_other_names_are_recognised_or_named() {
    let named = ["--field", "root=is_superuser", "--field", "works=is_active"];
    for (fields, options, expected) in [
        (
            json!({"active": false, "staff": true}),
            &[][..],
            json!([false, true, false]),
        ),
        (
            json!({"active": false, "is_active": true, "staff": 1}),
            &[],
            json!([true, false, false]),
        ),
        (
            json!({"works": false, "is_active": true, "root": true}),
            &named,
            json!([false, false, true]),
        ),
        (
            json!({"is_active": false, "is_staff": true}),
            &["--field", "is_staff="],
            json!([false, false, false]),
        ),
    ] {
        let sandbox = Sandbox::migrated();

        import_with(&sandbox, &[member(&fields)], options);

        assert_eq!(shown(&sandbox, "1", &FLAGS), expected, "{fields}");
    }
}

#[test]
fn flags_under_other_names_are_told_and_go_back_under_them() {
    let sandbox = Sandbox::migrated();
    let fields = json!({"active": false, "root": true});

    let report = import_with(
        &sandbox,
        &[member(&fields)],
        &["--field", "root=is_superuser"],
    );
    let written = sandbox.done(&["export", "django", "--format", "json"]);

    assert_eq!(report["fields"]["active"], "is_active");
    assert_eq!(report["fields"]["root"], "is_superuser");
    assert_eq!(report["lost"], json!({}));
    let written: Value = serde_json::from_str(&written).unwrap();
    let users = written.as_array().unwrap();
    let back = users
        .iter()
        .find(|record| record["model"] == "crew.member")
        .unwrap();
    assert_eq!(back["fields"]["active"], false);
    assert_eq!(back["fields"]["root"], true);
}

#[test]
fn a_flag_that_keeps_users_out_or_grants_rights_is_warned_of_unless_it_is_read() {
    let sandbox = Sandbox::migrated();
    let fields = json!({"is_blocked": true, "deleted": false, "is_admin": true, "admin": null});
    let records = [user(1, &fields)];

    let report = import(&sandbox, &dump(&records));
    let named = import_with(&sandbox, &records, &["--field", "is_admin=is_superuser"]);

    let out = ["deleted", "is_blocked"].map(|field| {
        format!("accounts.user.{field} is not read: whom it keeps out can log in here")
    });
    let grant = "accounts.user.is_admin is not read: name what it grants with --field";
    assert_eq!(report["warnings"], json!([out[0], grant, out[1]]));
    assert_eq!(report["lost"]["accounts.user.is_blocked"], 1);
    assert_eq!(named["warnings"], json!(out));
    assert_eq!(shown(&sandbox, "1", &["is_superuser"]), json!([true]));
}

#[test]
fn a_flag_of_a_profile_is_none_of_its_user() {
    let sandbox = Sandbox::migrated();
    let profile = record(
        "accounts.profile",
        &json!(1),
        &json!({"user": 1, "boss": true}),
    );
    let file = sandbox.write("dump.json", &dump(&[user(1, &json!({})), profile]));

    let ended = sandbox.run(&["import", "django", &file, "--field", "boss=is_staff"]);

    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.err,
        "profiled: --field boss: the user model has no such field; nothing is imported\n"
    );
}
