//! Users and groups that `profiled import django` knows by their names.

use serde_json::{Value, json};

use crate::dump::{dump, group, record, token, user};
use crate::import_django::{import, tally};
use crate::import_keys::{key, keyed, known, unkeyed};
use crate::sandbox::Sandbox;

#[test]
fn users_without_keys_are_found_by_name_or_get_ids_in_order() {
    Sandbox::on_each_database("no keys", |sandbox| {
        import(sandbox, &dump(&[user(5, &json!({}))]));
        let file = sandbox.write(
            "dump.json",
            &dump(&[
                token(&key("a"), &json!(["ada"])),
                unkeyed(group(1, "staff")),
                unkeyed(keyed(&json!(0), "eve", &json!({}))),
                unkeyed(keyed(&json!(0), "ada", &json!({"groups": [["staff"]]}))),
                unkeyed(keyed(&json!(0), "user5", &json!({}))),
            ]),
        );
        let command = ["import", "django", &file];

        let told = sandbox.done(&[&command[..], &["--dry-run"]].concat());
        let report = sandbox.json(&command);
        let again = sandbox.json(&command);

        assert!(
            told.contains("\nids: 1 users by name, 2 new ids given in order\nids: 1 new ids of groups given in order\n"),
            "{told}"
        );
        assert_eq!(
            report["ids"]["users"],
            json!({"by_key": 0, "by_name": 1, "new": 2})
        );
        assert_eq!(known(sandbox, "eve").0, 6);
        assert_eq!(known(sandbox, "ada").0, 7);
        for (kind, count) in [
            ("users", 3),
            ("groups", 1),
            ("memberships", 1),
            ("tokens", 1),
        ] {
            assert_eq!(tally(&again, kind), [0, 0, count, 0], "{kind}");
        }
    });
}

#[test]
fn a_dump_with_keys_beside_one_without_gives_their_ids() {
    Sandbox::on_each_database("two dumps", |sandbox| {
        let staff = group(9, "staff");
        let plain = [
            user(30, &json!({"username": "ada", "groups": [9]})),
            user(20, &json!({"username": "eve"})),
            staff.clone(),
        ];
        let natural = [
            token(&key("a"), &json!(["ada"])),
            unkeyed(user(1, &json!({"username": "eve"}))),
            unkeyed(user(1, &json!({"username": "ada", "groups": [["staff"]]}))),
            unkeyed(user(1, &json!({"username": "new"}))),
            unkeyed(staff),
        ];
        let natural = sandbox.write("natural.json", &dump(&natural));
        let plain = sandbox.write("plain.json", &dump(&plain));

        let report = sandbox.json(&["import", "django", &natural, &plain]);

        assert_eq!(tally(&report, "users"), [3, 0, 0, 0]);
        assert_eq!(tally(&report, "groups"), [1, 0, 0, 0]);
        assert_eq!(tally(&report, "memberships"), [1, 0, 0, 0]);
        assert_eq!(tally(&report, "tokens"), [1, 0, 0, 0]);
        assert_eq!(
            report["ids"]["users"],
            json!({"by_key": 0, "by_name": 2, "new": 1})
        );
        assert_eq!(report["skipped"], json!([]));
        assert_eq!(known(sandbox, "ada").0, 30);
        assert_eq!(known(sandbox, "new").0, 31);
    });
}

#[test]
fn references_by_id_to_records_without_ids_are_skipped_with_the_reason() {
    let sandbox = Sandbox::migrated();
    import(
        &sandbox,
        &dump(&[user(1, &json!({"username": "other"})), group(1, "other")]),
    );
    let records = [
        unkeyed(user(1, &json!({"groups": [1]}))),
        unkeyed(group(1, "staff")),
        token(&key("a"), &json!(1)),
    ];

    let report = import(&sandbox, &dump(&records));

    let reason = "does not exist: the dump has no ids (--natural-primary), and refers by ids (no --natural-foreign)";
    assert_eq!(
        report["skipped"],
        json!([
            format!("membership of user 2: group 1 {reason}"),
            format!("token aaaaaaaa…: user 1 {reason}"),
        ])
    );
}

#[test]
fn users_are_known_by_their_addresses_where_they_have_no_usernames() {
    Sandbox::on_each_database("by email", |sandbox| {
        let account = |email: &str, groups: Value| {
            let fields = json!({
                "password": "!", "last_login": null, "email": email, "is_staff": true, "groups": groups,
            });
            record("shop.Account", &Value::Null, &fields)
        };
        let records = [
            token(&key("a"), &json!(["ada@example.com"])),
            account("eve@example.com", json!([])),
            account("ada@example.com", json!([["staff"]])),
            group(4, "staff"),
        ];

        let first = import(sandbox, &dump(&records));
        let again = import(sandbox, &dump(&records));

        assert_eq!(tally(&first, "users"), [2, 0, 0, 0]);
        assert_eq!(tally(&first, "tokens"), [1, 0, 0, 0]);
        assert_eq!(tally(&again, "users"), [0, 0, 2, 0]);
        assert_eq!(
            again["ids"]["users"],
            json!({"by_key": 0, "by_name": 2, "new": 0})
        );
        let warnings = first["warnings"].as_array().unwrap();
        let warning = "users have no username: log-in needs auth.username_field = \"email\"";
        assert_eq!(warnings.iter().filter(|text| *text == warning).count(), 1);
        let file = sandbox.write("dump.json", &dump(&records));
        let by_email = ["--set", "auth.username_field=email"];
        let set = sandbox.json(&[&by_email[..], &["import", "django", &file]].concat());
        assert!(
            !set["warnings"]
                .as_array()
                .unwrap()
                .contains(&json!(warning))
        );
        let service = sandbox.start(&["serve"]);
        let (status, me) = service.send("GET", "/api/users/me/", &format!("Token {}", key("a")));
        assert_eq!(status, 200, "{me}");
        let me: Value = serde_json::from_str(&me).unwrap();
        assert_eq!(me["email"], "ada@example.com");
    });
}

#[test]
fn natural_keys_are_addresses_where_no_username_is_one() {
    let sandbox = Sandbox::migrated();
    let ada = user(1, &json!({"email": "ada@example.com"}));
    let odd = user(2, &json!({"username": "eve@example.com"}));
    let by_address = token(&key("a"), &json!(["ada@example.com"]));

    let report = import(&sandbox, &dump(&[ada.clone(), by_address.clone()]));
    let uncertain = import(&sandbox, &dump(&[ada, odd, by_address]));

    assert_eq!(tally(&report, "tokens"), [1, 0, 0, 0]);
    assert_eq!(tally(&uncertain, "tokens"), [0, 0, 0, 1]);
}

#[test]
fn a_name_under_another_name_and_an_instant_of_joining_are_found_or_said() {
    let sandbox = Sandbox::migrated();
    let fields = json!({
        "password": "!", "last_login": null, "login": "ada", "nickname": "lady",
        "date_joined": "2020-01-01T00:00:00Z", "since": "2010-01-01T00:00:00Z",
    });
    let file = sandbox.write(
        "dump.json",
        &dump(&[record("a.person", &json!(3), &fields)]),
    );

    let report = sandbox.json(&["import", "django", &file]);
    let recognised = known(&sandbox, "3");
    let options = [
        "--field",
        "nickname=username",
        "--field",
        "since=date_joined",
    ];
    sandbox.done(&[&["import", "django", &file][..], &options].concat());
    let shown = sandbox.json(&["user", "show", "3"]);

    assert_eq!(
        report["fields"],
        json!({"login": "username", "date_joined": "date_joined"})
    );
    assert_eq!(recognised.1, "ada");
    assert_eq!(shown["username"], "lady");
    assert_eq!(shown["date_joined"], "2010-01-01T00:00:00+00:00");
}

#[test]
fn a_user_that_nothing_identifies_is_skipped() {
    let sandbox = Sandbox::migrated();
    let nameless = unkeyed(user(1, &json!({"username": null})));
    let odd = keyed(&json!([1]), "eve", &json!({}));
    let file = sandbox.write("dump.json", &dump(&[nameless, user(1, &json!({})), odd]));

    let ended = sandbox.run(&["import", "django", &file]);

    assert_eq!(ended.code, Some(1));
    let skipped: Vec<_> = ended
        .out
        .lines()
        .filter(|line| line.starts_with("skipped"))
        .collect();
    assert_eq!(
        skipped,
        [
            "skipped: accounts.user [1]: pk [1] is neither an integer nor a text",
            "skipped: accounts.user: it has neither a primary key nor a name",
        ]
    );
}

#[test]
fn ids_that_were_given_in_order_stay_those_of_their_names() {
    Sandbox::on_each_database("given ids", |sandbox| {
        let named = |name: &str| unkeyed(user(1, &json!({"username": name})));
        let before = [
            named("ada"),
            named("eve"),
            unkeyed(group(1, "staff")),
            token(&key("a"), &json!(["ada"])),
        ];
        import(sandbox, &dump(&before));
        let records = [
            user(1, &json!({"username": "carl", "groups": [1]})),
            user(2, &json!({"username": "ada", "groups": [2]})),
            user(3, &json!({"username": "dora"})),
            group(2, "staff"),
            group(1, "ops"),
            token(&key("a"), &json!(2)),
            token(&key("c"), &json!(1)),
        ];

        let first = import(sandbox, &dump(&records));
        let again = import(sandbox, &dump(&records));

        assert_eq!(known(sandbox, "ada").0, 1);
        assert_eq!(known(sandbox, "eve").0, 2);
        assert_eq!(known(sandbox, "dora").0, 3);
        assert_eq!(tally(&first, "tokens"), [1, 0, 1, 0]);
        assert_eq!(
            sandbox.json(&["user", "show", "ada"])["groups"],
            json!(["staff"])
        );
        assert_eq!(
            sandbox.json(&["user", "show", "carl"])["groups"],
            json!(["ops"])
        );
        for (kind, count) in [
            ("users", 3),
            ("groups", 2),
            ("memberships", 2),
            ("tokens", 2),
        ] {
            assert_eq!(tally(&again, kind), [0, 0, count, 0], "{kind}");
        }
    });
}
