//! Which of several errors wins (`decisions.md` 2).

use crate::app::{TestApp, get, request};

const ME: &str = "/api/users/me/";

#[actix_web::test]
async fn bad_host_is_reported_before_any_other_fault() {
    let app = TestApp::new();

    for path in [ME, "/api/users/me", "/api/nothing/", "/media/x.png"] {
        let mut evil = request("GET", path);
        evil = evil.insert_header(("Host", "evil.example"));
        let answer = app.send(evil).await;

        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.body, r#"{"detail":"Invalid Host header."}"#);
    }
}

#[actix_web::test]
async fn request_with_two_hosts_is_refused() {
    let app = TestApp::new();

    let answer = app
        .send(request("GET", ME).append_header(("Host", "localhost")))
        .await;

    assert_eq!(answer.status, 400);
}

#[actix_web::test]
async fn drf_negotiates_before_it_authenticates() {
    let app = TestApp::new();

    let answer = app
        .send(request("GET", ME).insert_header(("Accept", "text/plain")))
        .await;
    let format = app.send(request("GET", "/api/users/me/?format=xml")).await;

    assert_eq!((answer.status, format.status), (406, 404));
}

#[actix_web::test]
async fn tower_authenticates_before_it_negotiates() {
    let app = TestApp::new();

    let answer = app
        .send(request("GET", "/api/v1/me/").insert_header(("Accept", "a/b")))
        .await;

    assert_eq!(answer.status, 401);
}

#[actix_web::test]
async fn permission_comes_before_the_method_and_the_method_before_the_body() {
    let app = TestApp::new();
    let plain = app.token(app.user("plain", |_| ()).id);
    let staff = app.token(app.staff("staff").id);
    let post = |token: Option<&str>| {
        let request = request("POST", ME).set_payload("{");
        match token {
            Some(token) => request.insert_header(("Authorization", token)),
            None => request,
        }
    };

    let anonymous = app.send(post(None)).await;
    let forbidden = app.send(post(Some(&plain))).await;
    let not_allowed = app.send(post(Some(&staff))).await;

    assert_eq!(
        (anonymous.status, forbidden.status, not_allowed.status),
        (401, 403, 405)
    );
}

#[actix_web::test]
async fn an_answer_says_allow_whatever_its_status() {
    let app = TestApp::new();

    for accept in ["*/*", "text/html", "a/b"] {
        let answer = app
            .send(get(ME, "Token x").insert_header(("Accept", accept)))
            .await;

        assert_eq!(
            answer.header("Allow"),
            Some("GET, PUT, PATCH, HEAD, OPTIONS"),
            "{accept}"
        );
    }
}
