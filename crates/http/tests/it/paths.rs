//! Routing: slashes, escapes and paths that lead nowhere (contract `drf.md`, section 8).

use crate::app::{TestApp, request};

#[actix_web::test]
async fn only_a_missing_final_slash_is_repaired() {
    let app = TestApp::new();
    let cases = [
        ("/api/users/me", 301),
        ("/api/users/%6De", 301),
        ("/api%2Fusers/me/", 401),
        ("/api/users/me//", 404),
        ("/api//users/me/", 404),
        ("//evil.example/api/users/me", 404),
        ("/api/users/me;x/", 404),
        ("/api/./users/me/", 404),
        ("/API/users/me/", 404),
        ("/api/users/me%00/", 404),
        ("/api/users/me.json", 404),
        ("/%ff", 404),
    ];

    for (path, status) in cases {
        let answer = app.send(request("GET", path)).await;

        assert_eq!(answer.status, status, "{path}");
    }
}

#[actix_web::test]
async fn a_redirect_stays_on_the_site_and_keeps_the_query() {
    let app = TestApp::new();

    let answer = app
        .send(request("POST", "/api/users/%6De?x=a+b&y=%22"))
        .await;

    assert_eq!(
        answer.header("Location"),
        Some("/api/users/me/?x=a+b&y=%22")
    );
    assert_eq!(
        answer.header("Content-Type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(answer.body, "");
    for absent in ["Allow", "Vary", "X-Frame-Options"] {
        assert_eq!(answer.header(absent), None, "{absent}");
    }
}

#[actix_web::test]
async fn a_dialect_that_is_off_does_not_exist() {
    let mut app = TestApp::new();
    app.dialects.drf.enabled = false;

    let answer = app.send(request("GET", "/api/users/me/")).await;

    assert_eq!(
        (answer.status, answer.body.as_str()),
        (404, r#"{"detail":"Not found."}"#)
    );
}

#[actix_web::test]
async fn forwarding_headers_count_from_trusted_proxies_only() {
    let mut app = TestApp::new();
    let ask = || {
        let request = request("GET", "/api/v1/me");
        request.insert_header(("X-Forwarded-Proto", "https"))
    };

    let stranger = app.send(ask()).await;
    app.http.trusted_proxies = vec!["127.0.0.0/8".to_owned().try_into().unwrap()];
    let proxy = app.send(ask()).await;
    app.http.public_url = "https://profiles.example/".to_owned();
    let public = app.send(ask()).await;

    assert_eq!(
        stranger.header("Location"),
        Some("http://localhost:8000/api/v1/me/")
    );
    assert_eq!(
        proxy.header("Location"),
        Some("https://localhost:8000/api/v1/me/")
    );
    assert_eq!(
        public.header("Location"),
        Some("https://profiles.example/api/v1/me/")
    );
}
