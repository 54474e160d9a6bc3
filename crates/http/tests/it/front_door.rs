//! The front door, pages for addresses that lead nowhere, and the icon.

use crate::app::{TestApp, request};
use crate::page_sessions::cookies;
use crate::pages::{assert_has, assert_lacks, browse};

#[actix_web::test]
async fn the_front_door_leads_to_the_dialects_that_are_on() {
    let mut app = TestApp::new();

    let all = browse(&app, "/", "").await;
    app.dialects.jwt.enabled = false;
    app.dialects.drf.lists = false;
    let fewer = browse(&app, "/", "").await;

    assert_eq!(all.status, 200);
    assert_has(
        &all,
        &[
            "<h1>profiled</h1>",
            "<a class=\"brand\" href=\"/\">profiled</a>",
            "href=\"/api/users/me/\"",
            "href=\"/api/groups/\"",
            "href=\"/api/profile/\"",
            "href=\"/api/\"",
            "href=\"/login/\"",
            "href=\"/live\"",
            "href=\"/ready\"",
            env!("CARGO_PKG_VERSION"),
        ],
    );
    assert_lacks(&all, &["<pre", "Log out", "My profile"]);
    assert_has(&fewer, &["href=\"/api/users/me/\"", "href=\"/api/\""]);
    assert_lacks(&fewer, &["href=\"/api/profile/\"", "href=\"/api/groups/\""]);
}

#[actix_web::test]
async fn programs_get_the_front_door_as_json() {
    let app = TestApp::new();

    for accept in ["*/*", "application/json"] {
        let answer = app
            .send(request("GET", "/").insert_header(("Accept", accept)))
            .await;

        assert_eq!(answer.header("Content-Type"), Some("application/json"));
        let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(body["name"], "profiled");
        assert_eq!(body["login"], "/login/");
        assert_eq!(body["health"], serde_json::json!(["/live", "/ready"]));
        assert_eq!(body["dialects"][0]["url"], "/api/users/me/");
    }
}

#[actix_web::test]
async fn without_pages_there_is_json_and_no_cookie_at_the_front_door() {
    let mut app = TestApp::new();
    app.http.browsable = false;
    app.user("ada", |_| ());

    let front = browse(&app, "/", "").await;
    let nowhere = browse(&app, "/nowhere/", "").await;
    let icon = app.send(request("GET", "/favicon.svg")).await;
    let mut closed = Vec::new();
    for path in ["/login/", "/logout/"] {
        closed.push(browse(&app, path, "").await.status);
    }

    assert_eq!(front.status, 200);
    for answer in [&front, &nowhere] {
        assert_eq!(answer.header("Content-Type"), Some("application/json"));
        assert!(answer.cookies().is_empty());
    }
    assert_lacks(&front, &["login"]);
    assert_eq!((icon.status, closed), (404, vec![404, 404]));
}

#[actix_web::test]
async fn an_address_that_leads_nowhere_is_a_page_to_browsers_and_json_to_all_others() {
    let app = TestApp::new();
    let paths = [
        "/nowhere/",
        "/api/v1/nope/",
        "/media/none.png",
        "/%ff",
        "/a?b=%3Cscript%3E",
    ];

    for path in paths {
        let page = browse(&app, path, "").await;

        assert_eq!(page.status, 404, "{path}");
        assert_eq!(
            page.header("Content-Type"),
            Some("text/html; charset=utf-8")
        );
        assert_eq!(page.header("X-Frame-Options"), Some("DENY"));
        assert_has(
            &page,
            &["<h1>Page not found</h1>", "href=\"/\"", "href=\"/login/\""],
        );
        assert_lacks(&page, &["nope", "script"]);
        for accept in ["*/*", "application/json", "image/png", ""] {
            let other = request("GET", path).insert_header(("Accept", accept));
            let other = app.send(other).await;
            assert_eq!(other.header("Content-Type"), Some("application/json"));
        }
        let none = app.send(request("GET", path)).await;
        assert_eq!(none.header("Content-Type"), Some("application/json"));
    }
}

#[actix_web::test]
async fn an_address_that_leads_nowhere_offers_the_profile_to_whoever_is_logged_in() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let cookies = cookies(&app, "ada").await;

    let known = browse(&app, "/nowhere/", &cookies).await;
    let stranger = browse(&app, "/nowhere/", "").await;

    assert_eq!((known.status, stranger.status), (404, 404));
    let profile = "<li><a href=\"/api/profile/\">Your profile</a></li>";
    assert_has(&known, &[profile, "Log out"]);
    assert_lacks(&known, &["/login/"]);
    assert_lacks(&stranger, &["Your profile"]);
    assert_has(&stranger, &["<li><a href=\"/login/\">Log in</a></li>"]);
}

#[actix_web::test]
async fn the_icon_is_a_picture_that_browsers_may_keep() {
    let app = TestApp::new();

    for path in ["/favicon.svg", "/favicon.ico"] {
        let icon = app.send(request("GET", path)).await;

        assert_eq!(icon.status, 200, "{path}");
        assert_eq!(icon.header("Content-Type"), Some("image/svg+xml"));
        assert_eq!(icon.header("Cache-Control"), Some("public, max-age=86400"));
        assert!(icon.body.starts_with("<svg"), "{}", icon.body);
        assert_eq!(app.send(request("POST", path)).await.status, 405);
    }
    assert_has(
        &browse(&app, "/", "").await,
        &["<link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">"],
    );
}

#[actix_web::test]
async fn links_stand_below_the_path_of_the_public_url() {
    let mut app = TestApp::new();
    app.http.public_url = "https://example.com/people".to_owned();

    let front = browse(&app, "/", "").await;
    let nowhere = browse(&app, "/nowhere/", "").await;

    for page in [front, nowhere] {
        let targets = page.body.split("href=\"").skip(1);
        let targets: Vec<&str> = targets.filter_map(|rest| rest.split('"').next()).collect();
        assert!(targets.len() > 3, "{targets:?}");
        for target in targets {
            assert!(target.starts_with("/people/"), "{target}");
        }
    }
}
