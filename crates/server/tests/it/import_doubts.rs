//! What `profiled import django` does not take for users or their profiles without being told.

use serde_json::{Value, json};

use crate::dump::{dump, record, user};
use crate::import_django::{import, tally};
use crate::import_profiles::{import_with, shown};
use crate::sandbox::Sandbox;

fn users() -> [Value; 2] {
    [user(1, &json!({})), user(2, &json!({}))]
}

fn pair(model: &str, first: &Value, second: &Value) -> [Value; 2] {
    [
        record(model, &json!(1), first),
        record(model, &json!(2), second),
    ]
}

#[test]
fn models_that_are_only_called_profiles_are_named_and_not_read() {
    let sandbox = Sandbox::migrated();
    let shipping = pair(
        "shop.shippingprofile",
        &json!({"name": "fast", "phone": "1"}),
        &json!({"name": "slow", "phone": "2"}),
    );
    let pet = record(
        "shop.petprofile",
        &json!(1),
        &json!({"user": 1, "gender": "M"}),
    );
    let records = [&users()[..], &shipping, &[pet]].concat();

    let report = import(&sandbox, &dump(&records));
    let read = shown(&sandbox, "1", &["number_phone", "gender"]);
    let named = import_with(&sandbox, &records, &["--profile-model", "shop.petprofile"]);

    assert_eq!(
        report["warnings"],
        json!([
            "shop.petprofile is not read: if each user has one record, which names it in user, --profile-model \
             shop.petprofile brings them over",
            "shop.shippingprofile is not read: if each record belongs to one user, --profile-model \
             shop.shippingprofile.FIELD names the field with the user, or --profile-model shop.shippingprofile says \
             that its primary key is that of the user",
        ])
    );
    assert_eq!(read, json!([null, null]));
    assert_eq!(report["profiles"], json!({}));
    assert_eq!(named["profiles"], json!({"shop.petprofile": 1}));
    assert_eq!(shown(&sandbox, "1", &["gender"]), json!(["male"]));
}

#[test]
fn a_profile_called_as_the_user_model_is_read() {
    let sandbox = Sandbox::migrated();
    let member = json!({"password": "!", "last_login": null, "username": "ada"});
    let records = [
        record("crew.member", &json!(1), &member),
        record(
            "crew.memberprofile",
            &json!(9),
            &json!({"member": 1, "phone": "021"}),
        ),
    ];

    let report = import(&sandbox, &dump(&records));

    assert_eq!(report["profiles"], json!({"crew.memberprofile": 1}));
    assert_eq!(shown(&sandbox, "1", &["number_phone"]), json!(["021"]));
}

#[test]
fn an_owner_or_account_is_no_user_where_the_dump_has_such_a_model() {
    for (profile, field, other) in [
        ("bank.profile", "account", "bank.account"),
        ("zoo.userprofile", "owner", "farm.owner"),
    ] {
        let sandbox = Sandbox::migrated();
        let profiles = pair(
            profile,
            &json!({field: 2, "phone": "1"}),
            &json!({field: 1, "phone": "2"}),
        );
        let others = pair(other, &json!({"iban": "x"}), &json!({"iban": "y"}));
        let without = [&users()[..], &profiles].concat();
        let with = [&without[..], &others].concat();

        let report = import(&sandbox, &dump(&with));
        let unread = shown(&sandbox, "1", &["number_phone"]);
        let certain = import(&sandbox, &dump(&without));

        assert_eq!(report["profiles"], json!({}));
        let warning = report["warnings"][0].as_str().unwrap();
        let start = format!("{profile} is not read: ");
        assert!(warning.starts_with(&start), "{warning}");
        assert_eq!(unread, json!([null]));
        assert_eq!(certain["profiles"], json!({profile: 2}));
        assert_eq!(shown(&sandbox, "1", &["number_phone"]), json!(["2"]));
    }
}

#[test]
fn profiles_that_users_refer_to_are_not_known_by_their_primary_keys() {
    for (field, model) in [
        ("profile", "accounts.profile"),
        ("profile", "accounts.userprofile"),
        ("user_profile", "accounts.profile"),
    ] {
        let sandbox = Sandbox::migrated();
        let users = [user(1, &json!({field: 2})), user(2, &json!({field: 1}))];
        let profiles = pair(model, &json!({"phone": "1"}), &json!({"phone": "2"}));
        let records = [&users[..], &profiles].concat();
        let file = sandbox.write("dump.json", &dump(&records));

        let refused = sandbox.run(&["import", "django", &file, "--profile-model", model]);
        let report = import(&sandbox, &dump(&records));

        assert_eq!(refused.code, Some(1));
        assert_eq!(
            refused.err,
            format!(
                "profiled: --profile-model {model}: its primary key is not that of its user, for accounts.user.{field} \
                 refers to it; only --profile-model {model}.FIELD, with a field of {model} that names the user, brings \
                 it over; nothing is imported\n"
            )
        );
        assert_eq!(tally(&report, "users"), [2, 0, 0, 0]);
        assert_eq!(
            report["warnings"],
            json!([format!(
                "{model} is no profile: it is referred to by the field {field} of users"
            )])
        );
        assert_eq!(shown(&sandbox, "1", &["number_phone"]), json!([null]));
    }
}

#[test]
fn earlier_states_of_users_are_no_user_model() {
    let sandbox = Sandbox::migrated();
    let history = json!({
        "password": "!", "last_login": null, "username": "old", "mobile": "1",
        "history_type": "+", "history_date": "2020-01-01T00:00:00Z", "history_user": 1, "id": 1,
    });
    let records = [
        user(1, &json!({})),
        record("accounts.historicaluser", &json!(7), &history),
    ];

    let report = import(&sandbox, &dump(&records));

    assert_eq!(tally(&report, "users"), [1, 0, 0, 0]);
    assert_eq!(report["ignored"], json!({"accounts.historicaluser": 1}));
    assert_eq!(report["warnings"], json!([]));
}
