//! `POST /api/profile/`

use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;

on_both_databases!(
    the_profile_answers_under_both_paths,
    nothing_is_read_from_the_body,
    a_user_who_is_gone_is_not_found,
    an_opaque_token_is_no_access_token,
);

fn the_profile_answers_under_both_paths(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &[]);
    let alice = service.client().bearer(2);

    let profile = alice.post("/api/profile/");
    let alias = alice.post("/api/users/profile/");

    assert_eq!(profile.status, 200);
    assert_eq!(profile.json()["username"], "alice");
    assert_eq!(profile.body, alias.body);
}

fn nothing_is_read_from_the_body(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &[]);
    let mut request =
        Request::new("POST", "/api/profile/").header("Content-Type", "application/json");
    request.body = Some(br#"{"user_id": 1, "is_superuser": tru"#.to_vec());

    let profile = service.client().bearer(2).send(request);

    assert_eq!(profile.status, 200);
    assert_eq!(profile.json()["id"], 2);
    assert_eq!(profile.json()["is_superuser"], false);
}

fn a_user_who_is_gone_is_not_found(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &[]);

    let profile = service.client().bearer(4711).post("/api/profile/");

    assert_eq!(profile.status, 404);
    assert_eq!(
        profile.text(),
        r#"{"error":"The user cannot be found in the database."}"#
    );
}

fn an_opaque_token_is_no_access_token(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);

    let profile = service.client().token("MasterAdmin").post("/api/profile/");

    assert_eq!(profile.status, 401);
    assert_eq!(
        profile.header("WWW-Authenticate").as_deref(),
        Some(r#"Bearer realm="api""#)
    );
}
