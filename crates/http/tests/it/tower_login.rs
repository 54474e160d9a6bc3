//! The log-in of browsers, and writes with its cookie (attack cases G2, G7).

use actix_web::test::TestRequest;

use crate::app::{Response, TestApp, get, request};

const AGENT: (&str, &str) = ("User-Agent", "agent/1");
const MISSING: &str = r#"{"detail": "CSRF Failed: CSRF token missing or incorrect."}"#;

fn form(body: &str) -> TestRequest {
    request("POST", "/api/login/")
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .insert_header(AGENT)
        .set_payload(body.to_owned())
}

async fn log_in(app: &TestApp, next: &str) -> Response {
    let pair = format!("username=ada&password=secret&next={next}");
    app.send(form(&pair)).await
}

/// `sessionid=<key>` of a log-in.
async fn cookie(app: &TestApp) -> String {
    let answer = log_in(app, "").await;
    let cookie = answer.cookies().remove(0);
    cookie.split(';').next().unwrap().to_owned()
}

fn with_cookie(method: &str, path: &str, cookie: &str) -> TestRequest {
    request(method, path)
        .insert_header(("Cookie", cookie))
        .insert_header(AGENT)
}

#[actix_web::test]
async fn log_in_redirects_with_a_cookie() {
    let app = TestApp::new();
    app.user("ada", |_| ());

    let answer = log_in(&app, "%2Fapi%2Fv2%2Fme%2F%3Fa%3Db").await;

    assert_eq!((answer.status, answer.body.as_str()), (302, ""));
    let location = "http://localhost:8000/api/v2/me/?a=b";
    assert_eq!(answer.header("Location"), Some(location));
    assert_eq!(
        answer.header("X-API-Session-Cookie-Name"),
        Some("sessionid")
    );
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    let cookies = answer.cookies();
    let [session, csrf] = cookies.as_slice() else {
        panic!("{cookies:?}");
    };
    let (key, attributes) = session.split_once(';').unwrap();
    assert!(key.starts_with("sessionid=") && key.len() == 50, "{key}");
    assert_eq!(attributes, " Path=/; SameSite=Lax; HttpOnly");
    assert!(
        csrf.starts_with("csrftoken=") && csrf.ends_with("; Path=/; SameSite=Lax"),
        "{csrf}"
    );
}

#[actix_web::test]
async fn cookies_are_secure_if_the_public_url_is_https() {
    let mut app = TestApp::new();
    app.user("ada", |_| ());
    app.http.public_url = "https://api.example.com".to_owned();

    let answer = log_in(&app, "").await;
    let api = app.send(request("GET", "/api/")).await;

    assert_eq!(
        answer.header("Location"),
        Some("https://api.example.com/api/")
    );
    let cookies = [answer.cookies(), api.cookies()].concat();
    assert_eq!(cookies.len(), 3);
    for cookie in cookies {
        assert!(cookie.ends_with("; Secure"), "{cookie}");
    }
}

#[actix_web::test]
async fn log_in_redirects_to_this_server_only() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let elsewhere = [
        "",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
        "http%3A%2F%2Fevil.example%2F",
        "%2Fa%0D%0ASet-Cookie:%20a=b",
        "%2F%09%2Fevil.example",
        "api%2Fv2%2F",
        "%2F%C3%A9",
    ];

    for next in elsewhere {
        let answer = log_in(&app, next).await;

        assert_eq!(answer.status, 302, "{next}");
        assert_eq!(
            answer.header("Location"),
            Some("http://localhost:8000/api/"),
            "{next}"
        );
        assert_eq!(answer.cookies().len(), 2, "{next}");
    }
}

#[actix_web::test]
async fn json_log_in_redirects_to_local_paths_only() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let cases = [
        (r#""/api/v2/me/""#, "/api/v2/me/"),
        (r#""//evil.example""#, "/api/"),
        ("[]", "/api/"),
        ("null", "/api/"),
    ];

    for (next, path) in cases {
        let body = format!(r#"{{"username": "ada", "password": "secret", "next": {next}}}"#);
        let json = request("POST", "/api/login/")
            .insert_header(("Content-Type", "application/json"))
            .set_payload(body);
        let answer = app.send(json).await;

        let location = format!("http://localhost:8000{path}");
        assert_eq!(answer.header("Location"), Some(location.as_str()), "{next}");
    }
}

#[actix_web::test]
async fn refused_log_in_sets_no_cookie() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    app.user("idle", |user| user.is_active = false);
    let cases = [
        ("username=ada&password=wrong", 401),
        ("username=nobody&password=secret", 401),
        ("username=idle&password=secret", 401),
        ("username=ada", 400),
        ("", 400),
    ];

    for (body, status) in cases {
        let answer = app.send(form(body)).await;

        assert_eq!(answer.status, status, "{body}");
        let challenge = (status == 401).then_some("Cookie realm=\"api\"");
        assert_eq!(answer.header("WWW-Authenticate"), challenge, "{body}");
        assert!(answer.cookies().is_empty(), "{body}");
        assert_eq!(answer.header("X-API-Session-Cookie-Name"), None, "{body}");
    }
    for origin in ["http://evil.example", "null", "http://localhost:8001"] {
        let foreign = form("username=ada&password=secret").insert_header(("Origin", origin));
        let answer = app.send(foreign).await;

        assert_eq!(answer.status, 403, "{origin}");
        assert!(answer.cookies().is_empty(), "{origin}");
    }
    let own =
        form("username=ada&password=secret").insert_header(("Origin", "http://localhost:8000"));
    assert_eq!(app.send(own).await.status, 302);
}

#[actix_web::test]
async fn the_cookie_is_a_credential_on_the_second_mount_only() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let cookie = cookie(&app).await;
    let key = cookie.trim_start_matches("sessionid=");

    let second = app.send(with_cookie("GET", "/api/v2/me/", &cookie)).await;

    assert_eq!(second.status, 200);
    assert_eq!(second.header("Auth-Token-Timeout"), None);
    for path in ["/api/v1/me/", "/api/users/me/"] {
        let answer = app.send(with_cookie("GET", path, &cookie)).await;
        assert_eq!(answer.status, 401, "{path}");
    }
    for credentials in [format!("Token {key}"), format!("Bearer {key}")] {
        let answer = app
            .send(get("/api/v2/me/", &credentials).insert_header(AGENT))
            .await;
        assert_eq!(answer.status, 401, "{credentials}");
    }
}

#[actix_web::test]
async fn authorization_header_takes_precedence_over_a_cookie() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let eve = app.user("eve", |_| ());
    let cookie = cookie(&app).await;
    let both = |credentials: String| {
        let read = with_cookie("GET", "/api/v2/me/", &cookie);
        app.send(read.insert_header(("Authorization", credentials)))
    };

    assert!(
        both(app.token(eve.id))
            .await
            .body
            .contains(r#""username": "eve""#)
    );
    assert_eq!(both("Token x".to_owned()).await.status, 401);
    let write = with_cookie("POST", "/api/v2/me/", &cookie)
        .insert_header(("Authorization", app.token(eve.id)));
    assert_eq!(app.send(write).await.status, 405, "no cookie is asked for");
}

#[actix_web::test]
async fn token_in_a_cookie_and_two_cookies_are_refused() {
    let app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let cookie = cookie(&app).await;
    let token = app.token(ada.id).replace("Token ", "sessionid=");
    let other = format!("sessionid={}", "0".repeat(40));
    let cases = [
        (token, 401),
        (format!("{cookie}; {other}"), 401),
        (format!("{other}; {cookie}"), 401),
        (format!("{cookie}0"), 401),
        (cookie.to_uppercase(), 401),
        ("sessionid=".to_owned(), 401),
        ("sessionid".to_owned(), 401),
        (format!("a=b; {cookie} ; {cookie}"), 200),
    ];

    for (sent, status) in cases {
        let answer = app.send(with_cookie("GET", "/api/v2/me/", &sent)).await;

        assert_eq!(answer.status, status, "{sent}");
    }
}

/// A write without a right is 405 on this view: so much shows that the cookie sufficed.
#[actix_web::test]
async fn write_by_cookie_needs_the_proof_of_a_page_of_this_server() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let session = cookie(&app).await;
    let cases = [
        ("csrftoken=abc", Some("abc"), 405),
        ("", Some("abc"), 403),
        ("csrftoken=abc", None, 403),
        ("csrftoken=abc", Some("abd"), 403),
        ("csrftoken=abc", Some("ab"), 403),
        ("csrftoken=abc", Some(""), 403),
        ("csrftoken=", Some(""), 403),
        ("csrftoken=abc; csrftoken=x", Some("abc"), 403),
    ];

    for method in ["POST", "PUT", "PATCH", "DELETE", "PROPFIND"] {
        for (cookie, header, status) in cases {
            let sent = format!("{session}; {cookie}");
            let mut write = with_cookie(method, "/api/v2/me/", &sent);
            if let Some(header) = header {
                write = write.insert_header(("X-CSRFToken", header));
            }
            let answer = app.send(write).await;

            assert_eq!(answer.status, status, "{method} {cookie} {header:?}");
            if status == 403 {
                assert_eq!(answer.body, MISSING);
            }
        }
    }
    for method in ["GET", "HEAD", "OPTIONS"] {
        let answer = app.send(with_cookie(method, "/api/v2/me/", &session)).await;
        assert_eq!(answer.status, 200, "{method}");
    }
}

#[actix_web::test]
async fn page_of_another_origin_cannot_write_by_cookie() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let cookie = format!("{}; csrftoken=abc", cookie(&app).await);
    let write = |content_type: &str, body: &str| {
        with_cookie("POST", "/api/v2/me/", &cookie)
            .insert_header(("Content-Type", content_type.to_owned()))
            .insert_header(("Origin", "http://evil.example"))
            .insert_header(("X-CSRFToken", "abc"))
            .set_payload(body.to_owned())
    };

    let form = "application/x-www-form-urlencoded";
    for (content_type, body) in [
        (form, "_method=DELETE"),
        (form, "a=b"),
        ("application/json", "{}"),
        ("text/plain", "{}"),
    ] {
        let answer = app.send(write(content_type, body)).await;
        assert_eq!(answer.status, 403, "{content_type} {body}");
    }
}

#[actix_web::test]
async fn new_password_ends_the_log_in() {
    use profiled_domain::{CredentialRef, CredentialRepository};
    let app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let cookie = cookie(&app).await;

    let changed = app.hash("other");
    app.repository
        .set_password(ada.id, &changed, &CredentialRef::None, crate::app::now())
        .unwrap();

    let answer = app.send(with_cookie("GET", "/api/v2/me/", &cookie)).await;
    assert_eq!(answer.status, 401);
}

#[actix_web::test]
async fn the_page_of_a_log_in_has_a_form_and_one_by_cookie_has_none() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let session = cookie(&app).await;
    let html = ("Accept", "text/html");

    let log_in = app
        .send(request("GET", "/api/login/?next=/api/v2/me/").insert_header(html))
        .await;
    let me = app
        .send(with_cookie("GET", "/api/v2/me/", &session).insert_header(html))
        .await;

    assert_eq!(log_in.status, 200);
    assert_eq!(log_in.cookies().len(), 1);
    for part in [
        "name=\"username\"",
        "name=\"password\" type=\"password\" value=\"\"",
        "value=\"/api/v2/me/\"",
        "<h1>Log In</h1>",
    ] {
        assert!(log_in.body.contains(part), "{part} in {}", log_in.body);
    }
    for part in [
        "<a class=\"caller\" href=\"/api/v2/me/\">ada</a>",
        "<a href=\"/api/v2/\">Version 2</a>",
    ] {
        assert!(me.body.contains(part), "{part} in {}", me.body);
    }
}

#[actix_web::test]
async fn present_csrf_cookie_is_kept() {
    let app = TestApp::new();

    let first = app.send(request("GET", "/api/")).await;
    let again = app
        .send(request("GET", "/api/").insert_header(("Cookie", "a=b; csrftoken=abc")))
        .await;
    let first_mount = app.send(request("GET", "/api/v1/")).await;

    assert_eq!(first.cookies().len(), 1);
    assert!(again.cookies().is_empty() && first_mount.cookies().is_empty());
}
