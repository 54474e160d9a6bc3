//! `/api/v1/authtoken/` and the second mount.

use actix_web::test::TestRequest;

use crate::app::{Response, TestApp, get, pass, request};

const AUTHTOKEN: &str = "/api/v1/authtoken/";
const AGENT: (&str, &str) = ("User-Agent", "agent/1");

fn post(path: &str, content_type: &str, body: &str) -> TestRequest {
    request("POST", path)
        .insert_header(("Content-Type", content_type))
        .insert_header(AGENT)
        .set_payload(body.to_owned())
}

async fn send(app: &TestApp, body: &str) -> Response {
    app.send(post(AUTHTOKEN, "application/json", body)).await
}

/// The token of a log-in as `ada`.
async fn log_in(app: &TestApp) -> String {
    let answer = send(app, r#"{"username": "ada", "password": "secret"}"#).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    body["token"].as_str().unwrap().to_owned()
}

async fn me(app: &TestApp, credentials: &str) -> Response {
    let me = get("/api/v1/me/", credentials).insert_header(AGENT);
    app.send(me).await
}

#[actix_web::test]
async fn a_pair_gives_a_token_that_lives_half_an_hour() {
    let app = TestApp::new();
    app.user("ada", |_| ());

    let answer = send(&app, r#"{"username": "ada", "password": "secret", "x": 1}"#).await;

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Auth-Token-Timeout"), Some("1800"));
    assert_eq!(answer.header("Cache-Control"), Some("no-store"));
    assert_eq!(answer.header("Set-Cookie"), None);
    let end = r#"", "expires": "2025-11-24T16:30:00.123Z"}"#;
    assert!(answer.body.starts_with(r#"{"token": ""#), "{}", answer.body);
    assert!(answer.body.ends_with(end), "{}", answer.body);
}

#[actix_web::test]
async fn invalid_body_is_refused_with_its_faults() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    app.user("idle", |user| user.is_active = false);
    let both =
        r#"{"username": ["This field is required."], "password": ["This field is required."]}"#;
    let refused = r#"{"non_field_errors": ["Unable to login with provided credentials."]}"#;
    let invalid = r#"{"non_field_errors": ["Invalid data"]}"#;
    let cases = [
        ("", both),
        ("{}", both),
        (r#"{"username": "", "password": null}"#, both),
        (
            r#"{"username": "ada"}"#,
            r#"{"password": ["This field is required."]}"#,
        ),
        (
            r#"{"username": ["ada"], "password": true}"#,
            r#"{"username": ["This field must be text."], "password": ["This field must be text."]}"#,
        ),
        (r#"{"username": "ada", "password": 1}"#, refused),
        (r#"{"username": "Ada", "password": "secret"}"#, refused),
        (r#"{"username": "ada ", "password": "secret"}"#, refused),
        (r#"{"username": "nobody", "password": "secret"}"#, refused),
        (
            r#"{"username": "ada\u0000", "password": "secret"}"#,
            refused,
        ),
        (r#"{"username": "idle", "password": "wrong"}"#, refused),
        (
            r#"{"username": "idle", "password": "secret"}"#,
            r#"{"non_field_errors": ["User account is disabled."]}"#,
        ),
        ("null", r#"{"non_field_errors": ["No input provided"]}"#),
        ("[]", invalid),
        ("[1]", invalid),
        (r#""text""#, invalid),
        ("1", invalid),
        ("false", invalid),
    ];

    for (body, expected) in cases {
        let answer = send(&app, body).await;

        assert_eq!(
            (answer.status, answer.body.as_str()),
            (400, expected),
            "{body}"
        );
    }
}

#[actix_web::test]
async fn a_token_that_was_not_used_in_time_stays_expired() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let token = format!("Token {}", log_in(&app).await);

    pass(1800);

    for _ in 0..2 {
        let late = me(&app, &token).await;
        let expired = r#"{"detail": "Token is expired"}"#;
        assert_eq!((late.status, late.body.as_str()), (401, expired));
        assert_eq!(late.header("WWW-Authenticate"), Some("Token"));
        assert_eq!(late.header("Auth-Token-Timeout"), None);
    }
    assert_eq!(
        me(&app, &format!("Token {}", log_in(&app).await))
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn token_is_bound_to_the_client_that_requested_it() {
    let mut app = TestApp::new();
    app.user("ada", |_| ());
    let token = format!("Token {}", log_in(&app).await);
    let from = |peer: &str, agent: Option<&str>| {
        let me = get("/api/v1/me/", &token).peer_addr(peer.parse().unwrap());
        match agent {
            Some(agent) => me.insert_header(("User-Agent", agent)),
            None => me,
        }
    };
    let here = "127.0.0.1:1";

    for (peer, agent, status) in [
        (here, Some("agent/1"), 200),
        ("[::ffff:127.0.0.1]:1", Some("agent/1"), 200),
        (here, Some("agent/2"), 401),
        (here, Some(""), 401),
        (here, None, 401),
        ("127.0.0.2:1", Some("agent/1"), 401),
    ] {
        let answer = app.send(from(peer, agent)).await;
        assert_eq!(answer.status, status, "{peer} {agent:?}");
    }
    app.dialects.tower.bind_tokens = false;
    assert_eq!(app.send(from("127.0.0.2:1", None)).await.status, 200);
}

/// Proxies append what they see: what stands left of that is the client's own word.
#[actix_web::test]
async fn a_token_is_bound_to_the_address_that_a_proxy_saw() {
    let mut app = TestApp::new();
    app.user("ada", |_| ());
    let proxies = ["127.0.0.1", "10.0.0.0/8"].map(|text| text.to_owned().try_into().unwrap());
    app.http.trusted_proxies = proxies.to_vec();
    let pair = r#"{"username": "ada", "password": "secret"}"#;
    let told = "X-Forwarded-For";
    let log_in =
        post(AUTHTOKEN, "application/json", pair).insert_header((told, "203.0.113.9, 192.0.2.1"));
    let body: serde_json::Value = serde_json::from_str(&app.send(log_in).await.body).unwrap();
    let token = format!("Token {}", body["token"].as_str().unwrap());

    for (seen, status) in [
        ("192.0.2.1", 200),
        ("192.0.2.1, 10.1.2.3", 200),
        ("198.51.100.7, 192.0.2.1", 200),
        ("192.0.2.1, 192.0.2.2", 401),
        ("203.0.113.9, 192.0.2.2", 401),
        ("203.0.113.9", 401),
        ("192.0.2.1, nonsense", 401),
        ("", 401),
    ] {
        let me = get("/api/v1/me/", &token).insert_header(AGENT);
        let answer = app.send(me.insert_header((told, seen))).await;

        assert_eq!(answer.status, status, "{seen:?}");
    }
}

#[actix_web::test]
async fn logging_out_ends_the_token_in_the_header_and_no_other() {
    let app = TestApp::new();
    app.user("ada", |_| ());
    let [first, second] = [log_in(&app).await, log_in(&app).await];
    let out = |credentials: String| {
        let delete = request("DELETE", AUTHTOKEN);
        app.send(delete.insert_header(("Authorization", credentials)))
    };

    for nothing in [
        "Basic YWRhOnNlY3JldA==".to_owned(),
        "Token".to_owned(),
        "Token x".to_owned(),
        format!("Bearer {first}"),
        format!("Token {first} {second}"),
    ] {
        assert_eq!(out(nothing).await.status, 204);
    }
    let in_other =
        request("DELETE", AUTHTOKEN).insert_header(("X-Auth-Token", format!("Token {first}")));
    assert_eq!(app.send(in_other).await.status, 204);
    assert_eq!(me(&app, &format!("Token {first}")).await.status, 200);

    let answer = out(format!("token  {first}")).await;

    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let gone = me(&app, &format!("Token {first}")).await;
    assert_eq!(
        (gone.status, gone.body.as_str()),
        (401, r#"{"detail": "Invalid token"}"#)
    );
    assert_eq!(me(&app, &format!("Token {second}")).await.status, 200);
}

#[actix_web::test]
async fn the_second_mount_is_the_first_under_another_name() {
    let app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let token = app.token(ada.id).replace("Token", "bearer");

    let second = app.send(get("/api/v2/me/", &token)).await;
    let redirect = app.send(get("/api/v2/me?a=b", &token)).await;
    let root = app.send(get("/api/v2/", "")).await;

    assert_eq!(second.status, 200);
    assert!(
        second.body.contains(r#""url": "/api/v2/users/1/""#),
        "{}",
        second.body
    );
    assert!(!second.body.contains("/api/v1/"), "{}", second.body);
    assert_eq!(app.send(get("/api/v1/me/", &token)).await.status, 401);
    assert_eq!(
        redirect.header("Location"),
        Some("http://localhost:8000/api/v2/me/?a=b")
    );
    assert!(
        root.body
            .starts_with(r#"{"authtoken": "/api/v2/authtoken/""#),
        "{}",
        root.body
    );
}

#[actix_web::test]
async fn the_second_mount_is_not_there_when_it_is_off() {
    let mut app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let token = app.token(ada.id);
    let paths = [
        "/api/v2/",
        "/api/v2/me/",
        "/api/v2",
        "/api/login/",
        "/api/login",
        "/api/logout/",
        "/api/v2/inventories/",
    ];
    app.dialects.tower_v2.enabled = false;

    for path in paths {
        let answer = app.send(get(path, &token)).await;
        let towers = r#"{"detail": "Not found"}"#;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (404, towers),
            "{path}"
        );
    }
    let api = app.send(request("GET", "/api/")).await;
    assert!(
        api.body
            .ends_with(r#""available_versions": {"v1": "/api/v1/"}}"#),
        "{}",
        api.body
    );
    assert_eq!(api.header("Set-Cookie"), None);
    app.dialects.tower_v2.enabled = true;
    for path in ["/api/o/", "/api/v1/inventories/", "/api/v3/"] {
        assert_eq!(app.send(get(path, &token)).await.status, 404, "{path}");
    }
}

#[actix_web::test]
async fn lists_that_clients_look_at_are_empty() {
    let app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let token = app.token(ada.id);
    let ask = |method: &str, path: String| {
        let request = request(method, &path);
        app.send(request.insert_header(("Authorization", token.clone())))
    };

    for name in [
        "inventories",
        "job_templates",
        "workflow_job_templates",
        "instance_groups",
    ] {
        let (list, item) = (format!("/api/v2/{name}/"), format!("/api/v2/{name}/1/"));
        let read = ask("GET", list.clone()).await;

        let empty = r#"{"count": 0, "next": null, "previous": null, "results": []}"#;
        assert_eq!((read.status, read.body.as_str()), (200, empty), "{name}");
        for path in [list.clone(), item.clone()] {
            let options = ask("OPTIONS", path).await;
            assert_eq!(
                (options.status, options.body.as_str()),
                (200, "{}"),
                "{name}"
            );
            assert_eq!(options.header("Allow"), Some("GET, HEAD, OPTIONS"));
        }
        assert_eq!(ask("GET", item).await.status, 404, "{name}");
        assert_eq!(ask("POST", list.clone()).await.status, 405, "{name}");
        assert_eq!(
            app.send(request("OPTIONS", &list)).await.status,
            401,
            "{name}"
        );
    }
}

#[actix_web::test]
async fn config_shows_directory_fields_and_to_admins_project_paths() {
    let mut app = TestApp::new();
    let ada = app.user("ada", |_| ());
    let root = app.user("root", |user| user.is_superuser = true);
    let common = r#"{"eula": "", "license_info": {}, "version": "2.3.0", "ansible_version": "2.9", "time_zone": "UTC""#;
    app.dialects.tower.ansible_version = "2.9".to_owned();
    let config = async |app: &TestApp, owner, mount: &str| {
        let path = format!("/api/{mount}/config/");
        app.send(get(&path, &app.token(owner))).await.body
    };

    for mount in ["v1", "v2"] {
        let projects = r#", "project_base_dir": "", "project_local_paths": []"#;
        assert_eq!(config(&app, ada.id, mount).await, format!("{common}}}"));
        let told = config(&app, root.id, mount).await;
        assert_eq!(told, format!("{common}{projects}}}"));
    }
    app.dialects.tower.directory_managed_fields = ["email", "username"].map(str::to_owned).to_vec();
    let fields = r#", "user_ldap_fields": ["username", "password", "email"]}"#;
    assert_eq!(
        config(&app, ada.id, "v2").await,
        format!("{common}{fields}")
    );
}
