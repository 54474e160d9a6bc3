//! One user store behind three dialects.

use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;

on_both_databases!(
    one_user_has_three_views,
    dialects_word_refusals_in_their_own_way
);

fn one_user_has_three_views(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let client = service.client();

    let drf = client.token("MasterAdmin").get("/api/users/me/").json();
    let jwt = client.bearer(1).post("/api/profile/").json();
    let tower = client.token("MasterAdmin").get("/api/v1/me/").json()["results"][0].clone();

    for attribute in ["id", "username", "email", "first_name", "last_name"] {
        assert_eq!(drf[attribute], jwt[attribute], "{attribute}");
        assert_eq!(drf[attribute], tower[attribute], "{attribute}");
    }
    assert_eq!(drf["created_at"], "2025-11-22T13:15:20.827325Z");
    assert_eq!(jwt["date_joined"], "2025-11-22T13:15:20.827325Z");
    assert_eq!(tower["created"], "2025-11-22T13:15:20.827Z");
}

fn dialects_word_refusals_in_their_own_way(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let nobody = service.client().anonymous();

    let refusals = [
        (
            nobody.get("/api/users/me/"),
            "Token",
            r#"{"detail":"Authentication credentials were not provided."}"#,
        ),
        (
            nobody.post("/api/profile/"),
            r#"Bearer realm="api""#,
            r#"{"detail":"Authentication credentials were not provided."}"#,
        ),
        (
            nobody.get("/api/v1/me/"),
            r#"Basic realm="api""#,
            r#"{"detail": "Authentication credentials were not provided."}"#,
        ),
    ];

    for (refusal, challenge, body) in refusals {
        assert_eq!(refusal.status, 401);
        assert_eq!(
            refusal.header("WWW-Authenticate").as_deref(),
            Some(challenge)
        );
        assert_eq!(refusal.text(), body);
    }
}
