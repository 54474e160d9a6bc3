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

#[actix_web::test]
async fn unknown_path_is_answered_by_the_dialect_of_its_prefix() {
    const TOWER: &str = r#"{"detail": "Not found"}"#;
    const OTHERS: &str = r#"{"detail":"Not found."}"#;
    let towers = [
        "/api/v1/nope/",
        "/api/v2/nope/",
        "/api/v1/%ff/",
        "/api/login/nope/",
        "/api/logout/nope/",
        "//evil.example/api/v1/me/",
    ];
    let nobodys = ["/api/nope/", "/api/users/nope/", "/nope", "/%ff"];
    for (has_tower, has_v2, has_others) in [
        (true, true, true),
        (true, false, true),
        (false, true, true),
        (true, true, false),
        (true, false, false),
        (false, false, false),
    ] {
        let mut app = TestApp::new();
        app.dialects.tower.enabled = has_tower;
        app.dialects.tower_v2.enabled = has_v2;
        app.dialects.drf.enabled = has_others;
        app.dialects.jwt.enabled = has_others;
        let expected = |is_towers: bool| match (has_tower, is_towers || !has_others) {
            (true, true) => TOWER,
            _ => OTHERS,
        };

        for (path, is_towers) in towers
            .map(|path| (path, true))
            .into_iter()
            .chain(nobodys.map(|path| (path, false)))
        {
            let answer = app.send(request("GET", path)).await;

            let told = (answer.status, answer.body.as_str());
            assert_eq!(
                told,
                (404, expected(is_towers)),
                "{path} {has_tower} {has_others}"
            );
        }
        if !(has_tower && has_v2) {
            for path in ["/api/login/", "/api/login", "/api/logout/", "/api/v2/me/"] {
                let answer = app.send(request("POST", path)).await;
                let told = (answer.status, answer.body.as_str());
                assert_eq!(
                    told,
                    (404, expected(true)),
                    "{path} {has_tower} {has_others}"
                );
            }
        }
    }
}

#[actix_web::test]
async fn unknown_host_is_answered_by_the_dialect_of_the_path() {
    let app = TestApp::new();
    let spaced = r#"{"detail": "Invalid Host header."}"#;
    let compact = r#"{"detail":"Invalid Host header."}"#;

    for (path, expected) in [
        ("/api/", spaced),
        ("/api", spaced),
        ("/api/login/", spaced),
        ("/api/v2/nope/", spaced),
        ("/api/users/me/", compact),
        ("/nope", compact),
    ] {
        let stranger = request("GET", path).insert_header(("Host", "evil.example"));
        let answer = app.send(stranger).await;

        assert_eq!(
            (answer.status, answer.body.as_str()),
            (400, expected),
            "{path}"
        );
    }
}
