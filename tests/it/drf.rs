//! `GET /api/users/me/`

use acceptance::service::{Backend, Data, Service};
use serde_json::json;

use crate::databases::on_both_databases;

on_both_databases!(
    staff_read_their_profile_with_groups_and_counts,
    groups_are_ids_on_request_and_by_setting,
    callers_who_are_neither_staff_nor_superuser_are_refused,
    the_public_url_is_the_base_of_avatars,
    a_dialect_that_is_switched_off_does_not_exist,
);

fn staff_read_their_profile_with_groups_and_counts(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);

    let me = service
        .client()
        .token("unicode.کاربر")
        .get("/api/users/me/");

    assert_eq!(me.status, 200);
    let me = me.json();
    assert_eq!(me["id"], 6);
    assert_eq!(me["is_profile_completed"], true);
    let groups = me["groups"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let counts: Vec<_> = groups
        .iter()
        .map(|group| json!([group["id"], group["users_count"]]))
        .collect();
    assert_eq!(counts, [json!([2, 2]), json!([3, 1])]);
}

fn groups_are_ids_on_request_and_by_setting(backend: Backend) {
    let objects = Service::start(backend, Data::Staff, &[]);
    let ids = Service::start(backend, Data::Staff, &["dialects.drf.groups=ids"]);

    let groups = |service: &Service, query: &str| {
        let path = format!("/api/users/me/{query}");
        service.client().token("unicode.کاربر").get(&path).json()["groups"].clone()
    };

    assert_eq!(groups(&objects, "?groups=ids"), json!([2, 3]));
    assert_eq!(groups(&ids, ""), json!([2, 3]));
    assert!(groups(&objects, "")[0].is_object());
}

fn callers_who_are_neither_staff_nor_superuser_are_refused(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let status = |user| service.client().token(user).get("/api/users/me/").status;

    assert_eq!(status("plain"), 403);
    assert_eq!(status("superonly"), 200);
    assert_eq!(status("minimal"), 200);
}

fn the_public_url_is_the_base_of_avatars(backend: Backend) {
    let setting = "http.public_url=https://people.example.org";
    let service = Service::start(backend, Data::Staff, &[setting]);

    let me = service
        .client()
        .token("MasterAdmin")
        .get("/api/users/me/")
        .json();

    let avatar = "https://people.example.org/media/users/avatars/photo22132188258.jpg";
    assert_eq!(me["avatar"], avatar);
}

fn a_dialect_that_is_switched_off_does_not_exist(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &["dialects.drf.enabled=false"]);

    let me = service.client().token("MasterAdmin").get("/api/users/me/");
    let without_slash = service.client().token("MasterAdmin").get("/api/users/me");
    let profile = service.client().bearer(1).post("/api/profile/");

    assert_eq!(
        (me.status, me.text().as_str()),
        (404, r#"{"detail":"Not found."}"#)
    );
    assert_eq!(without_slash.status, 404);
    assert_eq!(profile.status, 200);
}
