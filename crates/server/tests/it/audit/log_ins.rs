//! What log-ins leave.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::requests::{
    PASSWORD, ada, authorization, jti, pair, send, stranger, trail, with_people,
};
use super::{all_contents, assert_absent};
use crate::sandbox::{Sandbox, audit_trail};

fn logged_in() -> Value {
    ada("login", "password", &json!({ "object": "user:1" }))
}

fn refused(reason: &str, more: &Value) -> Value {
    let mut line = stranger("login", more);
    line["outcome"] = "refused".into();
    line["reason"] = reason.into();
    line
}

#[test]
fn log_in_and_its_token_are_recorded_in_a_line_each() {
    Sandbox::on_each_database("the trail of log-ins", |sandbox| {
        with_people(sandbox);
        let service = sandbox.start(&["serve"]);
        let body = pair("ada", PASSWORD);
        let basic = STANDARD.encode(format!("ada:{PASSWORD}"));

        let jwt = send(&service, "POST /api/token/", &[], &body);
        let drf = send(&service, "POST /api/auth/token/", &[], &body);
        let tower = send(&service, "POST /api/v1/authtoken/", &[], &body);
        let cookie = send(&service, "POST /api/login/", &[], &body);
        let me = send(
            &service,
            "GET /api/v1/me/",
            &authorization("Basic", &basic),
            &body,
        );

        assert_eq!(
            [jwt.status, drf.status, tower.status, cookie.status],
            [200, 200, 200, 302]
        );
        assert_eq!(me.status, 200);
        let (refresh, access) = (jwt.text("refresh"), jwt.text("access"));
        let pair_made = json!({
            "object": format!("jwt:{}", jti(&refresh)), "made": format!("jwt:{}", jti(&access)), "user": 1,
        });
        let made = |id: i64| {
            let more = json!({ "object": format!("token:{id}"), "user": 1 });
            ada("token.create", "password", &more)
        };
        let expected = [
            logged_in(),
            ada("token.create", "password", &pair_made),
            logged_in(),
            made(1),
            logged_in(),
            made(2),
            logged_in(),
            made(3),
            logged_in(),
        ];
        let session = cookie.head.split("sessionid=").nth(1).unwrap();
        let session = session.split(';').next().unwrap().to_owned();
        let trail = trail(service);
        assert_eq!(all_contents(&trail), expected);
        assert_absent(&trail, &[PASSWORD, &basic, &refresh, &access, &session]);
        assert_absent(
            &trail,
            &[&drf.text("token"), &tower.text("token"), "pbkdf2"],
        );
    });
}

#[test]
fn refused_log_in_is_recorded_without_unknown_names() {
    Sandbox::on_each_database("the trail of wrong log-ins", |sandbox| {
        with_people(sandbox);
        let settings = ["throttle.login=5/h", "log.failed_accounts=none"];
        let settings = settings.map(|setting| ["--set", setting]).concat();
        let service = sandbox.start(&[&["serve"], settings.as_slice()].concat());
        let paths = [
            "/api/token/",
            "/api/auth/token/",
            "/api/v1/authtoken/",
            "/api/login/",
        ];
        let mut expected = Vec::new();

        for path in paths {
            let request = format!("POST {path}");
            send(&service, &request, &[], &pair("ada", "wrong one"));
            send(
                &service,
                &request,
                &[],
                &pair("hunter2 typed here", PASSWORD),
            );
            send(&service, &request, &[], &pair("bob", PASSWORD));
            expected.extend([
                refused("wrong_password", &json!({ "object": "user:1" })),
                refused("unknown_user", &json!({})),
                refused("inactive", &json!({ "object": "user:2" })),
            ]);
        }
        let basic = authorization("Basic", &STANDARD.encode("ada:wrong one"));
        for _ in 0..2 {
            send(&service, "GET /api/v1/me/", &basic, &json!({}));
        }
        // Nothing was asked: a field is missing.
        send(
            &service,
            "POST /api/token/",
            &[],
            &json!({ "username": "ada" }),
        );

        expected.push(refused("wrong_password", &json!({ "object": "user:1" })));
        expected.push(refused("throttled", &json!({})));
        let trail = trail(service);
        assert_eq!(all_contents(&trail), expected);
        assert_absent(&trail, &["wrong one", "hunter2", PASSWORD]);
    });
}

#[test]
fn recorded_address_ignores_forwarding_headers_of_clients() {
    let sandbox = Sandbox::migrated();
    with_people(&sandbox);
    let service = sandbox.start(&["serve", "--set", "http.trusted_proxies=127.0.0.1"]);
    let sent = ["X-Forwarded-For: 6.6.6.6, 10.1.2.3".to_owned()];

    send(&service, "POST /api/token/", &sent, &pair("ada", PASSWORD));

    let trail = trail(service);
    assert_eq!(trail.len(), 2);
    for line in &trail {
        assert_eq!(line["address"], "10.1.2.3", "{line}");
    }
}

#[test]
fn trail_of_a_service_is_json_in_every_log_format_unless_switched_off() {
    let sandbox = Sandbox::migrated();
    with_people(&sandbox);
    let cases: [(&[&str], usize, bool); 4] = [
        (&["--set", "log.format=text"], 2, true),
        (&["--set", "log.format=json"], 2, true),
        (&["--set", "log.level=error"], 2, false),
        (&["--set", "log.audit=false"], 0, true),
    ];

    for (options, lines, has_requests) in cases {
        let mut service = sandbox.start(&[options, &["serve"]].concat());
        send(&service, "POST /api/token/", &[], &pair("ada", PASSWORD));
        service.signal("TERM");
        let (mut trail, rest) = audit_trail(&service.rest_of_log());

        trail.retain(|line| line["action"] != "key.create");
        assert_eq!(trail.len(), lines, "{options:?}");
        assert!(
            !rest.contains("audit") && !rest.contains("token.create"),
            "{rest}"
        );
        assert_eq!(rest.contains("profiled::request"), has_requests, "{rest}");
    }
}

#[test]
fn signing_key_made_in_development_is_recorded_once() {
    let sandbox = Sandbox::migrated();
    let mut first = sandbox.start(&["serve"]);
    first.signal("TERM");
    let mut second = sandbox.start(&["serve"]);
    second.signal("TERM");

    let (made, _) = audit_trail(&first.rest_of_log());
    let (again, _) = audit_trail(&second.rest_of_log());

    let expected = json!({
        "action": "key.create", "outcome": "done", "actor_kind": "service", "object": "key:signing.key",
    });
    assert_eq!(all_contents(&made), [expected]);
    assert_eq!(again, Vec::<Value>::new());
}
