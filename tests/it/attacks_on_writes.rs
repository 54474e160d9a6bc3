//! Attack cases of writing and guessing: enumeration, mass assignment, sizes.

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;

on_both_databases!(
    d1_refused_log_ins_get_the_same_answer,
    e1_nothing_but_the_fields_of_a_profile_is_written_in_any_form_of_body,
    e3_the_last_superuser_cannot_delete_itself,
    h3_a_body_of_one_byte_more_is_refused_and_so_are_thousands_of_fields,
);

const ME: &str = "/api/users/me/";

fn form(method: &str, path: &str, body: &str) -> Request {
    let request = Request::new(method, path);
    let kind = "application/x-www-form-urlencoded";
    request.header("Content-Type", kind).body(body)
}

fn multipart(fields: &[(&str, &str)]) -> Request {
    let part = |(name, value): &(&str, &str)| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let body: String = fields.iter().map(part).collect();
    let request =
        Request::new("PATCH", ME).header("Content-Type", "multipart/form-data; boundary=b");
    request.body(&format!("{body}--b--\r\n"))
}

fn d1_refused_log_ins_get_the_same_answer(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &["throttle.login="]);
    let nobody = service.client().anonymous();
    let log_in = |path: &str, name: &str, password: &str| {
        let body = format!(r#"{{"username": "{name}", "password": "{password}"}}"#);
        let Answer {
            status,
            headers,
            body,
            ..
        } = nobody.send(Request::json("POST", path, &body));
        // They tell one request from another, not one name.
        let differs = |name: &str| ["date", "x-request-id"].contains(&name);
        let is_kept = |(name, _): &(String, String)| !differs(&name.to_ascii_lowercase());
        let mut kept: Vec<_> = headers.into_iter().filter(is_kept).collect();
        kept.sort_unstable();
        (status, kept, body)
    };

    for path in ["/api/auth/token/", "/api/token/"] {
        let unknown = log_in(path, "nobody", "whatever-9");
        assert!([400, 401].contains(&unknown.0), "{path}: {}", unknown.0);
        assert_eq!(log_in(path, "MasterAdmin", "wrong"), unknown);
        assert_eq!(log_in(path, "inactive", "inactive-pass-9"), unknown);
    }
}

fn e1_nothing_but_the_fields_of_a_profile_is_written_in_any_form_of_body(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let token = service.client().token("minimal");
    let before = token.get(ME).body;
    let fields = [
        ("id", "1"),
        ("is_superuser", "true"),
        ("IS_SUPERUSER", "true"),
        ("is_staff", "false"),
        ("is_active", "false"),
        ("groups", "1"),
        ("user_permissions", "1"),
        ("date_joined", "2000-01-01T00:00:00Z"),
        ("created_at", "2000-01-01T00:00:00Z"),
        ("last_login", "2000-01-01T00:00:00Z"),
        ("ldap_dn", "cn=root"),
        ("deleted_at", "2000-01-01T00:00:00Z"),
    ];
    let json: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name:?}: {value:?}"))
        .collect();
    let json = format!(
        r#"{{{}, "is_superuser": true, "user": {{"is_superuser": true}}, "groups": [1]}}"#,
        json.join(", ")
    );
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();

    for request in [
        Request::json("PATCH", ME, &json),
        Request::json("PUT", ME, &json),
        form("PATCH", ME, &pairs.join("&")),
        multipart(&fields),
    ] {
        let answer = token.send(request);
        assert_eq!((answer.status, &answer.body), (200, &before));
    }
    let profile = service.client().bearer(4).post("/api/profile/").json();
    assert_eq!(profile["is_superuser"], false);
    assert_eq!(profile["is_staff"], true);
}

fn e3_the_last_superuser_cannot_delete_itself(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &[]);
    let delete = |caller: &Caller, id: i64| {
        let path = format!("/api/profile/{id}/delete/");
        caller.send(Request::new("DELETE", &path)).status
    };

    assert_eq!(delete(&service.client().bearer(1), 1), 403);
    assert_eq!(delete(&service.client().bearer(2), 2), 204);
    assert_eq!(service.client().bearer(1).post("/api/profile/").status, 200);
}

fn h3_a_body_of_one_byte_more_is_refused_and_so_are_thousands_of_fields(backend: Backend) {
    let settings = ["http.max_body_bytes=4096", "http.max_upload_bytes=400000"];
    let service = Service::start(backend, Data::Staff, &settings);
    let token = service.client().token("MasterAdmin");
    let json = |length: usize| {
        let body = format!(r#"{{"nope": "{}"}}"#, "a".repeat(length - 12));
        assert_eq!(body.len(), length);
        token.send(Request::json("PATCH", ME, &body)).status
    };
    let keys = |count: usize| "a=&".repeat(count);
    let parts: Vec<(&str, &str)> = vec![("a", ""); 5000];

    assert_eq!((json(4096), json(4097)), (200, 413));
    assert_eq!(token.send(form("PATCH", ME, &keys(1000))).status, 200);
    assert_eq!(token.send(form("PATCH", ME, &keys(1001))).status, 400);
    assert!([400, 413].contains(&token.send(multipart(&parts)).status));
    assert_eq!(token.get(ME).status, 200);
}
