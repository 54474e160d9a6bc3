//! What requests leave.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::document::assert_documented;
use super::{all_told, assert_untold};
use crate::sandbox::{Sandbox, Service, audit_trail};

const PASSWORD: &str = "correct horse battery";

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A text of the body.
    fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap().to_owned()
    }
}

/// Sends a request with a JSON body.
fn send(service: &Service, request: &str, headers: &[String], body: &Value) -> Answer {
    let body = body.to_string();
    let mut text = format!("{request} HTTP/1.1\r\nHost: {}\r\n", service.address);
    for header in headers {
        text += &format!("{header}\r\n");
    }
    let length = body.len();
    text += &format!(
        "Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    let mut connection = service.connect();
    connection.write_all(text.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

fn authorization(scheme: &str, key: &str) -> [String; 1] {
    [format!("Authorization: {scheme} {key}")]
}

fn pair(username: &str, password: &str) -> Value {
    json!({ "username": username, "password": password })
}

/// The id of a JSON Web Token.
pub(super) fn jti(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    claims["jti"].as_str().unwrap().to_owned()
}

/// A sandbox with `ada`, who is user 1, and `bob`, who may not log in.
fn with_people(sandbox: &Sandbox) {
    let create = ["user", "create", "--password-stdin", "--username"];
    for more in [&["ada", "--staff"][..], &["bob", "--inactive"]] {
        let ended = sandbox.run_with_input(&[&create, more].concat(), PASSWORD);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
}

/// Ends a service, and returns its trail without the key that development makes.
fn trail(mut service: Service) -> Vec<Value> {
    service.signal("TERM");
    let (mut trail, _) = audit_trail(&service.rest_of_log());
    trail.retain(|line| line["action"] != "key.create");
    assert_documented(&trail);
    trail
}

/// A line of a request by nobody.
fn stranger(action: &str, more: &Value) -> Value {
    let mut line = json!({
        "action": action, "outcome": "done", "actor_kind": "anonymous", "address": "127.0.0.1",
    });
    for (name, value) in more.as_object().unwrap() {
        line[name] = value.clone();
    }
    line
}

/// A line of a request by `ada`.
fn ada(action: &str, credential: &str, more: &Value) -> Value {
    let mut line = stranger(action, &json!({ "actor_kind": "user", "actor": 1 }));
    line["credential"] = credential.into();
    for (name, value) in more.as_object().unwrap() {
        line[name] = value.clone();
    }
    line
}

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
fn every_log_in_leaves_a_line_and_the_token_that_it_gives_another() {
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
        assert_eq!(all_told(&trail), expected);
        assert_untold(&trail, &[PASSWORD, &basic, &refresh, &access, &session]);
        assert_untold(
            &trail,
            &[&drf.text("token"), &tower.text("token"), "pbkdf2"],
        );
    });
}

#[test]
fn every_wrong_log_in_leaves_a_line_that_names_nobody_unknown() {
    Sandbox::on_each_database("the trail of wrong log-ins", |sandbox| {
        with_people(sandbox);
        let service = sandbox.start(&["serve", "--set", "throttle.login=5/h"]);
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
        assert_eq!(all_told(&trail), expected);
        assert_untold(&trail, &["wrong one", "hunter2", PASSWORD]);
    });
}

#[test]
fn the_life_of_refresh_tokens_is_told() {
    Sandbox::on_each_database("the trail of refresh tokens", |sandbox| {
        with_people(sandbox);
        let rotates = [
            "auth.jwt.rotate_refresh_tokens",
            "auth.jwt.blacklist_after_rotation",
        ];
        let rotates = rotates.map(|key| format!("{key}=true"));
        let service = sandbox.start(&["serve", "--set", &rotates[0], "--set", &rotates[1]]);
        let post = |path: &str, token: &str| {
            send(
                &service,
                &format!("POST {path}"),
                &[],
                &json!({ "refresh": token }),
            )
        };

        let first = send(&service, "POST /api/token/", &[], &pair("ada", PASSWORD)).text("refresh");
        let next = post("/api/token/refresh/", &first);
        let (second, access) = (next.text("refresh"), next.text("access"));
        assert_eq!(post("/api/token/refresh/", &first).status, 401);
        assert_eq!(post("/api/token/blacklist/", &second).status, 200);
        assert_eq!(post("/api/token/blacklist/", &second).status, 401);
        assert_eq!(post("/api/token/refresh/", "no.token.atall").status, 401);
        assert_eq!(post("/api/token/refresh/", &access).status, 401);

        let name = |token: &str| format!("jwt:{}", jti(token));
        let line = |action: &str, token: &str, outcome: &str| {
            let more = json!({ "object": name(token), "user": 1, "outcome": outcome });
            stranger(action, &more)
        };
        let refused = |action: &str, token: &str, reason: &str| {
            let mut line = line(action, token, "refused");
            line["reason"] = reason.into();
            line
        };
        let mut rotated = line("token.refresh", &first, "done");
        rotated["made"] = format!("{},{}", name(&access), name(&second)).into();
        let bad = json!({ "outcome": "refused", "reason": "bad_token" });
        let expected = [
            rotated,
            refused("token.refresh", &first, "revoked"),
            line("token.revoke", &second, "done"),
            refused("token.revoke", &second, "revoked"),
            stranger("token.refresh", &bad),
            refused("token.refresh", &access, "bad_token"),
        ];
        let trail = trail(service);
        assert_eq!(all_told(&trail[2..]), expected);
        assert_untold(&trail, &[&first, &second, &access, "no.token"]);
    });
}

#[test]
fn tokens_are_told_by_whom_they_were_made_and_revoked() {
    Sandbox::on_each_database("the trail of tokens", |sandbox| {
        with_people(sandbox);
        let settings = [
            "auth.token.max_per_user=4",
            "dialects.drf.authenticators=token,jwt",
        ];
        let service = sandbox.start(&["serve", "--set", settings[0], "--set", settings[1]]);
        let body = pair("ada", PASSWORD);
        let obtain = |path: &str| send(&service, &format!("POST {path}"), &[], &body);
        let key = obtain("/api/auth/token/").text("token");
        let tower = obtain("/api/v1/authtoken/").text("token");
        let access = obtain("/api/token/").text("access");
        let own = authorization("Token", &key);

        let made = send(
            &service,
            "POST /api/auth/tokens/",
            &own,
            &json!({ "label": "Laptop" }),
        );
        let (made_key, third) = (made.text("key"), authorization("Token", &made.text("key")));
        let more =
            |headers: &[String]| send(&service, "POST /api/auth/tokens/", headers, &json!({}));
        let fourth = more(&third);
        let limit = more(&third);
        let delete = |path: &str| send(&service, &format!("DELETE {path}"), &own, &json!({}));
        let deleted = [
            delete("/api/auth/tokens/4/").status,
            delete("/api/auth/tokens/4/").status,
        ];
        let ended = send(
            &service,
            "DELETE /api/v1/authtoken/",
            &authorization("Token", &tower),
            &json!({}),
        );
        let unknown = send(
            &service,
            "DELETE /api/v1/authtoken/",
            &authorization("Token", &tower),
            &json!({}),
        );
        let logout = send(&service, "POST /api/auth/logout/", &third, &json!({}));
        let bearer = authorization("Bearer", &access);
        let all = send(&service, "POST /api/auth/logoutall/", &bearer, &json!({}));

        assert_eq!([made.status, fourth.status, limit.status], [201, 201, 400]);
        assert_eq!(deleted, [204, 404]);
        assert_eq!(
            [ended.status, unknown.status, logout.status, all.status],
            [204; 4]
        );
        let token = |id: i64| json!({ "object": format!("token:{id}"), "user": 1 });
        let refused = |reason: &str, mut more: Value| {
            more["outcome"] = "refused".into();
            more["reason"] = reason.into();
            more
        };
        let by_jwt = format!("jwt:{}", jti(&access));
        let expected = [
            ada("token.create", "token:1", &token(3)),
            ada("token.create", "token:3", &token(4)),
            ada(
                "token.create",
                "token:3",
                &refused("limit", json!({ "user": 1 })),
            ),
            ada("token.revoke", "token:1", &token(4)),
            ada("token.revoke", "token:1", &refused("missing", token(4))),
            ada("token.revoke", "token:2", &token(2)),
            ada("token.revoke", "token:3", &token(3)),
            ada(
                "credentials.revoke",
                &by_jwt,
                &json!({ "object": "user:1" }),
            ),
        ];
        let trail = trail(service);
        assert_eq!(all_told(&trail[6..]), expected);
        assert_untold(
            &trail,
            &[&key, &tower, &access, &made_key, "Laptop", PASSWORD],
        );
    });
}

#[test]
fn the_address_is_one_that_the_client_cannot_choose() {
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
fn a_service_writes_the_trail_in_json_whatever_else_it_logs_and_its_switch_ends_that() {
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
fn the_key_that_development_makes_is_told_once() {
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
    assert_eq!(all_told(&made), [expected]);
    assert_eq!(again, Vec::<Value>::new());
}
