//! `profiled export django`: what it writes of accounts. `tests/it/django_round_trip.rs` has Django load it.

#![expect(clippy::unwrap_used, reason = "a test that gets no JSON has failed")]

use serde_json::{Value, json};

use crate::dump::{dump, group, token, user};
use crate::import_django::{import, tally};
use crate::sandbox::{Ended, Sandbox};

/// The records that are written to standard output.
pub fn export(sandbox: &Sandbox, options: &[&str]) -> Vec<Value> {
    let out = sandbox.done(&[&["export", "django"], options].concat());
    serde_json::from_str(&out).unwrap()
}

/// The report of an export.
pub fn report(sandbox: &Sandbox, options: &[&str]) -> Value {
    let ended = sandbox.run(&[&["--json", "export", "django"], options].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    serde_json::from_str(&ended.err).unwrap()
}

fn refused(sandbox: &Sandbox, options: &[&str], code: i32) -> Ended {
    let ended = sandbox.run(&[&["export", "django"], options].concat());
    assert_eq!(ended.code, Some(code), "{}", ended.err);
    ended
}

fn with_ada(sandbox: &Sandbox) {
    let ada = ["user", "create", "--username", "ada", "--staff"];
    let more = ["--mobile-number", "09120000001", "--first-name", "Ada"];
    sandbox.done(&[&ada[..], &more].concat());
}

#[test]
fn without_an_import_users_are_those_of_stock_django() {
    Sandbox::on_each_database(
        "without_an_import_users_are_those_of_stock_django",
        |sandbox| {
            with_ada(sandbox);
            sandbox.done(&["group", "create", "Ops"]);
            sandbox.done(&["group", "add", "Ops", "ada"]);
            let joined = &sandbox.json(&["user", "show", "ada"])["date_joined"];

            let records = export(sandbox, &[]);
            let report = report(sandbox, &[]);

            let group = json!({"model": "auth.group", "pk": 1, "fields": {"name": "Ops"}});
            let mut user = records[1].clone();
            let fields = user["fields"].as_object_mut().unwrap();
            let password = fields.remove("password").unwrap();
            let at = fields.remove("date_joined").unwrap();
            let expected = json!({"model": "auth.user", "pk": 1, "fields": {
                "last_login": null, "is_superuser": false, "username": "ada", "first_name": "Ada", "last_name": "",
                "email": "", "is_staff": true, "is_active": true, "groups": [1],
            }});
            assert_eq!((&records[0], &user), (&group, &expected));
            assert!(password.as_str().unwrap().starts_with('!'));
            assert_eq!(
                at.as_str().unwrap().replace('Z', "+00:00"),
                joined.as_str().unwrap()
            );
            assert_eq!(report["lost"], json!({"mobile_number": 1}));
            assert_eq!(
                [&report["users"], &report["groups"], &report["memberships"]],
                [1, 1, 1]
            );
        },
    );
}

#[test]
fn what_has_no_place_is_told_and_refused_where_all_is_wanted() {
    let sandbox = Sandbox::migrated();
    with_ada(&sandbox);

    let told = sandbox.run(&["export", "django"]);
    let refused = [&["--strict"][..], &["--strict", "--output", "dump.json"]]
        .map(|options| refused(&sandbox, options, 1));

    assert!(
        told.err.contains("lost: mobile_number, 1 values\n"),
        "{}",
        told.err
    );
    let text =
        "profiled: not everything has a place, lost: mobile_number, 1 values; nothing is written\n";
    for ended in refused {
        assert_eq!((&*ended.out, &*ended.err), ("", text));
    }
    assert!(!sandbox.path().join("dump.json").exists());
}

#[test]
fn models_fields_and_values_are_those_of_the_last_import() {
    Sandbox::on_each_database(
        "models_fields_and_values_are_those_of_the_last_import",
        |sandbox| {
            let person = |mobile: &str, sex: &str| {
                json!({
                    "last_login": "2025-11-22T13:15:20.827325Z", "mobile": mobile, "sex": sex, "photo": "", "email": "",
                    "first_name": null, "ldap_dn": "cn=ada", "is_active": false, "groups": [7], "user_permissions": [],
                })
            };
            let club = json!({"model": "accounts.group", "pk": 7, "fields": {
                "name": "Ops", "notes": "", "created_at": "2025-11-22T13:15:20Z", "updated_at": "2025-11-22T13:15:20.100Z",
            }});
            let records = [
                club,
                user(1, &person("0912", "F")),
                user(2, &person("0912", "")),
            ];
            import(sandbox, &dump(&records));

            let mut exported = export(sandbox, &["--strict"]);
            sandbox.done(&["user", "set", "2", "--gender", "other"]);
            let changed = export(sandbox, &["--strict"]);

            for record in &mut exported[1..] {
                record["fields"]["user_permissions"] = json!([]);
                // A user whose dump does not tell is neither.
                for flag in ["is_staff", "is_superuser"] {
                    assert_eq!(record["fields"].get(flag), None);
                }
            }
            assert_eq!(exported, records);
            assert_eq!(changed[2]["fields"]["sex"], "O");
        },
    );
}

#[test]
fn models_fields_and_values_may_be_named() {
    let sandbox = Sandbox::migrated();
    with_ada(&sandbox);
    sandbox.done(&["user", "set", "ada", "--gender", "male"]);
    sandbox.done(&["group", "create", "Ops"]);
    let models = [
        "--user-model",
        "club.member",
        "--group-model",
        "club.circle",
    ];
    let fields = [
        "--field",
        "phone=mobile_number",
        "--field",
        "email=",
        "--field",
        "sex=gender",
    ];

    let records = export(
        &sandbox,
        &[&models[..], &fields, &["--value", "sex:1=male", "--strict"]].concat(),
    );

    assert_eq!(
        [&records[0]["model"], &records[1]["model"]],
        ["club.circle", "club.member"]
    );
    let fields = &records[1]["fields"];
    assert_eq!([&fields["phone"], &fields["sex"]], ["09120000001", "1"]);
    assert_eq!(fields.get("email"), None);
}

#[test]
fn addresses_are_written_as_each_user_shows_them() {
    let sandbox = Sandbox::migrated();
    let with_address = |id, email: &str| user(id, &json!({"email": email}));
    let records = [
        with_address(1, ""),
        with_address(2, "a@example.com"),
        with_address(3, "a@example.com"),
        with_address(4, ""),
    ];
    import(&sandbox, &dump(&records));

    let written = export(&sandbox, &["--strict"]);

    let addresses: Vec<_> = written
        .iter()
        .map(|record| &record["fields"]["email"])
        .collect();
    assert_eq!(addresses, ["", "a@example.com", "a@example.com", ""]);
}

#[test]
fn user_without_the_name_that_django_demands_is_left_out_and_named() {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--email", "nameless@example.com"]);
    sandbox.done(&["user", "create", "--username", "ada"]);

    let records = export(&sandbox, &[]);
    let told = sandbox.run(&["export", "django"]);
    let strict = refused(&sandbox, &["--strict"], 1);

    assert_eq!(records.len(), 1);
    let line = "skipped: user 1 has no username, without which Django loads no user\n";
    assert!(
        told.err.starts_with("users: 1 of auth.user, 1 skipped\n"),
        "{}",
        told.err
    );
    assert!(told.err.contains(line), "{}", told.err);
    assert!(
        strict.err.contains("skipped: user 1 has no username"),
        "{}",
        strict.err
    );
}

#[test]
fn what_django_has_no_models_for_is_counted() {
    Sandbox::on_each_database("what_django_has_no_models_for_is_counted", |sandbox| {
        for name in ["ada", "bob"] {
            sandbox.done(&["user", "create", "--username", name]);
        }
        sandbox.done(&["user", "delete", "bob", "--yes"]);
        sandbox.done(&["org", "create", "One"]);
        sandbox.done(&["team", "create", "A", "--organization", "One"]);

        let report = report(sandbox, &["--strict"]);
        let records = export(sandbox, &["--strict"]);

        let expected = json!({"deleted users": 1, "organizations": 1, "teams": 1});
        assert_eq!(report["not_exported"], expected);
        assert_eq!(records.len(), 1);
    });
}

#[test]
fn tokens_in_force_are_listed_with_their_owners() {
    Sandbox::on_each_database("tokens_in_force_are_listed_with_their_owners", |sandbox| {
        let key = "0123456789abcdef0123456789abcdef01234567";
        let records = [
            user(1, &json!({})),
            user(2, &json!({})),
            token(key, &json!(1)),
        ];
        import(sandbox, &dump(&records));
        sandbox.done(&[
            "token",
            "create",
            "2",
            "--label",
            "laptop",
            "--key",
            &"a".repeat(40),
        ]);
        sandbox.done(&["token", "create", "1", "--key", &"b".repeat(40)]);
        sandbox.done(&["user", "delete", "2", "--yes"]);

        let report = report(sandbox, &[]);
        let told = sandbox.run(&["export", "django"]);

        let imported =
            json!({"prefix": "01234567", "label": "imported", "user": 1, "username": "user1"});
        assert_eq!(report["tokens"][0], imported);
        assert_eq!(report["tokens"][1]["prefix"], "bbbbbbbb");
        let line = "token: 01234567… \"imported\" of user 1 (user1) is known by its digest: Django needs a new one\n";
        assert!(told.err.contains(line), "{}", told.err);
        assert!(!told.err.contains("aaaaaaaa"), "{}", told.err);
        assert!(!told.out.contains(key) && !told.err.contains(key));
    });
}

#[test]
fn refused_refresh_tokens_stay_refused_where_django_has_a_list_of_them() {
    Sandbox::on_each_database("refused_refresh_tokens_stay_refused", |sandbox| {
        let outstanding = |pk, jti: &str| {
            json!({"model": "token_blacklist.outstandingtoken", "pk": pk, "fields": {
                "user": 1, "jti": jti, "token": "x", "created_at": null, "expires_at": "2099-01-01T00:00:00Z",
            }})
        };
        let blacklisted = json!({"model": "token_blacklist.blacklistedtoken", "pk": 1, "fields": {
            "token": 5, "blacklisted_at": "2025-01-01T00:00:00Z",
        }});
        let records = [
            user(1, &json!({})),
            outstanding(5, "ended"),
            outstanding(6, "living"),
        ];
        import(sandbox, &dump(&records));
        let none = export(sandbox, &["--blacklist"]).len();
        import(sandbox, &dump(&[&records[..], &[blacklisted]].concat()));

        let written = export(sandbox, &[]);

        assert_eq!((none, written.len()), (1, 3));
        let fields = json!({
            "user": null, "jti": "ended", "token": "", "created_at": null, "expires_at": "2099-01-01T00:00:00Z",
        });
        let expected =
            json!({"model": "token_blacklist.outstandingtoken", "pk": 1, "fields": fields});
        assert_eq!(written[1], expected);
        assert_eq!(written[2]["model"], "token_blacklist.blacklistedtoken");
        assert_eq!(written[2]["fields"]["token"], 1);
        assert!(written[2]["fields"]["blacklisted_at"].is_string());
    });
}

#[test]
fn refused_refresh_tokens_are_counted_where_django_may_have_no_list_of_them() {
    let sandbox = Sandbox::migrated();
    let token = profiled_domain::RefreshToken {
        jti: "ended".to_owned(),
        expires_at: "2099-01-01T00:00:00Z".parse().unwrap(),
    };
    let store = sandbox.store();
    let at = "2025-01-01T00:00:00Z".parse().unwrap();
    profiled_domain::RefreshTokenRepository::blacklist_refresh_token(&store, &token, at).unwrap();

    let plain = report(&sandbox, &[]);
    let asked = export(&sandbox, &["--blacklist"]);

    let kind = "refused refresh tokens (--blacklist writes them)";
    assert_eq!(plain["not_exported"][kind], 1);
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1]["fields"]["blacklisted_at"], "2025-01-01T00:00:00Z");
}

#[test]
fn users_of_all_pages_are_written_with_their_groups() {
    Sandbox::on_each_database(
        "users_of_all_pages_are_written_with_their_groups",
        |sandbox| {
            let groups = [group(1, "odd"), group(2, "third")];
            let users = (1..=2500_i64).map(|id| {
                let groups = [(id % 2 == 1, 1), (id % 3 == 0, 2)];
                let groups: Vec<i64> = groups
                    .iter()
                    .filter(|(is, _)| *is)
                    .map(|(_, id)| *id)
                    .collect();
                user(id, &json!({"groups": groups}))
            });
            let records: Vec<Value> = groups.into_iter().chain(users).collect();
            import(sandbox, &dump(&records));

            let mut written = export(sandbox, &["--strict"]);

            for record in &mut written[..2] {
                record["fields"]["permissions"] = json!([]);
            }
            assert!(written == records);
        },
    );
}

#[test]
fn export_leaves_a_line_in_the_trail() {
    let sandbox = Sandbox::migrated();
    import(
        &sandbox,
        &dump(&[group(1, "Ops"), user(1, &json!({})), user(2, &json!({}))]),
    );

    let done = sandbox.run(&["export", "django"]);
    let failed = refused(&sandbox, &["--output", "."], 2);

    assert_eq!(done.trail.len(), 1);
    let line = &done.trail[0];
    let told = [&line["action"], &line["outcome"], &line["counts"]];
    assert_eq!(told, ["export", "done", "users=2,groups=1"]);
    assert_eq!(failed.trail.len(), 0);
}

#[test]
fn second_import_of_what_was_exported_changes_nothing() {
    let sandbox = Sandbox::migrated();
    let file = crate::sandbox::fixture("staff.json");
    sandbox.done(&["import", "django", &file]);

    for form in ["json", "jsonl", "yaml"] {
        let output = format!("dump.{form}");
        sandbox.done(&["export", "django", "--strict", "--output", &output]);
        let again = sandbox.json(&["import", "django", &output]);

        assert_eq!(tally(&again, "users"), [0, 0, 8, 0], "{form}");
        assert_eq!(tally(&again, "groups"), [0, 0, 4, 0], "{form}");
        assert_eq!(tally(&again, "memberships"), [0, 0, 4, 0], "{form}");
    }
}
