//! Attack cases of Tower's directory: mass assignment, delegated admins, the last superuser, races.

use std::thread;

use acceptance::client::Caller;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use serde_json::Value;

use crate::databases::on_both_databases;

on_both_databases!(
    e1_nothing_but_the_fields_of_a_user_is_written_in_any_form_of_body,
    e2_writable_fields_give_no_right,
    e3_the_last_superuser_is_neither_demoted_nor_deleted,
    e4_a_delegated_admin_has_no_power_over_superusers,
    e5_no_header_and_no_query_overrides_a_method,
    i6_two_writers_of_one_user_lose_nothing,
    i7_a_deleted_user_comes_back_by_no_race,
);

const ALICE: &str = "/api/v1/users/3/";
const UNBOUND: &[&str] = &["dialects.tower.bind_tokens=false"];

struct Site {
    service: Service,
    admin: Caller,
    orgadmin: Caller,
    alice: Caller,
}

impl Site {
    fn start(backend: Backend) -> Self {
        let service = Service::start(backend, Data::Tower, UNBOUND);
        let client = service.client();
        let basic = |credentials: &str| client.authorization(&format!("Basic {credentials}"));
        let (admin, orgadmin, alice) = (
            basic("YWRtaW46cHctYWRtaW4="),
            basic("b3JnYWRtaW46cHctb3JnYWRtaW4="),
            basic("YWxpY2U6cHctYWxpY2U="),
        );
        Self {
            service,
            admin,
            orgadmin,
            alice,
        }
    }
}

fn status(caller: &Caller, method: &str, path: &str, body: &str) -> u16 {
    caller.send(Request::json(method, path, body)).status
}

fn form(path: &str, body: &str) -> Request {
    let kind = "application/x-www-form-urlencoded";
    Request::new("POST", path)
        .header("Content-Type", kind)
        .body(body)
}

fn user(site: &Site, path: &str) -> Value {
    site.admin.get(path).json()
}

/// The flags that Tower's bodies do not show.
fn flags(site: &Site, id: i64) -> Value {
    let profile = site
        .service
        .client()
        .bearer(id)
        .post("/api/profile/")
        .json();
    [
        "is_staff",
        "is_active",
        "is_superuser",
        "date_joined",
        "last_login",
    ]
    .map(|name| profile[name].clone())
    .to_vec()
    .into()
}

fn e1_nothing_but_the_fields_of_a_user_is_written_in_any_form_of_body(backend: Backend) {
    let site = Site::start(backend);
    let (before, flags_before) = (user(&site, ALICE), flags(&site, 3));
    let fields = [
        ("id", "1"),
        ("pk", "1"),
        ("IS_SUPERUSER", "true"),
        ("Is_Superuser", "true"),
        ("is_staff", "true"),
        ("groups", "1"),
        ("user_permissions", "1"),
        ("organizations", "2"),
        ("admin_of_organizations", "1"),
        ("teams", "2"),
        ("date_joined", "2000-01-01T00:00:00Z"),
        ("created", "2000-01-01T00:00:00Z"),
        ("last_login", "2000-01-01T00:00:00Z"),
        ("ldap_dn", "cn=root"),
        ("profile__ldap_dn", "cn=root"),
        ("deleted_at", "2000-01-01T00:00:00Z"),
    ];
    let json: Vec<String> = fields.map(|(n, v)| format!("{n:?}: {v:?}")).to_vec();
    let nested =
        r#""user": {"is_superuser": true}, "profile": {"ldap_dn": "cn=root"}, "groups": [1]"#;
    let json = format!("{{{}, {nested}}}", json.join(", "));

    for caller in [&site.alice, &site.orgadmin, &site.admin] {
        assert_eq!(status(caller, "PATCH", ALICE, &json), 200);
    }
    for flag in [
        r#"{"is_superuser": true}"#,
        r#"{"is_superuser": false, "is_superuser": true}"#,
    ] {
        for caller in [&site.alice, &site.orgadmin] {
            assert_eq!(status(caller, "PATCH", ALICE, flag), 403);
        }
    }
    // Only the last of repeated names counts.
    let twice = r#"{"is_superuser": true, "is_superuser": false}"#;
    assert_eq!(status(&site.alice, "PATCH", ALICE, twice), 200);
    assert_eq!(
        status(&site.alice, "PATCH", ALICE, r#"{"is_active": false}"#),
        403
    );
    assert_eq!(
        status(&site.admin, "PATCH", ALICE, r#"{"is_active": false}"#),
        200
    );
    for method in ["PATCH", "PUT", "POST"] {
        assert_eq!(status(&site.alice, method, "/api/v1/me/", &json), 405);
    }
    assert_eq!(user(&site, ALICE), before);
    assert_eq!(flags(&site, 3), flags_before);

    let pairs: Vec<String> = fields.map(|(n, v)| format!("{n}={v}")).to_vec();
    let new = format!(
        "username=new&password=p&is_active=false&{}",
        pairs.join("&")
    );
    let created = site.orgadmin.send(form("/api/v1/users/", &new));
    assert_eq!(created.status, 201);
    let created = created.json();
    assert_eq!(
        (&created["id"], &created["ldap_dn"]),
        (&11.into(), &"".into())
    );
    assert_eq!(created["is_superuser"], false);
    assert_eq!(flags(&site, 11)[0], false);
    assert_eq!(flags(&site, 11)[1], true);
    assert_eq!(
        site.admin.get("/api/v1/users/11/organizations/").json()["count"],
        0
    );
}

fn e2_writable_fields_give_no_right(backend: Backend) {
    let site = Site::start(backend);
    assert_eq!(
        status(
            &site.alice,
            "PATCH",
            ALICE,
            r#"{"email": "admin@x.example.com"}"#
        ),
        200
    );

    for (method, path, body) in [
        (
            "POST",
            "/api/v1/users/",
            r#"{"username": "n", "password": "p"}"#,
        ),
        ("POST", "/api/v1/organizations/", r#"{"name": "n"}"#),
        (
            "POST",
            "/api/v1/teams/",
            r#"{"name": "n", "organization": 1}"#,
        ),
        ("PATCH", "/api/v1/organizations/1/", r#"{"admins": [3]}"#),
        ("POST", "/api/v1/organizations/1/admins/", r#"{"id": 3}"#),
        ("POST", "/api/v1/teams/1/users/", r#"{"id": 4}"#),
        ("PATCH", "/api/v1/users/4/", r#"{"password": "taken"}"#),
    ] {
        assert_eq!(
            status(&site.alice, method, path, body),
            403,
            "{method} {path}"
        );
    }
}

fn e3_the_last_superuser_is_neither_demoted_nor_deleted(backend: Backend) {
    let site = Site::start(backend);
    let admin = "/api/v1/users/1/";
    for body in [
        r#"{"is_superuser": false}"#,
        r#"{"is_superuser": null, "first_name": "x"}"#,
    ] {
        assert_eq!(status(&site.admin, "PATCH", admin, body), 403);
    }
    assert_eq!(
        status(&site.admin, "PUT", admin, r#"{"username": "admin"}"#),
        403
    );
    assert_eq!(status(&site.admin, "DELETE", admin, ""), 403);
    assert_eq!(user(&site, admin)["first_name"], "");

    // Of two who demote each other at once, one stays.
    assert_eq!(
        status(&site.admin, "PATCH", ALICE, r#"{"is_superuser": true}"#),
        200
    );
    let demote = r#"{"is_superuser": false}"#;
    let statuses = thread::scope(|scope| {
        let calls = [(&site.admin, ALICE), (&site.alice, admin)];
        let calls =
            calls.map(|(caller, path)| scope.spawn(|| status(caller, "PATCH", path, demote)));
        calls.map(|call| call.join().unwrap())
    });
    assert!(statuses.contains(&200), "{statuses:?}");
    let superusers = [&site.admin, &site.alice]
        .map(|caller| caller.get("/api/v1/me/").json()["results"][0]["is_superuser"] == true);
    assert_ne!(superusers, [false, false], "{statuses:?}");
}

fn e4_a_delegated_admin_has_no_power_over_superusers(backend: Backend) {
    let site = Site::start(backend);
    let members = "/api/v1/organizations/1/users/";
    assert_eq!(status(&site.orgadmin, "POST", members, r#"{"id": 1}"#), 204);
    let admin = "/api/v1/users/1/";

    for body in [
        "{}",
        r#"{"password": "taken"}"#,
        r#"{"email": "x@example.com"}"#,
    ] {
        assert_eq!(status(&site.orgadmin, "PATCH", admin, body), 403, "{body}");
    }
    let put = r#"{"username": "admin", "is_superuser": false}"#;
    assert_eq!(status(&site.orgadmin, "PUT", admin, put), 403);
    assert_eq!(status(&site.orgadmin, "DELETE", admin, ""), 403);
    let new = r#"{"username": "n", "password": "p", "is_superuser": 1}"#;
    for path in ["/api/v1/users/", members] {
        assert_eq!(status(&site.orgadmin, "POST", path, new), 403, "{path}");
    }
    assert_eq!(
        site.admin.get("/api/v1/users/?username=n").json()["count"],
        0
    );
    assert_eq!(site.admin.get("/api/v1/me/").status, 200);
}

fn e5_no_header_and_no_query_overrides_a_method(backend: Backend) {
    let site = Site::start(backend);
    for header in [
        "X-HTTP-Method-Override",
        "X-HTTP-Method",
        "X-Method-Override",
    ] {
        let post = Request::json("POST", ALICE, "{}").header(header, "DELETE");
        assert_eq!(site.admin.send(post).status, 405, "{header}");
        let get = Request::new("GET", ALICE).header(header, "DELETE");
        assert_eq!(site.admin.send(get).status, 200, "{header}");
    }
    let json = Request::json("POST", ALICE, r#"{"_method": "DELETE"}"#);
    assert_eq!(site.admin.send(json).status, 405);
    let query = site
        .admin
        .send(form("/api/v1/users/3/?_method=DELETE", "a=b"));
    assert_eq!(query.status, 405);
    assert_eq!(user(&site, ALICE)["username"], "alice");
    let foreign = form(ALICE, "_method=DELETE").header("Origin", "https://evil.example");
    assert_eq!(site.admin.send(foreign).status, 403);
    assert_eq!(site.admin.send(form(ALICE, "_method=DELETE")).status, 204);
}

fn i6_two_writers_of_one_user_lose_nothing(backend: Backend) {
    let site = Site::start(backend);
    let bodies = [
        r#"{"first_name": "Both"}"#,
        r#"{"last_name": "Written"}"#,
        r#"{"email": "both@example.com"}"#,
    ];
    thread::scope(|scope| {
        let calls = bodies.map(|body| scope.spawn(|| status(&site.admin, "PATCH", ALICE, body)));
        for call in calls {
            assert_eq!(call.join().unwrap(), 200);
        }
    });
    let alice = user(&site, ALICE);
    assert_eq!(alice["first_name"], "Both");
    assert_eq!(alice["last_name"], "Written");
    assert_eq!(alice["email"], "both@example.com");

    // Of two who want one name, one gets it, and the other hears what validation would say.
    let name = r#"{"username": "wanted"}"#;
    let mut statuses = thread::scope(|scope| {
        let calls = [ALICE, "/api/v1/users/4/"]
            .map(|path| scope.spawn(|| status(&site.admin, "PATCH", path, name)));
        calls.map(|call| call.join().unwrap())
    });
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

fn i7_a_deleted_user_comes_back_by_no_race(backend: Backend) {
    let site = Site::start(backend);
    let log_in = r#"{"username": "alice", "password": "pw-alice"}"#;
    let anonymous = site.service.client().anonymous();
    let (deleted, changed, attached, logged_in) = thread::scope(|scope| {
        let delete = scope.spawn(|| status(&site.admin, "DELETE", ALICE, ""));
        let change = scope.spawn(|| status(&site.admin, "PATCH", ALICE, r#"{"first_name": "x"}"#));
        let members = "/api/v1/organizations/2/users/";
        let attach = scope.spawn(|| status(&site.admin, "POST", members, r#"{"id": 3}"#));
        let log_in =
            scope.spawn(|| anonymous.send(Request::json("POST", "/api/v1/authtoken/", log_in)));
        (
            delete.join().unwrap(),
            change.join().unwrap(),
            attach.join().unwrap(),
            log_in.join().unwrap(),
        )
    });

    assert_eq!(deleted, 204);
    assert!([200, 404].contains(&changed), "{changed}");
    assert!([204, 403].contains(&attached), "{attached}");
    assert!(
        [200, 400].contains(&logged_in.status),
        "{}",
        logged_in.status
    );
    assert_eq!(site.admin.get(ALICE).status, 404);
    assert_eq!(
        site.admin.get("/api/v1/organizations/2/users/?id=3").json()["count"],
        0
    );
    if let Some(token) = logged_in.json()["token"].as_str() {
        let holder = site
            .service
            .client()
            .authorization(&format!("Token {token}"));
        assert_eq!(holder.get("/api/v1/me/").status, 401);
    }
}
