//! Attributes of users that `profiled import django` finds in tables of their own.

use profiled_domain::RepositoryError;
use serde_json::{Value, json};

use crate::dump::{dump, group, record, user};
use crate::import_django::{import, tally};
use crate::sandbox::Sandbox;

fn profile(pk: i64, fields: &Value) -> Value {
    record("accounts.UserProfile", &json!(pk), fields)
}

pub fn shown(sandbox: &Sandbox, name: &str, fields: &[&str]) -> Value {
    let user = sandbox.json(&["user", "show", name]);
    let of = |field: &&str| user.get(*field).cloned().unwrap_or_default();
    fields.iter().map(of).collect()
}

/// Runs an import with options.
pub fn import_with(sandbox: &Sandbox, records: &[Value], options: &[&str]) -> Value {
    let file = sandbox.write("dump.json", &dump(records));
    sandbox.json(&[&["import", "django", &file][..], options].concat())
}

#[test]
fn a_profile_fills_in_what_its_user_does_not_say() {
    Sandbox::on_each_database("profile", |sandbox| {
        let records = [
            profile(
                70,
                &json!({"user": 2, "phone": "021", "sex": 2, "bio": "Long.", "avatar": ""}),
            ),
            user(1, &json!({"first_name": "Ada", "phone": "1"})),
            user(2, &json!({"first_name": "", "phone": null})),
            profile(
                71,
                &json!({"user": ["user1"], "phone": "2", "firstname": "Eva", "sex": 3, "avatar": "a.png"}),
            ),
            user(3, &json!({})),
        ];
        let options = ["--value", "sex:2=female"];

        let first = import_with(sandbox, &records, &options);
        let again = import_with(sandbox, &records, &options);

        assert_eq!(tally(&again, "users"), [0, 0, 3, 0]);
        let fields = ["first_name", "number_phone", "gender", "avatar"];
        assert_eq!(
            shown(sandbox, "1", &fields),
            json!(["Ada", "1", null, "a.png"])
        );
        assert_eq!(
            shown(sandbox, "2", &fields),
            json!(["", "021", "female", null])
        );
        assert_eq!(first["profiles"], json!({"accounts.userprofile": 2}));
        let told = json!({
            "date_joined": "date_joined",
            "first_name": "first_name",
            "phone": "number_phone",
            "username": "username",
            "accounts.userprofile.avatar": "avatar",
            "accounts.userprofile.firstname": "first_name",
            "accounts.userprofile.phone": "number_phone",
            "accounts.userprofile.sex": "gender",
        });
        assert_eq!(first["fields"], told);
        let lost = json!({
            "accounts.userprofile.bio": 1,
            "accounts.userprofile.sex \"3\"": 1,
            "accounts.userprofile: first_name of users who have another": 1,
            "accounts.userprofile: number_phone of users who have another": 1,
        });
        assert_eq!(first["lost"], lost);
        assert_eq!(first["ignored"], json!({}));
    });
}

#[test]
fn a_profile_without_its_user_is_skipped_with_the_reason() {
    let sandbox = Sandbox::migrated();
    let records = [
        user(1, &json!({})),
        profile(1, &json!({"user": 9, "phone": "1"})),
        profile(2, &json!({"user": null, "phone": "1"})),
        profile(3, &json!({"user": ["eve"], "phone": "1"})),
    ];

    let report = import(&sandbox, &dump(&records));

    assert_eq!(
        report["skipped"],
        json!([
            "accounts.UserProfile 2: null refers to nothing",
            "accounts.userprofile of user \"eve\": user \"eve\" does not exist",
            "accounts.userprofile of user 9: user 9 does not exist",
        ])
    );
    assert_eq!(tally(&report, "users"), [1, 0, 0, 0]);
}

#[test]
fn a_model_that_names_a_user_twice_is_no_profile() {
    let sandbox = Sandbox::migrated();
    let records = [
        user(1, &json!({})),
        profile(1, &json!({"user": 1, "phone": "1"})),
        profile(2, &json!({"user": 1, "phone": "2"})),
    ];

    let report = import(&sandbox, &dump(&records));

    assert_eq!(
        report["warnings"],
        json!(["accounts.userprofile is no profile: it names user 1 twice"])
    );
    assert_eq!(report["ignored"], json!({"accounts.UserProfile": 2}));
    assert_eq!(report["profiles"], json!({}));
    assert_eq!(shown(&sandbox, "1", &["number_phone"]), json!([null]));
}

#[test]
fn a_field_that_holds_an_attribute_is_no_user_of_a_profile() {
    let sandbox = Sandbox::migrated();
    let genders = [
        profile(1, &json!({"gender": 2})),
        profile(2, &json!({"gender": 1})),
    ];
    let users = [user(1, &json!({})), user(2, &json!({}))];
    let options = ["--value", "gender:1=male", "--value", "gender:2=female"];

    import_with(&sandbox, &[&users[..], &genders].concat(), &options);

    assert_eq!(shown(&sandbox, "1", &["gender"]), json!(["female"]));
}

#[test]
fn a_profile_known_by_the_key_of_its_user_is_read_only_where_that_is_certain() {
    let sandbox = Sandbox::migrated();
    let users = [user(1, &json!({})), user(2, &json!({}))];
    let with = |first: &Value, second: &Value| {
        let profiles = [profile(1, first), profile(2, second)];
        [&users[..], &profiles].concat()
    };
    let certain = with(
        &json!({"phone": "11", "age": 40}),
        &json!({"phone": "12", "age": 41}),
    );
    let by_member = with(
        &json!({"phone": "21", "member": 2}),
        &json!({"phone": "22", "member": 1}),
    );
    let of_companies = [&users[..], &[profile(3, &json!({"phone": "31"}))]].concat();
    let options = ["--profile-model", "accounts.UserProfile.member"];

    let report = import(&sandbox, &dump(&certain));
    let read = shown(&sandbox, "1", &["number_phone"]);
    let doubted = import(&sandbox, &dump(&by_member));
    let other = import(&sandbox, &dump(&of_companies));
    import_with(&sandbox, &by_member, &options);
    let named = shown(&sandbox, "1", &["number_phone"]);

    assert_eq!(report["profiles"], json!({"accounts.userprofile": 2}));
    assert_eq!((read, named), (json!(["11"]), json!(["22"])));
    for (report, reason) in [
        (doubted, "it may name its user by its key or by member"),
        (other, "it names no user, and its key 3 is none of a user"),
    ] {
        let warning = report["warnings"][0].as_str().unwrap();
        assert!(warning.contains(reason), "{warning}");
        assert_eq!(report["profiles"], json!({}));
    }
}

#[test]
fn fields_are_named_for_every_model_that_has_them_or_for_one() {
    let sandbox = Sandbox::migrated();
    let records = [
        user(1, &json!({"contact": "1"})),
        user(2, &json!({"contact": ""})),
        profile(
            1,
            &json!({"user": 1, "contact": "2", "handle": "lady", "since": "2001-01-01T00:00:00Z"}),
        ),
        profile(
            2,
            &json!({"user": 2, "contact": "3", "handle": "eve", "since": "2001-01-01T00:00:00Z"}),
        ),
    ];
    let file = sandbox.write("dump.json", &dump(&records));
    let refused = |option: &str| {
        let ended = sandbox.run(&["import", "django", &file, "--field", option]);
        assert_eq!(ended.code, Some(1), "{option}");
        ended.err
    };

    import_with(
        &sandbox,
        &records,
        &[
            "--field",
            "contact=mobile_number",
            "--field",
            "handle=last_name",
        ],
    );
    let of_all = ["1", "2"].map(|id| shown(&sandbox, id, &["mobile_number", "last_name"]));
    import_with(
        &sandbox,
        &records,
        &["--field", "accounts.userprofile.contact=mobile_number"],
    );
    let of_one = ["1", "2"].map(|id| shown(&sandbox, id, &["mobile_number", "last_name"]));

    assert_eq!(of_all, [json!(["1", "lady"]), json!(["3", "eve"])]);
    assert_eq!(of_one, [json!(["2", null]), json!(["3", null])]);
    for option in [
        "shoe=gender",
        "accounts.userprofile.shoe=gender",
        "shop.item.contact=gender",
    ] {
        assert_eq!(
            refused(option),
            format!(
                "profiled: --field {}: neither the user model nor a profile has such a field; nothing is imported\n",
                option.trim_end_matches("=gender")
            )
        );
    }
}

#[test]
fn how_models_were_read_is_remembered_with_their_names_as_written() {
    let sandbox = Sandbox::migrated();
    let account =
        json!({"password": "!", "last_login": null, "email": "a@example.com", "since": null});
    let records = [
        record("CRM.account", &json!(1), &account),
        record(
            "CRM.profile",
            &json!(1),
            &json!({"phone": "1", "gender": "F"}),
        ),
        record(
            "CRM.cardprofile",
            &json!(8),
            &json!({"account": 1, "mobile": "2"}),
        ),
        record("CRM.team", &json!(1), &json!({"description": "x"})),
        group(1, "ops"),
    ];

    import_with(
        &sandbox,
        &records,
        &[
            "--value",
            "gender:F=other",
            "--field",
            "since=date_joined",
            "--profile-model",
            "CRM.cardprofile",
        ],
    );

    let store = sandbox.store();
    let mapping = store.export(|session| {
        let mapping = session.django_mapping()?.unwrap();
        Ok::<Value, RepositoryError>(serde_json::from_str(&mapping).unwrap())
    });
    let mapping = mapping.unwrap();
    let model = |name: &str,
                 fields: &[&str],
                 attributes: Value,
                 joined: Value,
                 user_field: Value,
                 notes: Value| {
        let nullable: Vec<_> = fields
            .iter()
            .filter(|field| ["last_login", "since"].contains(field))
            .collect();
        json!({
            "model": name, "fields": fields, "attributes": attributes, "joined": joined,
            "user_field": user_field, "notes": notes, "nullable": nullable,
            "numbers": fields.iter().filter(|field| **field == "account").collect::<Vec<_>>(),
            "has_text_keys": false, "is_complete": true, "gave_ids": false,
        })
    };
    let null = Value::Null;
    let expected = json!({
        "users": model("CRM.account", &["email", "last_login", "password", "since"],
            json!({"email": "email"}), json!("since"), null.clone(), null.clone()),
        "profiles": [
            model("CRM.cardprofile", &["account", "mobile"],
                json!({"mobile": "mobile_number"}), null.clone(), json!("account"), null.clone()),
            model("CRM.profile", &["gender", "phone"],
                json!({"gender": "gender", "phone": "number_phone"}), null.clone(), null.clone(), null.clone()),
        ],
        "groups": model("auth.group", &["name", "permissions"], json!({}), null.clone(), null.clone(), null.clone()),
        "group_notes": model("CRM.team", &["description"], json!({}), null.clone(), null.clone(), json!("description")),
        "values": [["gender", "F", "other"]],
        "named_by_email": true,
            "has_external_ids": false,
        "blacklist": false,
        "timezone": null,
    });
    assert_eq!(mapping, expected);
}

#[test]
fn a_model_that_may_hold_attributes_of_users_is_told() {
    let sandbox = Sandbox::migrated();
    let records = [
        user(1, &json!({})),
        record("accounts.customer", &json!(1), &json!({"mobile": "1"})),
        record(
            "shop.address",
            &json!(1),
            &json!({"user": 1, "phone": "1", "city": 3}),
        ),
        record(
            "shop.supplier",
            &json!(1),
            &json!({"name": "x", "phone": "1"}),
        ),
        record(
            "shop.order",
            &json!(1),
            &json!({"user": 1, "total": 7, "phone": ""}),
        ),
    ];

    let report = import(&sandbox, &dump(&records));

    let help = |model: &str| {
        format!("if each record belongs to one user, --profile-model {model} brings them over")
    };
    assert_eq!(
        report["warnings"],
        json!([
            format!(
                "accounts.customer has mobile: {}",
                help("accounts.customer")
            ),
            format!("shop.address has phone: {}", help("shop.address")),
        ])
    );
}
