//! Who asked what from where, and why it was refused: lines of the log.

#![expect(
    clippy::unwrap_used,
    reason = "a service that does not answer has failed the test"
)]

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::sandbox::{Sandbox, Service, audit_trail};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn serve(sandbox: &Sandbox, settings: &[&str]) -> Service {
    let key = format!("auth.jwt.signing_key={KEY}");
    let mut arguments = vec!["serve", "--set", "log.format=json", "--set", &key];
    arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    sandbox.start(&arguments)
}

/// Sends a request with headers, and returns the head of the answer.
fn send(service: &Service, path: &str, headers: &str) -> String {
    let mut connection = service.connect();
    let host = &service.address;
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().0.to_owned()
}

fn line(service: &mut Service) -> Value {
    serde_json::from_str(&service.log_line("profiled::request")).unwrap()
}

fn signed(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"alg": "HS256"})), part(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{text}.{signature}")
}

#[test]
fn line_tells_the_client_the_credential_and_the_trace() {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--username", "ada", "--staff"]);
    let key = sandbox.done(&["token", "create", "ada"]);
    let mut service = serve(&sandbox, &["http.trusted_proxies=127.0.0.1"]);

    let head = send(
        &service,
        "/api/users/me/",
        &format!(
            "Authorization: Token {}\r\nX-Forwarded-For: 192.0.2.7\r\nX-Request-ID: job-7\r\n\
             traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n",
            key.trim_end()
        ),
    );

    assert!(head.contains("\r\nx-request-id: job-7"), "{head}");
    let line = line(&mut service);
    let expected = json!({
        "status": 200, "scheme": "Token", "user_id": 1, "credential": "token:1", "address": "192.0.2.7",
        "request_id": "job-7", "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "parent_span_id": "b7ad6b7169203331",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&line[name], value, "{name}: {line}");
    }
}

#[test]
fn request_without_an_id_gets_one_that_the_client_learns() {
    let sandbox = Sandbox::new();
    let mut service = serve(&sandbox, &[]);

    let head = send(&service, "/api/nowhere/", "X-Request-ID: not plain\r\n");

    let line = line(&mut service);
    let id = line["request_id"].as_str().unwrap();
    assert_eq!(id.len(), 32);
    assert!(head.contains(&format!("\r\nx-request-id: {id}")), "{head}");
    assert_eq!(line["trace_id"], Value::Null);
}

#[test]
fn line_tells_why_a_token_was_refused_and_the_answer_does_not() {
    let sandbox = Sandbox::new();
    let mut service = serve(&sandbox, &[]);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let late = signed(&json!({"user_id": 1, "jti": "a", "token_type": "access", "exp": 1}));
    let early = json!({"user_id": 1, "jti": "a", "token_type": "access", "iat": now + 100_000});
    let early = signed(&early);
    let forged = format!("{}x", &late[..late.len() - 1]);
    for (token, refusal, cause) in [
        (late.as_str(), "expired", "expired"),
        (&early, "not_yet_valid", "not valid yet: iat is "),
        (&forged, "signature", "the signature does not verify"),
    ] {
        let authorization = format!("Bearer {token}");
        let (status, answer) = service.send("POST", "/api/profile/", &authorization);

        assert_eq!(status, 401);
        assert!(!answer.contains(" s ahead"), "{answer}");
        let line = line(&mut service);
        assert_eq!(line["refusal"], refusal, "{line}");
        assert!(line["cause"].as_str().unwrap().contains(cause), "{line}");
    }
}

#[test]
fn probes_are_told_to_those_who_look_closely_only() {
    for (level, lines) in [("info", 1), ("debug", 3)] {
        let sandbox = Sandbox::new();
        let mut service = serve(&sandbox, &[&format!("log.level={level}")]);

        service.send("GET", "/live", "");
        service.send("GET", "/ready", "");
        service.send("GET", "/api/", "");
        service.signal("TERM");

        let log = service.rest_of_log();
        let found = log
            .lines()
            .filter(|line| line.contains("profiled::request"));
        assert_eq!(found.count(), lines, "{log}");
    }
}

#[test]
fn first_line_tells_what_runs() {
    let sandbox = Sandbox::new();
    let mut service = serve(&sandbox, &["dialects.jwt.enabled=false"]);

    let line = service.log_line("profiled starts");

    let line: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(line["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(line["database"], "sqlite");
    assert_eq!(line["dialects"], "drf,tower,tower_v2");
    assert!(line["commit"].is_string() && line["features"].is_string());
}

#[test]
fn account_of_a_failed_log_in_is_told_as_the_setting_wants() {
    let mut digests = Vec::new();
    for (setting, is_clear) in [
        ("digest", false),
        ("digest", false),
        ("clear", true),
        ("none", false),
    ] {
        let sandbox = Sandbox::new();
        let setting_is = format!("log.failed_accounts={setting}");
        let mut service = serve(&sandbox, &[&setting_is]);
        // grace:wrong
        send(
            &service,
            "/api/v1/me/",
            "Authorization: Basic Z3JhY2U6d3Jvbmc=\r\n",
        );
        service.signal("TERM");

        let log = service.rest_of_log();
        assert_eq!(log.contains("grace"), is_clear, "{log}");
        assert!(!log.contains("wrong\""), "{log}");
        let (trail, _) = audit_trail(&log);
        let login = trail.iter().find(|line| line["action"] == "login").unwrap();
        match setting {
            "digest" => digests.push(login["account"].as_str().unwrap().to_owned()),
            "clear" => assert_eq!(login["account"], "grace"),
            _ => assert_eq!(login["account"], Value::Null),
        }
    }
    // The same name under the same key.
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0].len(), 16);
}
