use actix_web::App;
use actix_web::test::{call_service, init_service};
use profiled_domain::{NewToken, TokenRepository};
use profiled_http::configure;

use crate::app::{TestApp, get, now, pass, request};

const PATH: &str = "/api/auth/tokens/";

fn post(path: &str, authorization: &str, body: &'static str) -> actix_web::test::TestRequest {
    request("POST", path)
        .insert_header(("Authorization", authorization))
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body)
}

/// B6
#[actix_web::test]
async fn b6_a_token_is_over_at_its_very_second() {
    let app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let ends = |microseconds| {
        let key = profiled_auth::TokenKey::generate();
        let token = NewToken {
            owner: ada.id,
            digest: key.digest(),
            prefix: key.prefix().to_owned(),
            label: String::new(),
            created_at: now(),
            expires_at: Some(now() + chrono::Duration::microseconds(microseconds)),
            is_sliding: false,
            binding: None,
            epoch: None,
        };
        app.repository.issue_token(&token).unwrap();
        format!("Token {}", key.as_str())
    };

    for (microseconds, status) in [(-1, 401), (0, 401), (1, 200)] {
        let answer = app.send(get(PATH, &ends(microseconds))).await;
        assert_eq!(answer.status, status, "{microseconds}");
    }
}

#[actix_web::test]
async fn expiry_of_a_new_token_must_be_after_now() {
    let app = TestApp::new();
    let token = app.token(app.user("ada", |_| ()).id);
    let wish = |body| app.send(post(PATH, &token, body));

    let now = wish(r#"{"expires_at": "2025-11-24T16:00:00.123456Z"}"#).await;
    let later = wish(r#"{"label": "x", "expires_at": "2025-11-24T16:00:00.123457Z"}"#).await;

    let expected = r#"{"expires_at":["Ensure this value is in the future."]}"#;
    assert_eq!((now.status, now.body.as_str()), (400, expected));
    let (start, key) = later.body.rsplit_once(r#""key":"#).unwrap();
    let prefix = &key[1..9];
    let expected = format!(
        r#"{{"id":2,"prefix":"{prefix}","label":"x","created_at":"2025-11-24T16:00:00.123456Z","last_used_at":null,"expires_at":"2025-11-24T16:00:00.123457Z","#
    );
    assert_eq!((later.status, start), (201, expected.as_str()));
    assert_eq!(later.header("Allow"), Some("GET, POST, HEAD, OPTIONS"));
}

#[actix_web::test]
async fn request_succeeds_when_the_use_of_its_token_cannot_be_noted() {
    let app = TestApp::new();
    let token = app.token(app.user("ada", |_| ()).id);
    app.database.refuse_changes_of("tokens").unwrap();

    let read = app.send(get(PATH, &token)).await;
    let write = app.send(post(PATH, &token, "{}")).await;

    assert_eq!((read.status, write.status), (200, 503));
    assert_eq!(write.header("Retry-After"), Some("1"));
}

#[actix_web::test]
async fn refused_log_ins_get_the_same_answer() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    app.user("sleeping", |user| user.is_active = false);
    app.user("none", |user| user.password = None);
    let bodies = [
        r#"{"username": "ada", "password": "wrong"}"#,
        r#"{"username": "ADA", "password": "secret"}"#,
        r#"{"username": "sleeping", "password": "secret"}"#,
        r#"{"username": "none", "password": "!"}"#,
        r#"{"username": "nobody", "password": "secret"}"#,
        r#"{"username": "ada", "password": " secret"}"#,
    ];

    for body in bodies {
        let answer = app.send(post("/api/auth/token/", "", body)).await;
        let expected = r#"{"non_field_errors":["Unable to log in with provided credentials."]}"#;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (400, expected),
            "{body}"
        );
    }
    let right = r#"{"username": " ada ", "password": "secret"}"#;
    assert_eq!(
        app.send(post("/api/auth/token/", "", right)).await.status,
        200
    );
}

/// D4: the one door of all log-ins counts those that fail.
#[actix_web::test]
async fn after_too_many_failures_no_password_is_tried() {
    let mut app = TestApp::new();
    app.throttle.login = profiled_auth::RateSetting::try_from("3/min".to_owned()).unwrap();
    app.user("ada", |_| ());
    let right = r#"{"username": "ada", "password": "secret"}"#;
    let wrong = r#"{"username": "ada", "password": "wrong"}"#;
    let mut statuses = Vec::new();

    for body in [right, wrong, wrong, right, wrong, right] {
        let answer = app.send(post("/api/auth/token/", "", body)).await;
        statuses.push(answer.status);
    }

    assert_eq!(statuses, [200, 400, 400, 200, 400, 429]);
}

#[actix_web::test]
async fn last_use_is_noted_anew_after_the_time_that_is_set() {
    for (precision, is_noted) in [(1801, false), (1800, true)] {
        let mut app = TestApp::new();
        app.tokens.last_used_precision = precision;
        let ada = app.user("ada", |_| ());
        let token = app.token(ada.id);
        let state = app.state();
        let service = init_service(App::new().configure(configure(state.clone()))).await;
        let mut seen = Vec::new();

        for _ in 0..2 {
            let answer = call_service(&service, get(PATH, &token).to_request()).await;
            assert_eq!(answer.status(), 200);
            state.services().flush_token_uses();
            let tokens = app.repository.list_tokens(ada.id).unwrap();
            seen.extend(tokens[0].state.last_used_at);
            pass(1800);
        }

        let half_an_hour = chrono::Duration::seconds(1800 * i64::from(is_noted));
        assert_eq!(seen[1] - seen[0], half_an_hour, "{precision}");
    }
}
