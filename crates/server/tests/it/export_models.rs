//! `profiled export django`: the models, keys and instants of different projects.

use serde_json::{Value, json};

use crate::dump::{dump, group, user};
use crate::export_django::{export, report};
use crate::import_django::import;
use crate::sandbox::Sandbox;

const UUID: &str = "4c366500-e8e1-43ca-b08c-69eb47383725";

/// A user under another primary key.
fn user_with_key(key: &Value, fields: &Value) -> Value {
    let mut record = user(9, fields);
    if let Some(pk) = record.get_mut("pk") {
        pk.clone_from(key);
    }
    record
}

#[test]
fn keys_are_those_that_users_had_in_django() {
    Sandbox::on_each_database("keys_are_those_that_users_had_in_django", |sandbox| {
        import(sandbox, &dump(&[user_with_key(&json!(UUID), &json!({}))]));
        sandbox.done(&["user", "create", "--username", "new"]);
        let id = sandbox.json(&["user", "show", "new"])["id"]
            .as_i64()
            .unwrap();

        let records = export(sandbox, &[]);
        let report = report(sandbox, &[]);

        let made = format!("00000000-0000-4000-8000-{id:012x}");
        assert_eq!([&records[0]["pk"], &records[1]["pk"]], [UUID, &made]);
        let warning =
            format!("user {id} has no key as others of accounts.user have: it gets {made}");
        assert_eq!(report["warnings"]["first"], json!([warning]));
    });
}

#[test]
fn key_0_is_a_number_again() {
    let sandbox = Sandbox::migrated();
    let zero = user_with_key(&json!(0), &json!({"username": "zero"}));
    import(&sandbox, &dump(&[zero, user(1, &json!({}))]));

    let mut keys: Vec<Value> = export(&sandbox, &["--strict"])
        .into_iter()
        .map(|user| user["pk"].clone())
        .collect();

    keys.sort_by_key(Value::as_i64);
    assert_eq!(keys, [json!(0), json!(1)]);
}

#[test]
fn profiles_are_written_for_users_who_have_one() {
    Sandbox::on_each_database("profiles_are_written_for_users_who_have_one", |sandbox| {
        let profile = |user: i64, phone: &Value| {
            json!({
                "model": "accounts.profile", "pk": 70 + user, "fields": {"user": user, "phone": phone, "bio": "x"},
            })
        };
        let users = [1, 2, 3].map(|id| user(id, &json!({})));
        let some = [profile(1, &json!("021")), profile(3, &json!(null))];
        let all = [&some[..], &[profile(2, &json!("022"))]].concat();

        import(sandbox, &dump(&[&users[..], &some].concat()));
        let of_some = export(sandbox, &[]);
        import(sandbox, &dump(&[&users[..], &all].concat()));
        let of_all = export(sandbox, &[]);
        let report = report(sandbox, &[]);

        let profiles = |records: &[Value]| -> Vec<Value> {
            let of_model = records
                .iter()
                .filter(|record| record["model"] == "accounts.profile");
            of_model.cloned().collect()
        };
        let expected = |user: i64, phone: &Value| {
            json!({
                "model": "accounts.profile", "pk": user, "fields": {"user": user, "phone": phone},
            })
        };
        assert_eq!(profiles(&of_some), [expected(1, &json!("021"))]);
        let phones = [json!("021"), json!("022"), json!(null)];
        let expected: Vec<Value> = (1..)
            .zip(&phones)
            .map(|(user, phone)| expected(user, phone))
            .collect();
        assert_eq!(profiles(&of_all), expected);
        assert_eq!(report["defaults"], json!(["accounts.profile.bio"]));
        assert_eq!(report["profiles"], 3);
    });
}

#[test]
fn profile_may_be_named_without_an_import() {
    let sandbox = Sandbox::migrated();
    let number = ["--mobile-number", "09120000001"];
    sandbox.done(&[&["user", "create", "--username", "ada"], &number[..]].concat());
    let model = ["--profile-model", "club.card.holder"];
    let field = ["--field", "club.card.phone=mobile_number"];

    let records = export(&sandbox, &[&model[..], &field, &["--strict"]].concat());

    let card =
        json!({"model": "club.card", "pk": 1, "fields": {"holder": 1, "phone": "09120000001"}});
    assert_eq!(records[1], card);
}

#[test]
fn instants_have_no_zone_where_the_import_has_given_them_one() {
    Sandbox::on_each_database(
        "instants_have_no_zone_where_the_import_has_given_them_one",
        |sandbox| {
            let fields = json!({"date_joined": "2025-07-22T13:15:20.827", "last_login": "2025-11-22T13:15:20"});
            let file = sandbox.write("dump.json", &dump(&[user(1, &fields)]));
            sandbox.done(&["import", "django", &file, "--timezone", "Europe/Berlin"]);

            let instants = |options: &[&str]| {
                let user = export(sandbox, options).remove(0);
                ["date_joined", "last_login"]
                    .map(|name| user["fields"][name].as_str().unwrap().to_owned())
            };

            assert_eq!(
                instants(&[]),
                ["2025-07-22T13:15:20.827", "2025-11-22T13:15:20"]
            );
            let elsewhere = ["2025-07-22T14:45:20.827", "2025-11-22T15:45:20"];
            assert_eq!(instants(&["--timezone", "Asia/Tehran"]), elsewhere);
        },
    );
}

#[test]
fn absence_of_a_number_is_null() {
    let sandbox = Sandbox::migrated();
    let users = [
        user(1, &json!({"gender": 1})),
        user(2, &json!({"gender": 2})),
    ];
    let file = sandbox.write("dump.json", &dump(&users));
    sandbox.done(&[
        "import",
        "django",
        &file,
        "--value",
        "gender:1=male",
        "--value",
        "gender:2=female",
    ]);
    sandbox.done(&["user", "create", "--username", "new"]);

    let records = export(&sandbox, &["--strict"]);

    let genders: Vec<_> = records
        .iter()
        .map(|user| &user["fields"]["gender"])
        .collect();
    assert_eq!(genders, [&json!("1"), &json!("2"), &json!(null)]);
}

#[test]
fn recent_revocation_of_all_credentials_is_told() {
    let sandbox = Sandbox::migrated();
    import(
        &sandbox,
        &dump(&[group(1, "Ops"), user(1, &json!({})), user(2, &json!({}))]),
    );
    let password = ["user", "set-password", "1", "--password-stdin"];
    sandbox.run_with_input(&password, "correct horse battery\n");

    let told = sandbox.run(&["export", "django"]);

    let warning = "warning: credentials of 1 users were revoked lately: Django takes their refresh tokens from before \
                   until they expire, unless it gets another SIGNING_KEY\n";
    assert!(told.err.contains(warning), "{}", told.err);
}

#[test]
fn gender_is_left_out_where_no_word_of_the_field_is_known() {
    Sandbox::on_each_database("words", |sandbox| {
        let profile = |user: i64| {
            let fields = json!({"user": user, "sex": null});
            json!({"model": "accounts.profile", "pk": user, "fields": fields})
        };
        let records = [
            user(1, &json!({"gender": 1})),
            user(2, &json!({"gender": 2})),
            profile(1),
        ];
        import(sandbox, &dump(&records));
        sandbox.done(&["user", "set", "user2", "--gender", "female"]);

        let unknown = export(sandbox, &[]);
        let named = export(sandbox, &["--value", "gender:2=female"]);

        let of = |records: &[Value], model: &str, id: i64, field: &str| {
            let mut records = records.iter();
            let found = records.find(|record| record["model"] == model && record["pk"] == id);
            found.and_then(|record| record["fields"].get(field).cloned())
        };
        for id in [1, 2] {
            assert_eq!(of(&unknown, "accounts.user", id, "gender"), None, "{id}");
        }
        assert_eq!(
            of(&unknown, "accounts.profile", 2, "sex"),
            Some(Value::Null)
        );
        assert_eq!(of(&named, "accounts.user", 2, "gender"), Some(json!("2")));
    });
}
