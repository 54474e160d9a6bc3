//! Throttling (contract `drf.md`, section 10).

use std::sync::Arc;

use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_auth::RateSetting;
use profiled_store::testing::TestDatabase;

use crate::app::{Response, TestApp, get, pass, request};

const ME: &str = "/api/users/me/";
const PING: &str = "/api/v1/ping/";

fn app(anon: &str, user: &str) -> TestApp {
    let mut app = TestApp::new();
    let rate = |text: &str| RateSetting::try_from(text.to_owned()).unwrap();
    app.throttle.anon = rate(anon);
    app.throttle.user = rate(user);
    app
}

async fn statuses(app: &TestApp, requests: Vec<TestRequest>) -> Vec<u16> {
    let mut statuses = Vec::new();
    for request in requests {
        statuses.push(app.send(request).await.status);
    }
    statuses
}

fn forwarded(peer: &str, told: &str) -> TestRequest {
    let peer = format!("{peer}:4711").parse().unwrap();
    request("GET", PING)
        .peer_addr(peer)
        .insert_header(("X-Forwarded-For", told))
}

fn throttled(answer: &Response) -> (u16, Option<&str>, &str) {
    (answer.status, answer.header("Retry-After"), &answer.body)
}

#[actix_web::test]
async fn user_beyond_the_rate_is_refused_with_the_wait() {
    let app = app("", "2/min");
    let token = app.token(app.staff("ada").id);

    let first = statuses(&app, vec![get(ME, &token), get(ME, &token)]).await;
    pass(10);
    let refused = app.send(get(ME, &token)).await;
    pass(49);
    let last = app.send(get(ME, &token)).await;
    pass(1);
    let again = app.send(get(ME, &token)).await;

    assert_eq!(first, [200, 200]);
    let body = r#"{"detail":"Request was throttled. Expected available in 50 seconds."}"#;
    assert_eq!(throttled(&refused), (429, Some("50"), body));
    assert_eq!(
        refused.header("Allow"),
        Some("GET, PUT, PATCH, HEAD, OPTIONS")
    );
    assert_eq!(refused.header("WWW-Authenticate"), None);
    let body = r#"{"detail":"Request was throttled. Expected available in 1 second."}"#;
    assert_eq!(throttled(&last), (429, Some("1"), body));
    assert_eq!(again.status, 200);
}

#[actix_web::test]
async fn one_budget_serves_all_views_dialects_and_credentials_of_a_user() {
    let app = app("", "4/min");
    let ada = app.staff("ada").id;
    let requests = || {
        vec![
            get(ME, &app.token(ada)),
            request("POST", "/api/profile/").insert_header(("Authorization", app.bearer(ada))),
            get("/api/v1/me/", &app.token(ada)),
            get("/api/v1/config/", "Basic YWRhOnNlY3JldA=="),
        ]
    };

    assert_eq!(statuses(&app, requests()).await, [200, 200, 200, 200]);
    assert_eq!(statuses(&app, requests()).await, [429, 429, 429, 429]);
    let other = app.token(app.staff("bob").id);
    assert_eq!(app.send(get(ME, &other)).await.status, 200);
}

#[actix_web::test]
async fn requests_refused_before_the_throttle_are_not_counted() {
    let app = app("1/min", "1/min");
    let (staff, plain) = (
        app.token(app.staff("ada").id),
        app.token(app.user("bob", |_| ()).id),
    );
    let refused = || {
        vec![
            request("GET", ME),
            get(ME, "Token x"),
            get(ME, &plain),
            get(ME, &staff).insert_header(("Accept", "a/b")),
            get("/api/users/me/?format=xml", &staff),
            get("/api/users/me", &staff),
            get("/api/nothing/", &staff),
            get(ME, &staff).insert_header(("Host", "evil.example")),
        ]
    };
    let expected = [401, 401, 403, 406, 404, 301, 404, 400];

    assert_eq!(statuses(&app, refused()).await, expected);
    assert_eq!(statuses(&app, refused()).await, expected);
    // Nobody has asked for anything yet.
    assert_eq!(app.send(get(ME, &staff)).await.status, 200);
    assert_eq!(app.send(request("GET", PING)).await.status, 200);
    // And nothing of it is throttled.
    assert_eq!(statuses(&app, refused()).await, expected);
    assert_eq!(app.send(get(ME, &staff)).await.status, 429);
}

#[actix_web::test]
async fn requests_refused_by_a_view_are_counted() {
    let app = app("", "3/min");
    let token = app.token(app.staff("ada").id);
    let with = |method: &str| request(method, ME).insert_header(("Authorization", token.as_str()));
    let requests = || {
        vec![
            with("POST").set_payload("{"),
            with("PATCH")
                .insert_header(("Content-Type", "application/json"))
                .set_payload("{"),
            with("OPTIONS"),
        ]
    };

    assert_eq!(statuses(&app, requests()).await, [405, 400, 200]);
    assert_eq!(statuses(&app, requests()).await, [429, 429, 429]);
    assert_eq!(app.send(with("HEAD")).await.status, 429);
}

#[actix_web::test]
async fn a_429_comes_in_every_representation() {
    let app = app("1/min", "1/min");
    let token = app.token(app.staff("ada").id);
    app.send(get(ME, &token)).await;
    app.send(request("GET", PING)).await;

    let indented = get(ME, &token).insert_header(("Accept", "application/json; indent=2"));
    let indented = app.send(indented).await;
    let page = app
        .send(get(ME, &token).insert_header(("Accept", "text/html")))
        .await;
    let tower = app.send(request("GET", PING)).await;

    let body = "{\n  \"detail\": \"Request was throttled. Expected available in 60 seconds.\"\n}";
    assert_eq!(throttled(&indented), (429, Some("60"), body));
    assert_eq!((page.status, page.header("Retry-After")), (429, Some("60")));
    assert_eq!(
        page.header("Content-Type"),
        Some("text/html; charset=utf-8")
    );
    assert!(
        page.body.contains("Request was throttled."),
        "{}",
        page.body
    );
    let body = r#"{"detail": "Request was throttled. Expected available in 60 seconds."}"#;
    assert_eq!(throttled(&tower), (429, Some("60"), body));
    assert!(tower.header("X-API-Time").is_some());
}

#[actix_web::test]
async fn strangers_share_the_budget_of_their_address_on_open_views() {
    let app = app("2/min", "");
    let from = |peer: &str, path| request("GET", path).peer_addr(peer.parse().unwrap());

    let requests = vec![
        from("192.0.2.1:1", "/api/"),
        // Credentials are not looked at here, so they buy nothing.
        from("192.0.2.1:2", PING).insert_header(("Authorization", app.token(app.staff("ada").id))),
        from("192.0.2.1:3", "/api/v1/"),
        from("192.0.2.2:1", "/api/v1/"),
    ];

    assert_eq!(statuses(&app, requests).await, [200, 200, 429, 200]);
}

#[actix_web::test]
async fn an_address_is_taken_from_trusted_proxies_only_and_never_from_the_client() {
    let mut app = app("1/min", "");
    app.http.trusted_proxies = vec!["10.0.0.0/8".to_owned().try_into().unwrap()];
    let rotated = ["203.0.113.1", "203.0.113.2, x", "nonsense", "", "10.9.9.9"];

    // Of a stranger, of a client behind a proxy that appends, and of one that sends nonsense.
    let stranger = rotated.iter().map(|told| forwarded("192.0.2.1", told));
    let appended = rotated
        .iter()
        .map(|told| forwarded("10.0.0.1", &format!("{told}, 192.0.2.2")));
    let nonsense = rotated
        .iter()
        .map(|told| forwarded("10.0.0.2", &format!("{told}, unknown")));

    assert_eq!(
        statuses(&app, stranger.collect()).await,
        [200, 429, 429, 429, 429]
    );
    assert_eq!(
        statuses(&app, appended.collect()).await,
        [200, 429, 429, 429, 429]
    );
    assert_eq!(
        statuses(&app, nonsense.collect()).await,
        [200, 429, 429, 429, 429]
    );
}

/// Tower's Basic credentials, from an address.
fn basic(pair: &str, peer: &str) -> TestRequest {
    let authorization = format!("Basic {}", STANDARD.encode(pair));
    get("/api/v1/me/", &authorization).peer_addr(format!("{peer}:4711").parse().unwrap())
}

#[actix_web::test]
async fn failed_log_ins_wait_and_good_ones_do_not() {
    let app = TestApp::new();
    let token = app.token(app.user("ada", |_| ()).id);
    app.user("bob", |_| ());
    let times = |count, pair, peer| (0..count).map(|_| basic(pair, peer)).collect();
    let home = "192.0.2.1";

    let good = statuses(&app, times(20, "ada:secret", home)).await;
    let bad = statuses(&app, times(10, "ada:guess", home)).await;
    pass(15);
    let refused = app.send(basic("ada:guess", home)).await;

    assert!(good.iter().all(|status| *status == 200), "{good:?}");
    assert!(bad.iter().all(|status| *status == 401), "{bad:?}");
    let body = r#"{"detail": "Request was throttled. Expected available in 45 seconds."}"#;
    assert_eq!(throttled(&refused), (429, Some("45"), body));
    assert_eq!(refused.header("WWW-Authenticate"), None);
    // Nor is the right password told from a wrong one now. Others are not concerned, nor is a token.
    let others = vec![
        basic("ada:secret", home),
        basic("ada:secret", "192.0.2.2"),
        basic("bob:secret", home),
        get("/api/v1/me/", &token),
    ];
    assert_eq!(statuses(&app, others).await, [429, 200, 200, 200]);
    pass(45);
    assert_eq!(app.send(basic("ada:secret", home)).await.status, 200);
}

#[actix_web::test]
async fn unknown_accounts_wait_like_known_ones_and_an_address_for_all_of_them() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let home = "192.0.2.1";

    for account in ["ada", "nobody"] {
        let guesses = (0..11).map(|n| basic(&format!("{account}:{n}"), home));

        assert_eq!(
            statuses(&app, guesses.collect()).await[9..],
            [401, 429],
            "{account}"
        );
    }
    let sprayed = (0..81).map(|n| basic(&format!("user{n}:secret"), home));
    assert_eq!(statuses(&app, sprayed.collect()).await[79..], [401, 429]);
    assert_eq!(app.send(basic("ada:secret", "192.0.2.2")).await.status, 200);
}

#[actix_web::test]
async fn requests_are_refused_while_counters_are_unavailable() {
    let mut app = app("1/min", "1/min");
    let token = app.token(app.staff("ada").id);
    app.counters = Arc::new(TestDatabase::vanished().unwrap());

    let basic = basic("ada:secret", "192.0.2.1");
    for request in [get(ME, &token), request("GET", PING), basic] {
        let answer = app.send(request).await;

        assert_eq!(
            (answer.status, answer.header("Retry-After")),
            (503, Some("1"))
        );
    }
}
