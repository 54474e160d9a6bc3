//! What years leave in a database, and what other packages keep there, imported by `profiled import django`.

use serde_json::{Value, json};

use crate::dump::{dump, group, record, token, user};
use crate::import_django::{import, tally};
use crate::sandbox::Sandbox;

/// What `user show` says of an attribute.
fn shown(sandbox: &Sandbox, id: i64, attribute: &str) -> Value {
    let user = sandbox.json(&["user", "show", &id.to_string()]);
    user.get(attribute).cloned().unwrap_or_default()
}

#[test]
fn instants_without_a_zone_need_one_and_are_times_of_it() {
    Sandbox::on_each_database("instants_without_a_zone", |sandbox| {
        let local = json!({"date_joined": "2024-01-02T03:04:05.678901", "last_login": "2024-07-02T00:00:00"});
        let file = sandbox.write("dump.json", &dump(&[user(1, &local)]));

        let refused = sandbox.run(&["import", "django", &file]);
        let unknown = sandbox.run(&["import", "django", &file, "--timezone", "Europe/Bonn"]);
        sandbox.done(&["import", "django", &file, "--timezone", "Europe/Berlin"]);

        assert_eq!(
            (refused.code, refused.err.as_str()),
            (
                Some(1),
                "profiled: accounts.user.date_joined has instants without a zone (USE_TZ = False): name it with \
                 --timezone, as TIME_ZONE of Django's settings does; nothing is imported\n"
            )
        );
        assert_eq!(unknown.code, Some(2), "{}", unknown.err);
        assert_eq!(
            shown(sandbox, 1, "date_joined"),
            "2024-01-02T02:04:05.678901+00:00"
        );
        assert_eq!(shown(sandbox, 1, "last_login"), "2024-07-01T22:00:00+00:00");
    });
}

#[test]
fn first_and_last_years_come_over() {
    Sandbox::on_each_database("first_and_last_years", |sandbox| {
        let years = json!({"date_joined": "0001-01-01T00:00:00Z", "last_login": "9999-12-31T23:59:59.999Z"});
        let users = [user(1, &years)];

        import(sandbox, &dump(&users));
        let again = import(sandbox, &dump(&users));

        assert_eq!(tally(&again, "users"), [0, 0, 1, 0]);
        assert_eq!(
            shown(sandbox, 1, "date_joined"),
            "0001-01-01T00:00:00+00:00"
        );
        assert_eq!(
            shown(sandbox, 1, "last_login"),
            "9999-12-31T23:59:59.999+00:00"
        );
    });
}

#[test]
fn null_characters_are_left_out_and_reported() {
    Sandbox::on_each_database("null_characters", |sandbox| {
        let users = [
            user(1, &json!({"first_name": "A\0da", "username": "a\0da"})),
            user(2, &json!({"first_name": "\0"})),
        ];

        let report = import(sandbox, &dump(&users));

        assert_eq!(tally(&report, "users"), [2, 0, 0, 0]);
        let lost = json!({"accounts.user.first_name null characters": 2, "accounts.user.username null characters": 1});
        assert_eq!(report["lost"], lost);
        assert_eq!(shown(sandbox, 1, "first_name"), "Ada");
        assert_eq!(shown(sandbox, 1, "username"), "ada");
    });
}

#[test]
fn address_of_several_users_is_that_of_whom_the_option_says() {
    Sandbox::on_each_database("address_holder", |sandbox| {
        let shared = |id: i64, joined: &str| {
            user(
                id,
                &json!({"email": "a@example.com", "date_joined": joined}),
            )
        };
        let users = [
            shared(1, "2020-01-01T00:00:00Z"),
            shared(2, "2024-01-01T00:00:00Z"),
        ];
        let file = sandbox.write("dump.json", &dump(&users));
        let holder = || sandbox.json(&["user", "show", "a@example.com"])["id"].clone();

        import(sandbox, &dump(&users));
        let first = holder();
        let report = sandbox.json(&["import", "django", &file, "--address-holder", "newest"]);
        let again = sandbox.json(&["import", "django", &file, "--address-holder", "newest"]);

        assert_eq!((first, holder()), (json!(1), json!(2)));
        let warning = "accounts.user 2: is found by its email, which user 1 shares";
        assert_eq!(report["warnings"], json!([warning]));
        assert_eq!(tally(&again, "users"), [0, 0, 2, 0]);
        assert_eq!(shown(sandbox, 1, "email"), "a@example.com");
    });
}

#[test]
fn tokens_of_knox_work_until_they_expire() {
    Sandbox::on_each_database("knox", |sandbox| {
        // As knox stores the keys of 32 times `ab` and 32 times `cd`.
        let digests = [
            "dde68b6d67350a4520838aa07a0ed02685dec9256091ca6597729989c905fe5e\
             beb4576edde81c063069937e552329f718d80e24ab4e31f1a42fbe2f43518df5",
            "844acaac851affe2497a9d89d0e41552448ea19738356053729e81ca7c23d745\
             fc4361454b41f25a973c0207c6c78868971d3f1905f21cd564faef97e23fbee8",
        ];
        let token = |digest: &str, expiry: Value| {
            let created = "2025-11-22T13:15:20.827Z";
            let fields =
                json!({"token_key": "abababab", "user": 1, "created": created, "expiry": expiry});
            record("knox.authtoken", &digest.into(), &fields)
        };
        let mut salted = token(&"0".repeat(128), Value::Null);
        salted["fields"]["salt"] = "abababab".into();
        let records = [
            user(1, &json!({"is_staff": true})),
            token(digests[0], json!("2999-01-01T00:00:00Z")),
            token(digests[1], json!("2020-01-01T00:00:00Z")),
            token("00ff", Value::Null),
            salted,
        ];
        let file = sandbox.write("dump.json", &dump(&records));

        let ended = sandbox.run(&["--json", "import", "django", &file]);

        let report: Value = serde_json::from_str(&ended.out).unwrap();
        assert_eq!(ended.code, Some(1));
        assert_eq!(tally(&report, "tokens"), [2, 0, 0, 1]);
        assert_eq!(report["ignored"], json!({"knox.authtoken": 1}));
        let service = sandbox.start(&["serve"]);
        let status = |key: &str| {
            let authorization = format!("Token {}", key.repeat(32));
            service.send("GET", "/api/users/me/", &authorization).0
        };
        assert_eq!([status("ab"), status("cd"), status("ef")], [200, 401, 401]);
    });
}

#[test]
fn organizations_come_over_with_their_users_and_administrators() {
    Sandbox::on_each_database("organizations", |sandbox| {
        let at = "2024-01-02T03:04:05Z";
        let organization = |pk: i64, name: &str, is_active: bool| {
            let fields = json!({"name": name, "slug": name, "is_active": is_active, "created": at, "modified": at});
            record("organizations.organization", &pk.into(), &fields)
        };
        let member = |pk: i64, user: i64, organization: i64, is_admin: bool| {
            let fields = json!({
                "user": user, "organization": organization, "is_admin": is_admin, "created": at, "modified": at,
            });
            record("organizations.organizationuser", &pk.into(), &fields)
        };
        let owner =
            json!({"organization": 3, "organization_user": 11, "created": at, "modified": at});
        let records = [
            record("organizations.organizationowner", &1.into(), &owner),
            member(11, 1, 3, false),
            member(12, 2, 3, true),
            member(13, 3, 3, false),
            member(14, 9, 3, false),
            organization(3, "Acme", true),
            organization(4, "Gone", false),
            user(1, &json!({})),
            user(2, &json!({})),
            user(3, &json!({})),
        ];

        let first = import(sandbox, &dump(&records));
        let again = import(sandbox, &dump(&records));

        assert_eq!(tally(&first, "organizations"), [2, 0, 0, 0]);
        assert_eq!(tally(&first, "organization_members"), [3, 0, 0, 1]);
        assert_eq!(tally(&again, "organizations"), [0, 0, 2, 0]);
        assert_eq!(tally(&again, "organization_members"), [0, 0, 3, 1]);
        assert_eq!(
            first["skipped"],
            json!(["user 9 of organization 3: user 9 does not exist"])
        );
        let lost = json!({
            "organizations.organization.is_active \"false\"": 1,
            "organizations.organization.slug": 2,
        });
        assert_eq!(first["lost"], lost);
        let shown = sandbox.json(&["org", "show", "Acme"]);
        assert_eq!(shown["id"], 3);
        assert_eq!(shown["users"].as_array().map(Vec::len), Some(3));
        assert_eq!(shown["admins"].as_array().map(Vec::len), Some(2));
    });
}

#[test]
fn sessions_are_named_as_what_ends() {
    let sandbox = Sandbox::migrated();
    let session = record(
        "sessions.session",
        &"abc".into(),
        &json!({"session_data": "x"}),
    );
    let file = sandbox.write("dump.json", &dump(&[user(1, &json!({})), session]));

    let report = sandbox.done(&["import", "django", &file]);

    let line = "ignored: 1 of sessions.session: their users log in again";
    assert!(report.lines().any(|told| told == line), "{report}");
}

#[test]
fn first_import_takes_no_place_of_a_user_who_was_made_here_unless_that_is_said() {
    Sandbox::on_each_database("places", |sandbox| {
        sandbox.done(&["user", "create", "--username", "admin", "--superuser"]);
        let file = sandbox.write("dump.json", &dump(&[user(1, &json!({}))]));

        let refused = sandbox.run(&["import", "django", &file]);
        let kept = shown(sandbox, 1, "username");
        sandbox.done(&["import", "django", &file, "--replace", "--yes"]);
        let again = sandbox.run(&["import", "django", &file]);

        assert_eq!(refused.code, Some(1));
        assert!(
            refused.err.contains("--replace; nothing is imported"),
            "{}",
            refused.err
        );
        assert_eq!(
            (kept, shown(sandbox, 1, "username")),
            (json!("admin"), json!("user1"))
        );
        assert_eq!(again.code, Some(0), "{}", again.err);
    });
}

#[test]
fn attributes_of_which_a_dump_says_nothing_stay_as_they_are_here() {
    Sandbox::on_each_database("unsaid", |sandbox| {
        let phone = record(
            "accounts.profile",
            &1.into(),
            &json!({"user": 1, "phone": "111"}),
        );
        let users = user(1, &json!({"first_name": "Ada"}));

        import(sandbox, &dump(&[users.clone(), phone]));
        sandbox.done(&["user", "set", "user1", "--gender", "female"]);
        let again = import(sandbox, &dump(&[users]));

        assert_eq!(tally(&again, "users"), [0, 0, 1, 0]);
        assert_eq!(shown(sandbox, 1, "number_phone"), "111");
        assert_eq!(shown(sandbox, 1, "gender"), "female");
    });
}

#[test]
fn token_of_another_user_moves_to_that_one() {
    Sandbox::on_each_database("moved_token", |sandbox| {
        let key = "a".repeat(40);
        let staff = json!({"is_staff": true});
        let dumped = |owner: i64| {
            let token = token(&key, &owner.into());
            dump(&[user(1, &staff), user(2, &staff), token])
        };

        import(sandbox, &dumped(1));
        let moved = import(sandbox, &dumped(2));

        assert_eq!(tally(&moved, "tokens"), [0, 1, 0, 0]);
        let service = sandbox.start(&["serve"]);
        let (_, me) = service.send("GET", "/api/users/me/", &format!("Token {key}"));
        assert!(me.contains("\"username\":\"user2\""), "{me}");
    });
}

#[test]
fn mirror_leaves_the_memberships_of_users_who_cannot_be_stored() {
    Sandbox::on_each_database("refused_members", |sandbox| {
        let member = |name: &str| user(1, &json!({"groups": [1], "username": name}));
        let file = |users: &[Value]| sandbox.write("dump.json", &dump(users));
        import(
            sandbox,
            &dump(&[group(1, "staff"), member("ada"), user(2, &json!({}))]),
        );
        // Its name is too long to be stored.
        let long = member(&"a".repeat(200));

        let users = [group(1, "staff"), long, user(2, &json!({}))];
        let report = sandbox.json(&["import", "django", &file(&users), "--mirror", "--yes"]);

        assert_eq!(tally(&report, "users"), [0, 0, 1, 1]);
        assert_eq!(report["absent"]["memberships"], 0);
        assert_eq!(sandbox.json(&["group", "show", "staff"])["users_count"], 1);
    });
}
