//! Users and groups that `profiled import django` knows by other keys than positive integers.

use serde_json::{Value, json};

use crate::dump::{dump, group, token, user};
use crate::import_django::{import, tally};
use crate::sandbox::Sandbox;

const ADA: &str = "00000000-0000-0000-0000-00000000000a";
const EVE: &str = "00000000-0000-0000-0000-00000000000e";

/// A user with any key.
pub fn keyed(key: &Value, username: &str, fields: &Value) -> Value {
    let mut user = user(1, fields);
    for (place, value) in [("/pk", key.clone()), ("/fields/username", username.into())] {
        if let Some(old) = user.pointer_mut(place) {
            *old = value;
        }
    }
    user
}

/// A record without its key, as `--natural-primary` writes it.
pub fn unkeyed(mut record: Value) -> Value {
    record.as_object_mut().map(|members| members.remove("pk"));
    record
}

pub fn key(digit: &str) -> String {
    digit.repeat(40)
}

/// The id and the name of a user, whatever it is known by.
pub fn known(sandbox: &Sandbox, name: &str) -> (Value, Value) {
    let shown = sandbox.json(&["user", "show", name]);
    let of = |field| shown.get(field).cloned().unwrap_or_default();
    (of("id"), of("username"))
}

#[test]
fn users_with_uuids_keep_their_tokens_and_memberships_and_get_the_same_ids_again() {
    Sandbox::on_each_database("uuids", |sandbox| {
        let records = [
            token(&key("a"), &json!(ADA)),
            keyed(&json!(EVE), "eve", &json!({})),
            keyed(
                &json!(ADA),
                "ada",
                &json!({"groups": [7], "is_staff": true}),
            ),
            group(7, "staff"),
        ];
        let mut reversed = records.clone();
        reversed.reverse();

        let first = import(sandbox, &dump(&records));
        let again = import(sandbox, &dump(&reversed));

        assert_eq!(tally(&first, "users"), [2, 0, 0, 0]);
        assert_eq!(
            first["ids"]["users"],
            json!({"by_key": 0, "by_name": 0, "new": 2})
        );
        assert_eq!(
            again["ids"]["users"],
            json!({"by_key": 2, "by_name": 0, "new": 0})
        );
        for (kind, count) in [("users", 2), ("memberships", 1), ("tokens", 1)] {
            assert_eq!(tally(&again, kind), [0, 0, count, 0], "{kind}");
        }
        assert_eq!(known(sandbox, EVE), (json!(1), json!("eve")));
        let service = sandbox.start(&["serve"]);
        let (status, me) = service.send("GET", "/api/users/me/", &format!("Token {}", key("a")));
        assert_eq!(status, 200, "{me}");
        let me: Value = serde_json::from_str(&me).unwrap();
        assert_eq!((&me["id"], &me["username"]), (&json!(2), &json!("ada")));
        assert_eq!(me["groups"][0]["name"], "staff");
    });
}

#[test]
fn a_single_user_with_key_zero_has_an_external_id_and_all_others_keep_theirs() {
    Sandbox::on_each_database("zero", |sandbox| {
        let records = [
            keyed(&json!(0), "root", &json!({})),
            user(7, &json!({})),
            token(&key("a"), &json!(0)),
        ];

        let report = import(sandbox, &dump(&records));

        assert_eq!(report["skipped"], json!([]));
        assert_eq!(tally(&report, "tokens"), [1, 0, 0, 0]);
        assert_eq!(known(sandbox, "0"), (json!(8), json!("root")));
        assert_eq!(known(sandbox, "user7"), (json!(7), json!("user7")));
    });
}

#[test]
fn an_integer_that_is_the_id_of_a_user_with_another_key_is_that_of_another_user() {
    Sandbox::on_each_database("set aside", |sandbox| {
        let zero = keyed(&json!(0), "root", &json!({}));
        import(sandbox, &dump(&[zero.clone(), user(7, &json!({}))]));
        let records = [
            user(7, &json!({})),
            user(8, &json!({})),
            zero,
            user(10, &json!({})),
            token(&key("a"), &json!(8)),
        ];

        let only_token = import(sandbox, &dump(&[group(1, "staff"), records[4].clone()]));
        let report = import(sandbox, &dump(&records));
        let again = import(sandbox, &dump(&records));

        assert_eq!(tally(&only_token, "tokens"), [0, 0, 0, 1]);
        assert_eq!(
            report["warnings"],
            json!(["accounts.user 8: user 8 is another one here: its id is 11"])
        );
        assert_eq!(known(sandbox, "root"), (json!(8), json!("root")));
        assert_eq!(known(sandbox, "user8"), (json!(11), json!("user8")));
        assert_eq!(tally(&again, "users"), [0, 0, 4, 0]);
        assert_eq!(tally(&again, "tokens"), [0, 0, 1, 0]);
        assert_eq!(
            sandbox
                .json(&["token", "list", "11"])
                .as_array()
                .map(Vec::len),
            Some(1)
        );
    });
}

#[test]
fn a_user_whose_tokens_are_named_by_a_key_made_here_is_the_same_in_the_next_dump() {
    Sandbox::on_each_database("made keys", |sandbox| {
        let records = [
            user(7, &json!({"groups": [3]})),
            group(3, "staff"),
            token(&key("a"), &json!(7)),
        ];
        import(sandbox, &dump(&records));
        let by_key = ["--set", "auth.jwt.user_id_field=external_id"];
        sandbox.done(&[&by_key[..], &["jwt", "create", "user7"]].concat());

        let again = import(sandbox, &dump(&records));

        assert_eq!(again["skipped"], json!([]));
        assert_eq!(again["warnings"], json!([]));
        for kind in ["users", "memberships", "tokens"] {
            assert_eq!(tally(&again, kind), [0, 0, 1, 0], "{kind}");
        }
    });
}

#[test]
fn keys_of_xml_are_all_texts_where_one_is() {
    let sandbox = Sandbox::migrated();
    let person = |code: &str, name: &str| {
        format!(
            "<object model=\"legacy.person\" pk=\"{code}\">\
             <field name=\"password\" type=\"CharField\">!</field>\
             <field name=\"last_login\" type=\"DateTimeField\"><None></None></field>\
             <field name=\"username\" type=\"CharField\">{name}</field></object>\
             <object model=\"authtoken.token\" pk=\"{code:k>40}\">\
             <field name=\"user\" rel=\"OneToOneRel\" to=\"legacy.person\">{code}</field>\
             <field name=\"created\" type=\"DateTimeField\">2025-11-22T13:15:20.827299+00:00</field></object>"
        )
    };
    let people = [("007", "bond"), ("42", "deep"), ("ada", "lovelace")];
    let xml: String = people
        .iter()
        .map(|(code, name)| person(code, name))
        .collect();
    let records = people.map(|(code, name)| {
        let mut person = keyed(&json!(code), name, &json!({}));
        person["model"] = "legacy.person".into();
        person["fields"]
            .as_object_mut()
            .unwrap()
            .remove("date_joined");
        person
    });

    let report = import(&sandbox, &format!("<django-objects>{xml}</django-objects>"));
    let same = import(&sandbox, &dump(&records));

    assert_eq!(tally(&report, "users"), [3, 0, 0, 0]);
    assert_eq!(tally(&report, "tokens"), [3, 0, 0, 0]);
    assert_eq!(tally(&same, "users"), [0, 0, 3, 0]);
    assert_eq!(known(&sandbox, "deep"), (json!(2), json!("deep")));
}

#[test]
fn a_mirror_of_users_with_uuids_removes_the_one_that_is_gone() {
    Sandbox::on_each_database("uuid mirror", |sandbox| {
        let ada = keyed(&json!(ADA), "ada", &json!({}));
        let eve = keyed(&json!(EVE), "eve", &json!({}));
        import(sandbox, &dump(&[ada, eve.clone()]));
        let file = sandbox.write("dump.json", &dump(&[eve]));

        let report = sandbox.json(&["import", "django", &file, "--mirror", "--yes"]);

        assert_eq!(report["absent"]["users"], 1);
        assert_eq!(sandbox.json(&["user", "show", "eve"])["is_active"], true);
        assert_eq!(sandbox.json(&["user", "show", "1"])["is_active"], false);
    });
}

#[test]
fn groups_with_uuids_or_without_keys_are_known_by_their_names() {
    Sandbox::on_each_database("group keys", |sandbox| {
        let mut with_uuid = group(1, "ops");
        with_uuid["pk"] = json!(EVE);
        let users = [
            user(1, &json!({"groups": [EVE, ["staff"]]})),
            user(2, &json!({"groups": [["staff"]]})),
        ];
        let records = [
            users[0].clone(),
            users[1].clone(),
            with_uuid,
            unkeyed(group(1, "staff")),
        ];

        let first = import(sandbox, &dump(&records));
        let again = import(sandbox, &dump(&records));

        assert_eq!(tally(&first, "groups"), [2, 0, 0, 0]);
        assert_eq!(tally(&first, "memberships"), [3, 0, 0, 0]);
        assert_eq!(tally(&again, "groups"), [0, 0, 2, 0]);
        assert_eq!(tally(&again, "memberships"), [0, 0, 3, 0]);
        assert_eq!(
            again["ids"]["groups"],
            json!({"by_key": 0, "by_name": 2, "new": 0})
        );
        assert_eq!(
            sandbox.json(&["user", "show", "1"])["groups"],
            json!(["ops", "staff"])
        );
    });
}

#[test]
fn what_belongs_to_a_user_or_group_that_is_not_stored_does_not_go_to_the_one_with_its_name() {
    let sandbox = Sandbox::migrated();
    import(
        &sandbox,
        &dump(&[user(1, &json!({"username": "ada"})), group(1, "staff")]),
    );
    let records = [
        user(2, &json!({"username": "ada"})),
        user(3, &json!({"groups": [2, ["staff"]]})),
        group(2, "staff"),
        token(&key("a"), &json!(["ada"])),
        token(&key("b"), &json!(2)),
    ];

    let report = import(&sandbox, &dump(&records));

    assert_eq!(tally(&report, "tokens"), [0, 0, 0, 2]);
    assert_eq!(tally(&report, "memberships"), [0, 0, 0, 2]);
    assert_eq!(sandbox.json(&["token", "list", "1"]), json!([]));
}
