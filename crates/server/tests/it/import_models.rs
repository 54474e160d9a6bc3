//! What `profiled import django` takes for users, groups and their attributes, and what it says of the rest.

use profiled_domain::RefreshTokenRepository;
use serde_json::{Value, json};

use crate::dump::{dump, group, token, user};
use crate::import_django::{import, tally};
use crate::sandbox::Sandbox;

/// The error of an import that fails with exit code 1.
fn failure(sandbox: &Sandbox, records: &[Value], options: &[&str]) -> String {
    let file = sandbox.write("dump.json", &dump(records));
    let mut arguments = vec!["import", "django", &file];
    arguments.extend(options);
    let ended = sandbox.run(&arguments);
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    ended.err
}

#[test]
fn users_without_an_address_all_come_over() {
    Sandbox::on_each_database("users_without_an_address_all_come_over", |sandbox| {
        let users: Vec<_> = (1..=3)
            .map(|id| user(id, &json!({"email": "", "mobile_number": ""})))
            .collect();

        let first = import(sandbox, &dump(&users));
        let second = import(sandbox, &dump(&users));

        assert_eq!(tally(&first, "users"), [3, 0, 0, 0]);
        assert_eq!(tally(&second, "users"), [0, 0, 3, 0]);
        let shown = sandbox.json(&["user", "show", "3"]);
        assert_eq!(
            (&shown["email"], &shown["mobile_number"]),
            (&json!(""), &json!(""))
        );
    });
}

#[test]
fn user_model_is_known_by_its_fields_whatever_its_name() {
    let sandbox = Sandbox::migrated();
    let account = json!({
        "model": "shop.Account",
        "pk": 1,
        "fields": {"password": "!", "last_login": null, "username": "ada"},
    });
    let chat_user = json!({
        "model": "chat.chatuser",
        "pk": 1,
        "fields": {"password": "plain", "username": "eve"},
    });

    let report = import(&sandbox, &dump(&[chat_user, account]));

    assert_eq!(tally(&report, "users"), [1, 0, 0, 0]);
    assert_eq!(sandbox.json(&["user", "show", "1"])["username"], "ada");
    let warning =
        "shop.account has no instant of joining: new users have joined at the time of the import";
    assert_eq!(report["warnings"], json!([warning]));
}

#[test]
fn two_possible_user_models_are_refused_until_one_is_named() {
    let sandbox = Sandbox::migrated();
    let other = json!({
        "model": "shop.customer",
        "pk": 7,
        "fields": {"password": "!", "last_login": null, "username": "eve"},
    });
    let records = [user(1, &json!({})), other];

    let refused = failure(&sandbox, &records, &[]);
    let file = sandbox.write("dump.json", &dump(&records));
    let named = sandbox.json(&["import", "django", &file, "--user-model", "Shop.Customer"]);

    assert_eq!(
        refused,
        "profiled: accounts.user and shop.customer may all be the user model: name it with --user-model; \
         nothing is imported\n"
    );
    assert_eq!(tally(&named, "users"), [1, 0, 0, 0]);
    assert_eq!(sandbox.json(&["user", "show", "7"])["username"], "eve");
}

#[test]
fn dump_without_users_fails_and_says_what_it_has() {
    let sandbox = Sandbox::migrated();
    let other = json!({ "model": "blog.post", "pk": 1, "fields": {"title": "x"} });

    let error = failure(&sandbox, &[other], &[]);

    assert_eq!(
        error,
        "profiled: nothing is imported: no model has the fields of users, password and last_login \
         (it has blog.post: 1); name it with --user-model\n"
    );
}

#[test]
fn fields_under_other_names_are_recognised_and_may_be_overruled() {
    let sandbox = Sandbox::migrated();
    let fields = json!({"mobile": "0912", "phone": "021", "photo": "a.png", "sex": "F", "surname": "Lovelace"});
    let file = sandbox.write("dump.json", &dump(&[user(1, &fields)]));

    let looked_at = sandbox.done(&["import", "django", &file, "--dry-run"]);
    sandbox.done(&["import", "django", &file]);
    let recognised = sandbox.json(&["user", "show", "1"]);
    let options = [
        "--field",
        "phone=mobile_number",
        "--field",
        "mobile=",
        "--value",
        "sex:F=other",
    ];
    sandbox.done(&[&["import", "django", &file][..], &options].concat());
    let overruled = sandbox.json(&["user", "show", "1"]);

    for line in ["field: mobile is mobile_number", "field: sex is gender"] {
        assert!(looked_at.contains(line), "{looked_at}");
    }
    let of = |shown: &Value| {
        [
            "mobile_number",
            "number_phone",
            "avatar",
            "gender",
            "last_name",
        ]
        .map(|name| shown[name].clone())
    };
    let expected = [
        json!("0912"),
        json!("021"),
        json!("a.png"),
        json!("female"),
        json!("Lovelace"),
    ];
    assert_eq!(of(&recognised), expected);
    let expected = [
        json!("021"),
        Value::Null,
        json!("a.png"),
        json!("other"),
        json!("Lovelace"),
    ];
    assert_eq!(of(&overruled), expected);
}

#[test]
fn fields_and_values_without_a_counterpart_are_reported_and_strict_refuses_them() {
    let sandbox = Sandbox::migrated();
    let users = [
        user(
            1,
            &json!({"bio": "Long.", "nickname": "", "gender": "1", "user_permissions": []}),
        ),
        user(
            2,
            &json!({"bio": "Short.", "gender": "2", "is_profile_completed": true}),
        ),
    ];

    let refused = failure(&sandbox, &users, &["--strict"]);
    let none = sandbox.json(&["user", "list"]);
    let report = import(&sandbox, &dump(&users));

    assert_eq!(
        refused,
        "profiled: not everything comes over, lost: accounts.user.bio, 2 values; nothing is imported\n"
    );
    assert_eq!(none, json!([]));
    let lost = json!({
        "accounts.user.bio": 2,
        "accounts.user.gender \"1\"": 1,
        "accounts.user.gender \"2\"": 1,
    });
    assert_eq!(report["lost"], lost);
    assert_eq!(tally(&report, "users"), [2, 0, 0, 0]);
}

#[test]
fn unknown_fields_and_attributes_of_options_are_refused() {
    let sandbox = Sandbox::migrated();
    let file = sandbox.write("dump.json", &dump(&[user(1, &json!({}))]));
    let run = |option: &str, value: &str| sandbox.run(&["import", "django", &file, option, value]);

    let field = run("--field", "bio=first_name");
    let model = run("--group-model", "chat.group");
    let attribute = run("--field", "username=shoe_size");

    let error = "profiled: --field bio: the user model has no such field; nothing is imported\n";
    assert_eq!((field.code, field.err.as_str()), (Some(1), error));
    let error = "profiled: --group-model chat.group: the dump has no such model (it has accounts.user: 1); \
                 nothing is imported\n";
    assert_eq!((model.code, model.err.as_str()), (Some(1), error));
    assert_eq!(attribute.code, Some(2));
    assert!(
        attribute
            .err
            .contains("a person has no attribute \"shoe_size\""),
        "{}",
        attribute.err
    );
}

#[test]
fn blacklisted_refresh_tokens_stay_refused() {
    let sandbox = Sandbox::migrated();
    let outstanding = |pk: i64, jti: &str| {
        json!({ "model": "token_blacklist.outstandingtoken", "pk": pk, "fields": {
            "user": 1, "jti": jti, "token": "x.y.z",
            "created_at": "2026-01-01T00:00:00Z", "expires_at": "2099-01-01T00:00:00Z",
        }})
    };
    let blacklisted = json!({ "model": "token_blacklist.blacklistedtoken", "pk": 1, "fields": {
        "token": 7, "blacklisted_at": "2026-01-02T00:00:00Z",
    }});
    let records = [
        outstanding(7, "dead"),
        outstanding(8, "alive"),
        blacklisted,
        user(1, &json!({})),
    ];

    let first = import(&sandbox, &dump(&records));
    let second = import(&sandbox, &dump(&records));

    assert_eq!(tally(&first, "refresh_tokens"), [1, 0, 0, 0]);
    assert_eq!(tally(&second, "refresh_tokens"), [0, 0, 1, 0]);
    let store = sandbox.store();
    let is_refused = |jti| {
        store
            .find_refresh_token(jti)
            .unwrap()
            .map(|state| state.is_blacklisted)
    };
    assert_eq!(
        (is_refused("dead"), is_refused("alive")),
        (Some(true), None)
    );
}

#[test]
fn what_dumps_do_not_have_any_more_is_counted_and_removed_by_a_mirror() {
    Sandbox::on_each_database("mirror", |sandbox| {
        let keys = ["1", "2", "3"].map(|digit| digit.repeat(40));
        let [kept, dropped, of_other] = keys.each_ref().map(String::as_str);
        let before = [
            group(7, "staff"),
            user(1, &json!({"groups": [7]})),
            user(2, &json!({})),
            token(kept, &json!(1)),
            token(dropped, &json!(1)),
            token(of_other, &json!(2)),
        ];
        let after = [
            group(7, "staff"),
            user(1, &json!({})),
            token(kept, &json!(1)),
        ];
        import(sandbox, &dump(&before));
        let users = || {
            let users = sandbox.json(&["user", "list"]);
            let users = users.as_array().unwrap().iter();
            users.filter(|user| user["is_active"] == true).count()
        };
        let tokens = || {
            sandbox
                .json(&["token", "list", "1"])
                .as_array()
                .map(Vec::len)
        };

        let counted = import(sandbox, &dump(&after));
        let kept = (users(), tokens());
        let file = sandbox.write("dump.json", &dump(&after));
        let removed = sandbox.json(&["import", "django", &file, "--mirror", "--yes"]);
        let left = (users(), tokens());
        let again = sandbox.json(&["import", "django", &file, "--mirror", "--yes"]);
        let restored = import(sandbox, &dump(&before));

        let gone = json!({"memberships": 1, "tokens": 2, "users": 1});
        assert_eq!((&counted["absent"], &removed["absent"]), (&gone, &gone));
        assert_eq!((kept, left), ((2, Some(2)), (1, Some(1))));
        assert_eq!(
            again["absent"],
            json!({"memberships": 0, "tokens": 0, "users": 0})
        );
        assert_eq!(
            restored["skipped"],
            json!(["accounts.user 2: it is deleted: user restore brings it back",])
        );
    });
}

#[test]
fn mirror_of_a_dump_with_an_unreadable_user_is_refused_and_removes_nothing() {
    let sandbox = Sandbox::migrated();
    import(&sandbox, &dump(&[user(1, &json!({})), user(2, &json!({}))]));
    let unreadable = user(2, &json!({"is_staff": "yes"}));

    let error = failure(
        &sandbox,
        &[user(1, &json!({})), unreadable],
        &["--mirror", "--yes"],
    );

    assert_eq!(
        error,
        "profiled: --mirror needs records that can all be read: accounts.user 2: is_staff is neither true nor \
         false; nothing is imported\n"
    );
    assert_eq!(sandbox.json(&["user", "show", "2"])["is_active"], true);
}

#[test]
fn passwords_are_counted_by_hasher_and_a_plain_text_is_not_stored() {
    let sandbox = Sandbox::migrated();
    let passwords = [
        "md5$salt$e52954615348416470fe19b1bb26ba25",
        "!",
        "secret",
        "own$1$2$3",
        "crypt$$abNANd1rDfiNc",
        "sha1$$e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4",
    ];
    let users = (1..)
        .zip(passwords)
        .map(|(id, password)| user(id, &json!({"password": password})));
    let users: Vec<_> = users.collect();

    let report = import(&sandbox, &dump(&users));

    assert_eq!(tally(&report, "users"), [6, 0, 0, 0]);
    assert_eq!(
        report["passwords"],
        json!({"crypt": 1, "md5": 1, "none": 1, "unknown": 1, "unsalted_sha1": 1, "unusable": 1})
    );
    assert_eq!(
        report["warnings"],
        json!([
            "accounts.user 3: password is no hash of Django's, and is not stored: the user cannot log in by password",
            "accounts.user 4: password is of no known algorithm: the user cannot log in by password",
            "1 users with passwords of crypt cannot log in by password unless auth.password.legacy_hashers lists crypt",
            "1 users with passwords of md5 cannot log in by password unless auth.password.allow_md5 is true",
            "1 users with passwords of unsalted_sha1 cannot log in by password unless auth.password.legacy_hashers lists \
             unsalted_sha1",
        ])
    );
    assert_eq!(sandbox.password("user3"), "!");
}
