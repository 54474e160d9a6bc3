//! `GET /api/v1/me/`

use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::databases::on_both_databases;

on_both_databases!(
    the_caller_is_a_list_of_one,
    a_page_beyond_the_first_is_not_found,
    a_bound_token_works_for_its_user_agent_only,
    basic_credentials_are_checked_against_the_stored_hash,
    passwords_of_any_script_log_in_by_basic_on_both_mounts,
);

/// `carol:pw-carol` and `carol:pw-alice`
const RIGHT: &str = "Basic Y2Fyb2w6cHctY2Fyb2w=";
const WRONG: &str = "Basic Y2Fyb2w6cHctYWxpY2U=";

fn the_caller_is_a_list_of_one(backend: Backend) {
    let service = Service::start(backend, Data::Tower, &[]);

    let me = service.client().token("carol").get("/api/v1/me/");

    assert_eq!(me.status, 200);
    assert_eq!(me.json()["count"], 1);
    assert_eq!(me.json()["results"][0]["username"], "carol");
    assert!(me.header("X-API-Time").is_some());
}

fn a_page_beyond_the_first_is_not_found(backend: Backend) {
    let service = Service::start(backend, Data::Tower, &[]);
    let carol = service.client().token("carol");

    assert_eq!(carol.get("/api/v1/me/?page=1&page_size=5").status, 200);
    assert_eq!(carol.get("/api/v1/me/?page=2").status, 404);
}

fn a_bound_token_works_for_its_user_agent_only(backend: Backend) {
    let bound = Service::start(backend, Data::Tower, &[]);
    let unbound = Service::start(backend, Data::Tower, &["dialects.tower.bind_tokens=false"]);
    let status = |service: &Service| service.client().token("alice").get("/api/v1/me/").status;

    assert_eq!(status(&bound), 401);
    assert_eq!(status(&unbound), 200);
}

fn basic_credentials_are_checked_against_the_stored_hash(backend: Backend) {
    let service = Service::start(backend, Data::Tower, &[]);
    let me = |credentials| {
        service
            .client()
            .authorization(credentials)
            .get("/api/v1/me/")
    };

    assert_eq!(me(RIGHT).status, 200);
    assert_eq!(me(WRONG).status, 401);
}

/// `Authorization` as `curl -u` makes it of these bytes.
fn basic(pair: &[u8]) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

fn passwords_of_any_script_log_in_by_basic_on_both_mounts(backend: Backend) {
    let service = Service::start(backend, Data::Tower, &[]);
    let admin = service.client().authorization(&basic(b"admin:pw-admin"));
    let status = |pair: &[u8], path: &str| {
        let caller = service.client().authorization(&basic(pair));
        caller.get(path).status
    };

    for (password, latin_1) in [
        ("пароль:да", None),
        ("密码😀", None),
        ("pässwörd", Some(b"carol:p\xe4ssw\xf6rd".as_slice())),
    ] {
        let body = json!({ "password": password }).to_string();
        let change = admin.send(Request::json("PATCH", "/api/v1/users/5/", &body));
        assert_eq!(change.status, 200, "{}", change.text());

        for path in ["/api/v1/me/", "/api/v2/me/"] {
            let right = format!("carol:{password}");
            assert_eq!(status(right.as_bytes(), path), 200, "{password} {path}");
            assert_eq!(status(b"carol:pw-carol", path), 401, "{password} {path}");
            if let Some(pair) = latin_1 {
                assert_eq!(status(pair, path), 200, "{password} {path}");
            }
        }
    }
}
