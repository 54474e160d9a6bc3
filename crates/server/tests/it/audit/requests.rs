//! Requests, and what their lines have in common.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::document::assert_documented;
use crate::sandbox::{Sandbox, Service, audit_trail};

pub(super) const PASSWORD: &str = "correct horse battery";

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A text of the body.
    pub(super) fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap().to_owned()
    }
}

/// Sends a request with a JSON body.
pub(super) fn send(service: &Service, request: &str, headers: &[String], body: &Value) -> Answer {
    let body = body.to_string();
    let (host, length) = (&service.address, body.len());
    let headers: String = headers.iter().flat_map(|line| [line, "\r\n"]).collect();
    let text = format!(
        "{request} HTTP/1.1\r\nHost: {host}\r\n{headers}Content-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
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

pub(super) fn authorization(scheme: &str, key: &str) -> [String; 1] {
    [format!("Authorization: {scheme} {key}")]
}

pub(super) fn pair(username: &str, password: &str) -> Value {
    json!({ "username": username, "password": password })
}

/// The id of a JSON Web Token.
pub(super) fn jti(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    claims["jti"].as_str().unwrap().to_owned()
}

/// A sandbox with `ada`, who is user 1, and `bob`, who may not log in.
pub(super) fn with_people(sandbox: &Sandbox) {
    let create = ["user", "create", "--password-stdin", "--username"];
    for more in [&["ada", "--staff"][..], &["bob", "--inactive"]] {
        let ended = sandbox.run_with_input(&[&create, more].concat(), PASSWORD);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
    }
}

/// Ends a service, and returns its trail without the key that development makes.
pub(super) fn trail(mut service: Service) -> Vec<Value> {
    service.signal("TERM");
    let (mut trail, _) = audit_trail(&service.rest_of_log());
    trail.retain(|line| line["action"] != "key.create");
    assert_documented(&trail);
    trail
}

/// A line of a request by nobody.
pub(super) fn stranger(action: &str, more: &Value) -> Value {
    let mut line = json!({
        "action": action, "outcome": "done", "actor_kind": "anonymous", "address": "127.0.0.1",
    });
    for (name, value) in more.as_object().unwrap() {
        line[name] = value.clone();
    }
    line
}

/// A line of a request by `ada`.
pub(super) fn ada(action: &str, credential: &str, more: &Value) -> Value {
    let mut line = stranger(action, &json!({ "actor_kind": "user", "actor": 1 }));
    line["credential"] = credential.into();
    for (name, value) in more.as_object().unwrap() {
        line[name] = value.clone();
    }
    line
}
