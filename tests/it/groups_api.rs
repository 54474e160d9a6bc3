//! `/api/groups/`: groups and their members, for staff and admins.

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use crate::databases::on_both_databases;

on_both_databases!(
    a_group_is_made_changed_and_deleted,
    put_needs_a_name_and_patch_nothing,
    invalid_fields_are_reported_all_at_once,
    one_of_racing_names_wins_and_the_others_are_refused,
    adding_or_removing_a_member_twice_changes_nothing,
    unknown_group_or_user_is_not_found,
    staff_change_groups_and_others_do_not_even_see_them,
    a_group_gives_no_right_and_takes_no_other_field,
    a_page_changes_a_group_without_a_script,
);

const GROUPS: &str = "/api/groups/";

fn staff(backend: Backend) -> Service {
    Service::start(backend, Data::Staff, &[])
}

fn send(caller: &Caller, method: &str, path: &str, body: &Value) -> Answer {
    caller.send(Request::json(method, path, &body.to_string()))
}

fn delete(caller: &Caller, path: &str) -> Answer {
    caller.send(Request::new("DELETE", path))
}

fn instant(value: &Value) -> chrono::DateTime<chrono::Utc> {
    value.as_str().unwrap_or_default().parse().unwrap()
}

fn a_group_is_made_changed_and_deleted(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");

    let made = send(
        &admin,
        "POST",
        GROUPS,
        &json!({"name": " Team ", "notes": null}),
    );
    let group = made.json();
    let path = format!("{GROUPS}{}/", group["id"]);
    let shown = admin.get(&path);
    let changed = send(
        &admin,
        "PUT",
        &path,
        &json!({"name": "Crew", "notes": " n "}),
    );
    let deleted = delete(&admin, &path);

    assert_eq!((made.status, made.header("Location")), (201, None));
    assert_eq!(
        (&group["name"], &group["notes"]),
        (&json!("Team"), &json!(null))
    );
    assert_eq!(group["created_at"], group["updated_at"]);
    assert_eq!(shown.text(), made.text());
    assert_eq!(changed.status, 200);
    let changed = changed.json();
    assert_eq!(
        (&changed["name"], &changed["notes"]),
        (&json!("Crew"), &json!("n"))
    );
    assert_eq!(changed["created_at"], group["created_at"]);
    assert!(instant(&changed["updated_at"]) > instant(&group["updated_at"]));
    assert_eq!((deleted.status, deleted.text().as_str()), (204, ""));
    let gone = r#"{"detail":"No Group matches the given query."}"#;
    for answer in [
        admin.get(&path),
        delete(&admin, &path),
        send(&admin, "PATCH", &path, &json!({})),
    ] {
        assert_eq!((answer.status, answer.text().as_str()), (404, gone));
    }
}

fn put_needs_a_name_and_patch_nothing(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");
    let path = "/api/groups/4/";
    let before = admin.get(path).json();

    let nameless = send(&admin, "PUT", path, &json!({"notes": ""}));
    let own_name = send(&admin, "PUT", path, &json!({"name": "Empty"})).json();
    let noted = send(&admin, "PATCH", path, &json!({"notes": ""})).json();
    let nothing = send(&admin, "PATCH", path, &json!({})).json();

    assert_eq!(nameless.text(), r#"{"name":["This field is required."]}"#);
    assert_eq!(
        (&own_name["name"], &own_name["notes"]),
        (&json!("Empty"), &before["notes"])
    );
    assert_eq!(
        (&noted["name"], &noted["notes"]),
        (&json!("Empty"), &json!(""))
    );
    assert_eq!(
        (&nothing["name"], &nothing["notes"]),
        (&json!("Empty"), &json!(""))
    );
    assert!(instant(&nothing["updated_at"]) > instant(&noted["updated_at"]));
    let blank = Request::new("PATCH", path)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("name=");
    assert_eq!(
        admin.send(blank).text(),
        r#"{"name":["This field may not be blank."]}"#
    );
}

fn invalid_fields_are_reported_all_at_once(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");
    let long = "x".repeat(151);
    let cases = [
        (
            json!({"name": long, "notes": ["n"]}),
            r#"{"name":["Ensure this field has no more than 150 characters."],"notes":["Not a valid string."]}"#,
        ),
        (
            json!({"name": null, "notes": "a\u{0}b"}),
            r#"{"name":["This field may not be null."],"notes":["Null characters are not allowed."]}"#,
        ),
        (
            json!({"name": " \t"}),
            r#"{"name":["This field may not be blank."]}"#,
        ),
        (
            json!({"name": "a\u{0}"}),
            r#"{"name":["Null characters are not allowed."]}"#,
        ),
        (
            json!({"name": " Auditors "}),
            r#"{"name":["group with this name already exists."]}"#,
        ),
        (
            json!([]),
            r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#,
        ),
    ];

    for (body, expected) in cases {
        let made = send(&admin, "POST", GROUPS, &body);
        let changed = send(&admin, "PUT", "/api/groups/1/", &body);

        assert_eq!((made.status, made.text().as_str()), (400, expected));
        assert_eq!((changed.status, changed.text().as_str()), (400, expected));
    }
    // Names are told apart by case, and numbers are text.
    assert_eq!(
        send(&admin, "POST", GROUPS, &json!({"name": "auditors"})).status,
        201
    );
    assert_eq!(
        send(&admin, "POST", GROUPS, &json!({"name": 1.0})).json()["name"],
        "1.0"
    );
    let text = Request::new("POST", GROUPS)
        .header("Content-Type", "text/plain")
        .body("x");
    assert_eq!(admin.send(text).status, 415);
    let missing = Request::new("PUT", "/api/groups/99/").header("Content-Type", "text/plain");
    assert_eq!(
        admin.send(missing.body("x")).status,
        404,
        "before the body is looked at"
    );
}

fn one_of_racing_names_wins_and_the_others_are_refused(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");

    for round in 0..5 {
        let body = json!({"name": format!("Race {round}")});
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..6)
                .map(|_| scope.spawn(|| send(&admin, "POST", GROUPS, &body)))
                .collect();
            racers
                .into_iter()
                .map(|racer| racer.join().unwrap())
                .collect()
        });

        let won = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(won, 1);
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            let expected = r#"{"name":["group with this name already exists."]}"#;
            assert_eq!((lost.status, lost.text().as_str()), (400, expected));
        }
    }
}

fn adding_or_removing_a_member_twice_changes_nothing(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");
    let path = "/api/groups/3/users/1/";
    let groups = || {
        let me = admin.get("/api/users/me/?groups=ids").json();
        me["groups"].clone()
    };
    let count = || admin.get("/api/groups/3/").json()["users_count"].clone();
    let before = admin.get("/api/groups/3/").json();

    for _ in 0..2 {
        let joined = admin.post(path);
        assert_eq!((joined.status, joined.text().as_str()), (204, ""));
        assert_eq!((groups(), count()), (json!([1, 3]), json!(2)));
    }
    for _ in 0..2 {
        let left = delete(&admin, path);
        assert_eq!((left.status, left.text().as_str()), (204, ""));
        assert_eq!((groups(), count()), (json!([1]), json!(1)));
    }

    assert_eq!(
        admin.get("/api/groups/3/").json(),
        before,
        "members are no update"
    );
    assert_eq!(admin.get(path).status, 405);
    assert_eq!(
        admin.post("/api/groups/3/users/3/").status,
        204,
        "the inactive count"
    );
    assert_eq!(delete(&admin, "/api/groups/3/").status, 204);
    assert_eq!(groups(), json!([1]));
}

fn unknown_group_or_user_is_not_found(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");
    let cases = [
        ("/api/groups/99/users/1/", "No Group"),
        ("/api/groups/1/users/99/", "No User"),
        ("/api/groups/99999999999999999999/users/1/", "No Group"),
    ];

    for (path, start) in cases {
        for answer in [admin.post(path), delete(&admin, path)] {
            let expected = format!(r#"{{"detail":"{start} matches the given query."}}"#);
            assert_eq!((answer.status, answer.text()), (404, expected), "{path}");
        }
    }
    assert_eq!(
        admin.post("/api/groups/x/users/1/").text(),
        r#"{"detail":"Not found."}"#
    );
    let options = |path: &str| admin.send(Request::new("OPTIONS", path)).json();
    assert_eq!(
        options("/api/groups/1/")["actions"]["PUT"]["name"]["max_length"],
        150
    );
    assert_eq!(options("/api/groups/99/")["actions"], Value::Null);
}

fn staff_change_groups_and_others_do_not_even_see_them(backend: Backend) {
    let service = staff(backend);
    let client = service.client();
    let requests = [
        ("GET", GROUPS),
        ("POST", GROUPS),
        ("GET", "/api/groups/2/"),
        ("PATCH", "/api/groups/2/"),
        ("DELETE", "/api/groups/2/"),
        ("DELETE", "/api/groups/99/"),
        ("POST", "/api/groups/2/users/2/"),
        ("DELETE", "/api/groups/2/users/2/"),
        ("OPTIONS", "/api/groups/2/"),
    ];

    for (method, path) in requests {
        let member = send(&client.token("plain"), method, path, &json!({"name": "x"}));
        assert_eq!(member.status, 403, "{method} {path}");
        assert!(!member.text().contains("name"), "{method} {path}");
    }
    for user in ["minimal", "superonly"] {
        let caller = client.token(user);
        let made = send(&caller, "POST", GROUPS, &json!({"name": user}));
        assert_eq!(made.status, 201, "{user}");
        let path = format!("{GROUPS}{}/", made.json()["id"]);
        assert_eq!(
            caller.post(&format!("{path}users/1/")).status,
            204,
            "{user}"
        );
        assert_eq!(delete(&caller, &path).status, 204, "{user}");
    }
}

/// E1, E2
fn a_group_gives_no_right_and_takes_no_other_field(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");
    let body = json!({"id": 1, "name": "Admins", "users_count": 9, "users": [2], "members": [2],
        "permissions": ["*"], "is_staff": true, "created_at": "2001-01-01T00:00:00Z", "version": 9});

    let group = send(&admin, "POST", GROUPS, &body).json();
    let path = format!("{GROUPS}{}/", group["id"]);
    assert_eq!(admin.post(&format!("{path}users/2/")).status, 204);
    assert_eq!(admin.post("/api/groups/1/users/2/").status, 204);

    assert_ne!(group["id"], 1);
    assert_eq!(group["users_count"], 0);
    assert!(instant(&group["created_at"]) > instant(&json!("2020-01-01T00:00:00Z")));
    let member = service.client().token("plain");
    assert_eq!(member.get("/api/users/me/").status, 403);
    assert_eq!(member.get(GROUPS).status, 403);
}

fn a_page_changes_a_group_without_a_script(backend: Backend) {
    let service = staff(backend);
    let admin = service.client().token("MasterAdmin");
    let form = |fields: &str| {
        let request = Request::new("POST", "/api/groups/4/")
            .header("Accept", "text/html")
            .header("Content-Type", "application/x-www-form-urlencoded");
        admin.send(request.body(fields))
    };
    let page = Request::new("GET", "/api/groups/4/").header("Accept", "text/html");

    let shown = admin.send(page);
    let changed = form("_method=PUT&name=Page&notes=by+form");
    let refused = form("_method=PUT&name=Auditors");
    let deleted = form("_method=DELETE");

    assert!(shown.text().contains("value=\"Empty\""));
    assert!(shown.text().contains("DELETE"));
    assert_eq!(changed.status, 200);
    assert!(changed.text().contains("by form"));
    assert_eq!(refused.status, 400);
    assert!(
        refused
            .text()
            .contains("group with this name already exists.")
    );
    assert_eq!(deleted.status, 200);
    assert_eq!(admin.get("/api/groups/4/").status, 404);
}
