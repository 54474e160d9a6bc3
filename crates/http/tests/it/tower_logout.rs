//! The end of a log-in by cookie (`decisions.md` 25).

use actix_web::test::TestRequest;

use crate::app::{Response, TestApp, get, request};

const AGENT: (&str, &str) = ("User-Agent", "agent/1");
const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const LOGOUT: &str = "/api/logout/";
const GONE: &str =
    "sessionid=; Path=/; SameSite=Lax; HttpOnly; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

/// The value of `Cookie` after a log-in: `sessionid=…; csrftoken=…`.
async fn log_in(app: &TestApp) -> String {
    let form = request("POST", "/api/login/")
        .insert_header(FORM)
        .insert_header(AGENT)
        .set_payload("username=ada&password=secret");
    let cookies = app.send(form).await.cookies();
    let pairs = cookies
        .iter()
        .map(|cookie| cookie.split(';').next().unwrap());
    pairs.collect::<Vec<_>>().join("; ")
}

fn csrf_token(cookie: &str) -> String {
    cookie.rsplit_once('=').unwrap().1.to_owned()
}

fn with_cookie(method: &str, path: &str, cookie: &str) -> TestRequest {
    request(method, path)
        .insert_header(("Cookie", cookie))
        .insert_header(AGENT)
}

/// The same with the proof that a page of this server asks.
fn proved(method: &str, path: &str, cookie: &str) -> TestRequest {
    with_cookie(method, path, cookie).insert_header(("X-CSRFToken", csrf_token(cookie)))
}

async fn status_of(app: &TestApp, cookie: &str) -> u16 {
    app.send(with_cookie("GET", "/api/v2/me/", cookie))
        .await
        .status
}

fn assert_led_home(answer: &Response) {
    assert_eq!((answer.status, answer.body.as_str()), (302, ""));
    assert_eq!(
        answer.header("Location"),
        Some("http://localhost:8000/api/")
    );
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
}

#[actix_web::test]
async fn a_log_out_ends_the_log_in_on_the_server_and_no_other_credential() {
    let app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let [cookie, other] = [log_in(&app).await, log_in(&app).await];
    let token = app.token(ada.id);

    let answer = app.send(proved("POST", LOGOUT, &cookie)).await;

    assert_led_home(&answer);
    assert_eq!(answer.cookies(), [GONE]);
    assert_eq!(status_of(&app, &cookie).await, 401);
    assert_eq!(status_of(&app, &other).await, 200);
    assert_eq!(app.send(get("/api/v1/me/", &token)).await.status, 200);
}

#[actix_web::test]
async fn the_cookie_is_taken_away_with_the_attributes_that_it_was_set_with() {
    let mut app = TestApp::new();
    app.user("ada", |_| ());
    app.http.public_url = "https://api.example.com".to_owned();
    let cookie = log_in(&app).await;

    let answer = app.send(proved("POST", LOGOUT, &cookie)).await;

    assert_eq!(answer.cookies(), [format!("{GONE}; Secure")]);
}

#[actix_web::test]
async fn log_out_without_a_log_in_redirects_to_the_root() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let cookie = log_in(&app).await;
    assert_led_home(&app.send(proved("POST", LOGOUT, &cookie)).await);

    for (sent, clears) in [
        (cookie.as_str(), true),
        ("sessionid=0123456789012345678901234567890123456789", true),
        ("sessionid=x", true),
        ("sessionid=", false),
        ("a=b", false),
    ] {
        let answer = app.send(with_cookie("POST", LOGOUT, sent)).await;

        assert_led_home(&answer);
        assert_eq!(answer.cookies().len(), usize::from(clears), "{sent}");
    }
    assert_led_home(&app.send(request("POST", LOGOUT)).await);
}

#[actix_web::test]
async fn log_out_needs_the_proof_of_a_page_of_this_server() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let cookie = log_in(&app).await;
    let token = csrf_token(&cookie);
    let field = |value: &str| format!("csrfmiddlewaretoken={value}");
    let post = |body: &str| {
        with_cookie("POST", LOGOUT, &cookie)
            .insert_header(FORM)
            .set_payload(body.to_owned())
    };
    let header = |value: &str| ("X-CSRFToken", value.to_owned());

    for refused in [
        with_cookie("POST", LOGOUT, &cookie),
        post(""),
        post(&field("")),
        post(&field("x")),
        post(&field(&token)).insert_header(header("x")),
        post(&field(&token)).insert_header(("Origin", "http://evil.example")),
        post(&field(&token)).insert_header(("Origin", "null")),
        post("")
            .insert_header(header(&token))
            .append_header(header(&token)),
        proved("POST", LOGOUT, &cookie).insert_header(("Origin", "http://evil.example")),
        // The cookie of the log-in alone, as a page of elsewhere would make a browser send it.
        with_cookie("POST", LOGOUT, cookie.split(';').next().unwrap()),
    ] {
        let answer = app.send(refused).await;

        assert_eq!(answer.status, 403, "{}", answer.body);
        assert!(answer.cookies().is_empty(), "{:?}", answer.cookies());
    }
    assert_eq!(status_of(&app, &cookie).await, 200);

    let own = post(&field(&token)).insert_header(("Origin", "http://localhost:8000"));
    assert_led_home(&app.send(own).await);
    assert_eq!(status_of(&app, &cookie).await, 401);
}

/// Browsers send no cookie along with a form of elsewhere: an answer to it must not take one away.
#[actix_web::test]
async fn page_of_another_origin_cannot_log_out() {
    let app = TestApp::new();

    let foreign = request("POST", LOGOUT).insert_header(("Origin", "http://evil.example"));
    let answer = app.send(foreign).await;

    assert_eq!(answer.status, 403);
    assert!(answer.cookies().is_empty());
}

#[actix_web::test]
async fn only_post_ends_a_log_in() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let cookie = log_in(&app).await;

    for (method, status) in [
        ("GET", 200),
        ("HEAD", 200),
        ("OPTIONS", 200),
        ("PUT", 405),
        ("PATCH", 405),
        ("DELETE", 405),
        ("TRACE", 405),
    ] {
        let answer = app.send(proved(method, LOGOUT, &cookie)).await;

        assert_eq!(answer.status, status, "{method}");
        let allow = "GET, POST, HEAD, OPTIONS";
        assert_eq!(answer.header("Allow"), Some(allow), "{method}");
        assert!(answer.cookies().is_empty(), "{method}");
    }
    assert_eq!(status_of(&app, &cookie).await, 200);
    let slashless = app.send(proved("POST", "/api/logout", &cookie)).await;
    assert_eq!(slashless.status, 301);
    assert_eq!(status_of(&app, &cookie).await, 200);
}

#[actix_web::test]
async fn the_page_has_a_button_that_works() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let cookie = log_in(&app).await;
    let html = ("Accept", "text/html");

    let page = app
        .send(with_cookie("GET", LOGOUT, &cookie).insert_header(html))
        .await;
    let stranger = app.send(request("GET", LOGOUT).insert_header(html)).await;

    let (_, rest) = page
        .body
        .split_once("name=\"csrfmiddlewaretoken\" value=\"")
        .unwrap();
    let (token, rest) = rest.split_once('"').unwrap();
    assert!(rest.contains("<button name=\"_method\" value=\"POST\">POST</button>"));
    assert!(page.body.contains("<h1>Log Out</h1>"));
    assert!(page.body.contains("<a href=\"/api/\">REST API</a>"));
    assert_eq!(page.header("Cache-Control"), Some("no-store"));
    assert!(
        !stranger.body.contains("name=\"_method\""),
        "{}",
        stranger.body
    );
    let pressed = with_cookie("POST", LOGOUT, &cookie)
        .insert_header(html)
        .insert_header(FORM)
        .set_payload(format!("csrfmiddlewaretoken={token}&_method=POST"));
    assert_led_home(&app.send(pressed).await);
    assert_eq!(status_of(&app, &cookie).await, 401);
}

#[actix_web::test]
async fn a_token_that_is_deleted_by_cookie_is_the_log_in_of_the_second_mount() {
    let app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let cookie = log_in(&app).await;
    let token = app.token(ada.id);
    let unproved = with_cookie("DELETE", "/api/v2/authtoken/", &cookie);
    let by_header = |name: &'static str, value: &str| {
        let delete = with_cookie("DELETE", "/api/v2/authtoken/", &cookie);
        delete.insert_header((name, value.to_owned()))
    };

    let first_mount = app
        .send(proved("DELETE", "/api/v1/authtoken/", &cookie))
        .await;
    assert_eq!(first_mount.status, 204);
    assert!(first_mount.cookies().is_empty());
    assert_eq!(app.send(unproved).await.status, 403);
    for beside in [
        by_header("Authorization", "Basic YWRhOnNlY3JldA=="),
        by_header("Authorization", "Token x"),
        by_header("X-Auth-Token", "Token x"),
        by_header("Authorization", &token),
    ] {
        let answer = app.send(beside).await;
        assert_eq!(answer.status, 204);
        assert!(answer.cookies().is_empty());
    }
    assert_eq!(app.send(get("/api/v2/me/", &token)).await.status, 401);
    assert_eq!(status_of(&app, &cookie).await, 200);

    let ended = app
        .send(proved("DELETE", "/api/v2/authtoken/", &cookie))
        .await;

    assert_eq!((ended.status, ended.body.as_str()), (204, ""));
    assert_eq!(ended.cookies(), [GONE]);
    assert_eq!(status_of(&app, &cookie).await, 401);
    let again = with_cookie("DELETE", "/api/v2/authtoken/", &cookie);
    assert_eq!(app.send(again).await.status, 204);
}

#[actix_web::test]
async fn log_out_is_absent_where_log_in_is_switched_off() {
    let mut app = TestApp::new();
    app.dialects.tower_v2.enabled = false;

    for path in ["/api/logout/", "/api/logout", "/api/v1/logout/"] {
        let answer = app.send(request("POST", path)).await;

        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body, r#"{"detail": "Not found"}"#, "{path}");
    }
}
