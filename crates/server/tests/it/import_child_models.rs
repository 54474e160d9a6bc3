//! Models that inherit from that of users or groups (multi-table inheritance), as `profiled import django` reads them.

use serde_json::{Value, json};

use crate::dump::{dump, group, record, user};
use crate::import_django::{import, tally};
use crate::import_profiles::{import_with, shown};
use crate::sandbox::Sandbox;

#[test]
fn child_models_of_users_and_groups_bring_their_attributes_and_notes() {
    Sandbox::on_each_database("child models", |sandbox| {
        let uuid = "00000000-0000-0000-0000-000000000005";
        let member = |pk: &Value| {
            let fields = json!({"password": "!", "last_login": null, "username": "ada", "groups": [["ops"]]});
            record("Shop.member", pk, &fields)
        };
        let plain = [
            record("shop.customer", &json!(uuid), &json!({"mobile": "0912"})),
            member(&json!(uuid)),
            record("shop.team", &json!(4), &json!({"description": "The ops."})),
            group(4, "ops"),
        ];
        // As Django writes it with --natural-primary.
        let natural = [
            group(4, "ops"),
            member(&Value::Null),
            record(
                "shop.team",
                &Value::Null,
                &json!({"group_ptr": ["ops"], "description": "The ops."}),
            ),
            record(
                "shop.customer",
                &Value::Null,
                &json!({"member_ptr": ["ada"], "mobile": "0912"}),
            ),
        ];
        let option = ["--profile-model", "shop.customer"];

        let first = import_with(sandbox, &plain, &option);
        let again = import_with(sandbox, &natural, &option);

        assert_eq!(first["skipped"], json!([]));
        assert_eq!(tally(&again, "users"), [0, 0, 1, 0], "{again}");
        assert_eq!(tally(&again, "groups"), [0, 0, 1, 0], "{again}");
        assert_eq!(
            shown(sandbox, uuid, &["mobile_number", "groups"]),
            json!(["0912", ["ops"]])
        );
        assert_eq!(sandbox.json(&["group", "show", "ops"])["notes"], "The ops.");
    });
}

#[test]
fn a_model_that_only_looks_like_a_child_of_that_of_groups_is_none() {
    let sandbox = Sandbox::migrated();
    let records = [
        user(1, &json!({})),
        group(1, "staff"),
        record(
            "chat.group",
            &json!(1),
            &json!({"name": "chat", "notes": "Secret."}),
        ),
        record("shop.role", &json!(1), &json!({"notes": "One."})),
        record("shop.role", &json!(2), &json!({"notes": "Two."})),
    ];

    let report = import(&sandbox, &dump(&records));

    assert_eq!(
        report["warnings"],
        json!(["shop.role is no model of groups: not all of its keys are theirs"])
    );
    assert_eq!(report["ignored"], json!({"chat.group": 1, "shop.role": 2}));
    assert_eq!(
        sandbox.json(&["group", "show", "staff"])["notes"],
        Value::Null
    );
}

#[test]
fn a_group_model_that_is_named_may_be_a_child_or_stand_alone() {
    let sandbox = Sandbox::migrated();
    let child = record("crm.department", &json!(1), &json!({"notes": "Sells."}));
    let alone = record(
        "crm.circle",
        &json!(5),
        &json!({"name": "round", "description": "O"}),
    );
    let records = [user(1, &json!({})), group(1, "sales"), child, alone];

    import_with(&sandbox, &records, &["--group-model", "crm.Department"]);
    import_with(&sandbox, &records, &["--group-model", "crm.circle"]);

    assert_eq!(sandbox.json(&["group", "show", "sales"])["notes"], "Sells.");
    assert_eq!(sandbox.json(&["group", "show", "round"])["notes"], "O");
}
