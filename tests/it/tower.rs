//! `GET /api/v1/me/`

use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;

on_both_databases!(
    the_caller_is_a_list_of_one,
    a_page_beyond_the_first_is_not_found,
    a_bound_token_works_for_its_user_agent_only,
    basic_credentials_are_checked_against_the_stored_hash,
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
