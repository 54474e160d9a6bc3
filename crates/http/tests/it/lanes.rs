//! What goes through the lane of writes, and what does not (ADR 0035).

use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_domain::{CredentialRepository, PasswordHash};
use serde_json::{Value, json};

use crate::app::{TestApp, get, request};

fn post(path: &str, body: &Value) -> TestRequest {
    request("POST", path)
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body.to_string())
}

fn log_in(path: &str, password: &str) -> TestRequest {
    post(path, &json!({"username": "ada", "password": password}))
}

fn basic(password: &str) -> TestRequest {
    let pair = STANDARD.encode(format!("ada:{password}"));
    get("/api/v2/me/", &format!("Basic {pair}"))
}

#[actix_web::test]
async fn passwords_and_tokens_are_judged_without_the_lane_of_writes() {
    let mut app = TestApp::new();
    let ada = app.staff("ada");
    let refresh = app.refresh_token(ada.id);
    app.has_writers = false;
    let refreshed = json!({"refresh": refresh});

    let judged = [
        (post("/api/token/verify/", &json!({"token": refresh})), 200),
        (post("/api/token/verify/", &json!({"token": "x"})), 401),
        (post("/api/token/refresh/", &refreshed), 200),
        (log_in("/api/token/", "secret"), 200),
        (log_in("/api/token/", "wrong"), 401),
        (log_in("/api/auth/token/", "wrong"), 400),
        (basic("secret"), 200),
        (basic("wrong"), 401),
    ];
    for (number, (request, expected)) in judged.into_iter().enumerate() {
        let answer = app.send(request).await;
        assert_eq!(answer.status, expected, "{number}: {}", answer.body);
    }
    let unknown = request("DELETE", "/api/v2/authtoken/")
        .insert_header(("Authorization", format!("Token {}", "0".repeat(40))));
    assert_eq!(app.send(unknown).await.status, 204);
    for write in [
        log_in("/api/auth/token/", "secret"),
        post("/api/token/blacklist/", &refreshed),
    ] {
        assert_eq!(app.send(write).await.status, 503);
    }
}

/// A hash that is brought up to date is a write, and its failure is logged: the password was right.
#[actix_web::test]
async fn log_in_succeeds_where_its_hash_cannot_be_brought_up_to_date() {
    let mut app = TestApp::new();
    let older = PasswordHash::from_encoded("pbkdf2_sha1$1$salt$fx5hpcmnAtni0yC+k1OBnKL87oc=");
    let ada = app.user("ada", |user| user.password = Some(older.clone()));
    let stored = |app: &TestApp| app.repository.find_password_by_id(ada.id).unwrap();
    let log_in = || log_in("/api/token/", "secret");

    app.has_writers = false;
    let kept = app.send(log_in()).await;

    assert_eq!((kept.status, stored(&app)), (200, Some(older.clone())));
    app.has_writers = true;
    let replaced = app.send(log_in()).await;
    assert_eq!(replaced.status, 200);
    assert_ne!(stored(&app), Some(older));
}
