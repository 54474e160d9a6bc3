//! Rights hold until the write, and nothing tells what a caller may not read (`decisions.md` 22, 24; contract
//! `tower.md`, section 6.1).

use acceptance::client::Caller;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::databases::on_both_databases;

on_both_databases!(
    filters_reveal_no_value_that_the_caller_may_not_read,
    admin_of_one_organization_cannot_take_over_users_of_another,
    the_placeholder_of_a_password_is_no_password_on_either_mount,
    the_same_password_ends_no_credential,
);

const UNBOUND: &[&str] = &["dialects.tower.bind_tokens=false"];

fn basic(service: &Service, name: &str, password: &str) -> Caller {
    let pair = STANDARD.encode(format!("{name}:{password}"));
    service.client().authorization(&format!("Basic {pair}"))
}

fn start(backend: Backend) -> Service {
    Service::start(backend, Data::Tower, UNBOUND)
}

fn caller(service: &Service, name: &str) -> Caller {
    basic(service, name, &format!("pw-{name}"))
}

fn status(caller: &Caller, method: &str, path: &str, body: &str) -> u16 {
    caller.send(Request::json(method, path, body)).status
}

fn id_of(service: &Service, name: &str) -> i64 {
    let found = caller(service, "admin").get(&format!("/api/v1/users/?username={name}"));
    found.json()["results"][0]["id"].as_i64().unwrap()
}

/// Two values of what alice may not read, and all that she asks about it: the answers are the same.
fn filters_reveal_no_value_that_the_caller_may_not_read(backend: Backend) {
    let service = start(backend);
    let [admin, carol, orgadmin] = ["admin", "carol", "orgadmin"].map(|name| id_of(&service, name));
    let alice = caller(&service, "alice");
    let fields = [
        "email__startswith=q",
        "email__regex=^q",
        "email__in=q%40example.com,x",
        "last_name__icontains=q",
        "ldap_dn__contains=q",
        "is_superuser=true",
        "last_login__isnull=true",
        "not__email__startswith=q",
        "or__email__startswith=q&or__id=0",
        "chain__email__endswith=z",
        "order_by=email",
    ];
    let behind = [
        "organizations__admins__email__startswith=q",
        "not__organizations__admins__email__startswith=q",
        "organizations__admins__isnull=true",
        "organizations__created_by__email__startswith=q",
        "teams__organization__admins__last_name__icontains=q",
        "order_by=organizations__admins__email",
        "order_by=-organizations__created_by__email",
    ];
    let from_organizations = [
        "created_by__email__startswith=q",
        "not__created_by__email__startswith=q",
        "modified_by__is_superuser=true",
        "admins__email__gt=m",
        "admins__isnull=true",
        "users__organizations__name__startswith=q",
        "order_by=admins__email",
    ];
    let mut paths = Vec::new();
    for field in fields {
        for id in [admin, carol, orgadmin] {
            paths.push(format!("users/{id}/?{field}"));
            paths.push(format!("users/{id}/teams/?{field}"));
        }
    }
    for query in behind {
        paths.extend(["me/", "users/"].map(|list| format!("{list}?{query}")));
    }
    for query in from_organizations {
        let lists = ["organizations/", "organizations/1/"];
        paths.extend(lists.map(|list| format!("{list}?{query}")));
    }
    let asked = || -> Vec<(String, u16, String)> {
        let each = paths.iter().flat_map(|path| {
            ["GET", "PATCH", "PUT", "DELETE"].map(|method| (method, format!("/api/v1/{path}")))
        });
        // Writes of what may be read at least would change it.
        let harmless = each.filter(|(method, path)| *method == "GET" || !path.contains("/1/"));
        harmless
            .map(|(method, path)| {
                let answer = alice.send(Request::json(method, &path, "{}"));
                let body = String::from_utf8_lossy(&answer.body).into_owned();
                (format!("{method} {path}"), answer.status, body)
            })
            .collect()
    };

    let before = asked();
    for id in [admin, carol, orgadmin] {
        service.execute(&format!(
            "UPDATE users SET email = 'q{id}@example.com', ldap_dn = 'q', is_superuser = NOT is_superuser \
             WHERE id = {id}"
        ));
    }
    service.execute(&format!(
        "UPDATE users SET last_name = 'qqq' WHERE id = {carol}"
    ));
    let after = asked();

    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
}

fn admin_of_one_organization_cannot_take_over_users_of_another(backend: Backend) {
    let service = start(backend);
    let orgadmin = caller(&service, "orgadmin");
    let (alice, carol) = (id_of(&service, "alice"), id_of(&service, "carol"));
    let take = r#"{"password": "taken-over-1"}"#;

    let attach = format!(r#"{{"id": {carol}}}"#);
    let attached = status(&orgadmin, "POST", "/api/v1/organizations/1/users/", &attach);
    assert_eq!(attached, 204);

    let user = |id| format!("/api/v1/users/{id}/");
    assert_eq!(status(&orgadmin, "PATCH", &user(carol), take), 403);
    assert_eq!(status(&orgadmin, "PUT", &user(carol), take), 403);
    assert_eq!(status(&orgadmin, "DELETE", &user(carol), ""), 403);
    let carol = basic(&service, "carol", "pw-carol");
    assert_eq!(carol.get("/api/v1/me/").status, 200);

    // Nor anybody with rights in another dialect, whoever's member.
    service.execute("UPDATE users SET is_staff = TRUE WHERE username = 'alice'");
    assert_eq!(status(&orgadmin, "PATCH", &user(alice), take), 403);
    service.execute("UPDATE users SET is_staff = FALSE WHERE username = 'alice'");
    assert_eq!(status(&orgadmin, "PATCH", &user(alice), take), 200);
}

fn the_placeholder_of_a_password_is_no_password_on_either_mount(backend: Backend) {
    let service = start(backend);
    let alice = id_of(&service, "alice");
    let admin = caller(&service, "admin");
    let body = r#"{"username": "alice", "password": "$encrypted$"}"#;

    for mount in ["v1", "v2"] {
        for method in ["PATCH", "PUT"] {
            let path = format!("/api/{mount}/users/{alice}/");
            assert_eq!(status(&admin, method, &path, body), 200, "{method} {path}");
        }
        let new = r#"{"username": "new", "password": "$encrypted$"}"#;
        let users = format!("/api/{mount}/users/");
        let answer = admin.send(Request::json("POST", &users, new));
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, 400, "{text}");
        assert!(text.contains("Password required for new User"), "{text}");
    }

    let me = |password| basic(&service, "alice", password).get("/api/v1/me/").status;
    assert_eq!((me("$encrypted$"), me("pw-alice")), (401, 200));
}

fn the_same_password_ends_no_credential(backend: Backend) {
    let service = start(backend);
    let alice = id_of(&service, "alice");
    let log_in = || {
        let body = r#"{"username": "alice", "password": "pw-alice"}"#;
        let answer =
            caller(&service, "alice").send(Request::json("POST", "/api/v1/authtoken/", body));
        let token = answer.json()["token"].as_str().unwrap().to_owned();
        service.client().authorization(&format!("Token {token}"))
    };
    let (own, other) = (log_in(), log_in());
    let path = format!("/api/v1/users/{alice}/");
    let me = |caller: &Caller| caller.get("/api/v1/me/").status;

    assert_eq!(
        status(&own, "PATCH", &path, r#"{"password": "pw-alice"}"#),
        200
    );
    assert_eq!((me(&own), me(&other)), (200, 200));
    assert_eq!(
        status(&own, "PATCH", &path, r#"{"password": "another"}"#),
        200
    );
    assert_eq!((me(&own), me(&other)), (200, 401));
}
