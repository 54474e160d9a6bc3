//! `profiled user list` and what it tells of deleted users, and `profiled user restore`.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use chrono::{DateTime, Utc};
use profiled_domain::{
    BindOutcome, BindingRepository, ForeignSubject, NewUser, Person, UserLookup, UserRepository,
    WriteContext,
};
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

fn run(sandbox: &Sandbox, lines: &[&str]) {
    for line in lines {
        sandbox.done(&line.split(' ').collect::<Vec<_>>());
    }
}

fn names(sandbox: &Sandbox, options: &[&str]) -> Vec<String> {
    let listed = sandbox.json(&[&["user", "list"], options].concat());
    let name = |user: &Value| {
        let former = &user["deleted"]["username"];
        let name = user["username"].as_str().or(former.as_str());
        name.unwrap().to_owned()
    };
    listed.as_array().unwrap().iter().map(name).collect()
}

#[test]
fn users_are_listed_by_what_they_are_and_have() {
    Sandbox::on_each_database(
        "user_list::users_are_listed_by_what_they_are_and_have",
        |sandbox| {
            run(
                sandbox,
                &[
                    "user create ada --staff --first-name Augusta",
                    "user create bob --inactive --email bob@mills.example",
                    "user create eve --staff",
                    "user delete eve --yes",
                ],
            );

            assert_eq!(names(sandbox, &[]), ["ada", "bob", "eve"]);
            assert_eq!(names(sandbox, &["--staff"]), ["ada", "eve"]);
            assert_eq!(names(sandbox, &["--inactive"]), ["bob"]);
            assert_eq!(names(sandbox, &["--deleted"]), ["eve"]);
            assert_eq!(names(sandbox, &["--deleted", "--inactive"]), [""; 0]);
            assert_eq!(names(sandbox, &["--search", "AUGUST"]), ["ada"]);
            assert_eq!(names(sandbox, &["--search", "mills"]), ["bob"]);
            assert_eq!(names(sandbox, &["--search", "eve", "--staff"]), ["eve"]);
            assert_eq!(names(sandbox, &["--search", "eve", "--inactive"]), [""; 0]);
        },
    );
}

#[test]
fn deleted_user_is_shown_with_its_name_and_the_day_on_which_it_is_erased() {
    let sandbox = Sandbox::migrated();
    run(
        &sandbox,
        &[
            "user create eve --email eve@x.example --mobile-number 0912",
            "user delete eve --yes",
        ],
    );
    let day = ["--set", "accounts.deletion_grace=86400"];

    let listed = sandbox.json(&[&["user", "list"], &day[..]].concat());
    let shown = sandbox.json(&[&["user", "show", "1"], &day[..]].concat());
    let line = sandbox.done(&[&["user", "list"], &day[..]].concat());

    let deleted = &listed[0]["deleted"];
    assert_eq!(&shown["deleted"], deleted);
    let held = json!([
        deleted["username"],
        deleted["email"],
        deleted["mobile_number"]
    ]);
    assert_eq!(held, json!(["eve", "eve@x.example", "0912"]));
    let instant = |name: &str| {
        let text = deleted[name].as_str().unwrap();
        DateTime::parse_from_rfc3339(text).unwrap()
    };
    let (at, end) = (instant("at"), instant("erased_from"));
    assert_eq!(end - at, chrono::TimeDelta::days(1));
    let (at, end) = (at.format("%F"), end.format("%F"));
    assert_eq!(
        line,
        format!("1 eve eve@x.example deleted {at}, erased from {end} on\n")
    );
}

#[test]
fn deleted_user_is_restored_and_exported_by_the_name_that_it_had() {
    let sandbox = Sandbox::migrated();
    run(
        &sandbox,
        &[
            "user create eve --email eve@x.example",
            "user create bob",
            "user delete eve --yes",
            "user delete bob --yes",
        ],
    );

    let hint = sandbox.run(&["user", "show", "eve"]);
    let exported = sandbox.json(&["user", "export", "eve"]);
    sandbox.done(&["user", "restore", "eve@x.example"]);
    sandbox.done(&["user", "restore", "bob"]);

    assert_eq!(
        hint.err,
        "profiled: user \"eve\" is deleted: profiled user restore brings it back\n"
    );
    assert_eq!(exported["user"], 1);
    assert_eq!(names(&sandbox, &[]), ["eve", "bob"]);
    assert_eq!(names(&sandbox, &["--deleted"]), [""; 0]);
}

#[test]
fn of_several_deleted_users_with_a_name_one_is_named_by_its_id() {
    let sandbox = Sandbox::migrated();
    for _ in 0..2 {
        run(&sandbox, &["user create eve", "user delete eve --yes"]);
    }
    run(&sandbox, &["user create eve"]);

    let several = sandbox.run(&["user", "restore", "eve"]);
    let taken = sandbox.run(&["user", "restore", "2"]);
    sandbox.done(&["user", "set", "3", "--username", "eva"]);
    sandbox.done(&["user", "restore", "2"]);
    // The other one is the only deleted one now.
    let last = sandbox.run(&["user", "restore", "eve"]);

    assert_eq!(several.code, Some(1));
    let told =
        "profiled: several deleted users were called \"eve\", name one by its id: 1 (deleted ";
    assert!(several.err.starts_with(told), "{several:?}");
    assert!(several.err.contains(", 2 (deleted "), "{several:?}");
    let told = "profiled: username is already taken: give the user who has it another one first\n";
    assert_eq!((taken.code, taken.err.as_str()), (Some(3), told));
    assert_eq!((last.code, last.err.as_str()), (Some(3), told));
    assert_eq!(names(&sandbox, &[]), ["eve", "eve", "eva"]);
}

#[test]
fn name_of_a_user_who_was_erased_is_gone() {
    let sandbox = Sandbox::migrated();
    run(
        &sandbox,
        &[
            "user create eve",
            "user delete eve --yes",
            "--set accounts.deletion_grace=0 purge --yes",
        ],
    );

    let gone = sandbox.run(&["user", "restore", "eve"]);

    assert_eq!(gone.code, Some(1));
    let told = "profiled: there is no user \"eve\": profiled user list shows all\n";
    assert_eq!(gone.err, told);
    assert_eq!(sandbox.json(&["user", "list"]), json!([]));
}

#[test]
fn lists_without_a_limit_are_whole() {
    let sandbox = Sandbox::migrated();
    let store = sandbox.store();
    for number in 1..=101 {
        let name = format!("user{number}");
        let user = NewUser {
            person: Person {
                username: Some(name.clone()),
                ..Person::default()
            },
            ..NewUser::default()
        };
        let context = WriteContext::operator(DateTime::<Utc>::UNIX_EPOCH);
        let user = store.create_user(&user, context).unwrap();
        let subject = ForeignSubject {
            issuer: "https://idp.example".to_owned(),
            subject: name.clone(),
        };
        let key = UserLookup::Username(name);
        let bound = store.bind(&subject, &user, &key, DateTime::<Utc>::UNIX_EPOCH);
        assert_eq!(bound.unwrap(), BindOutcome::To(user.id));
    }

    for list in ["user list", "binding list"] {
        let lines = |options: &str| {
            let line = format!("{list}{options}");
            let shown = sandbox.done(&line.split(' ').collect::<Vec<_>>());
            shown.lines().count()
        };
        assert_eq!(lines(""), 101, "{list}");
        assert_eq!(lines(" --offset 1"), 100, "{list}");
        assert_eq!(lines(" --limit 2"), 2, "{list}");
        assert_eq!(lines(" --offset 100 --limit 2"), 1, "{list}");
    }
    assert_eq!(names(&sandbox, &[]).len(), 101);
}

#[test]
fn number_that_is_an_id_and_a_former_name_restores_nobody() {
    let sandbox = Sandbox::migrated();
    run(
        &sandbox,
        &[
            "user create 3",
            "user create bob",
            "user create eve",
            "user delete 1 --yes",
            "user delete eve --yes",
        ],
    );

    let unclear = sandbox.run(&["user", "restore", "3"]);
    assert_eq!(names(&sandbox, &["--deleted"]), ["3", "eve"]);
    sandbox.done(&["user", "restore", "eve"]);
    assert_eq!(names(&sandbox, &["--deleted"]), ["3"]);
    sandbox.done(&["user", "restore", "3"]);

    assert_eq!(unclear.code, Some(1), "{unclear:?}");
    let told = "profiled: 3 is the id of a deleted user, name it by what it was called; others were called so, name one \
                by its id: 1 (deleted ";
    assert!(unclear.err.starts_with(told), "{unclear:?}");
    assert_eq!(names(&sandbox, &["--deleted"]), [""; 0]);
}

#[test]
fn empty_list_has_no_line_and_is_told_beside_it() {
    let sandbox = Sandbox::migrated();
    for list in ["user list --deleted", "group list", "org list", "team list"] {
        let words: Vec<_> = list.split(' ').collect();

        let shown = sandbox.run(&words);
        assert_eq!(
            (shown.out.as_str(), shown.err.as_str()),
            ("", "there are none\n"),
            "{list}"
        );
        let quiet = sandbox.run(&[&words[..], &["--quiet"]].concat());
        assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""), "{list}");
        let json = sandbox.run(&[&words[..], &["--json"]].concat());
        assert_eq!(
            (json.out.as_str(), json.err.as_str()),
            ("[]\n", ""),
            "{list}"
        );
    }
}
