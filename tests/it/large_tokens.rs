//! Tokens with many claims, and those that are too long.

use acceptance::replay::wire::{Answer, Request, send_bytes};
use acceptance::service::{Backend, Data, Service};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};

const PROFILE: &str = "/api/profile/";

/// A token of ours with so many claims more, each of so many bytes.
fn token(count: usize, length: usize) -> String {
    let mut claims = json!({
        "token_type": "access", "exp": 4_102_444_800_i64, "iat": 1_700_000_000, "jti": "0", "user_id": "2",
    });
    for number in 0..count {
        claims[format!("c{number}")] = Value::String("x".repeat(length));
    }
    let secret = acceptance::secrets().unwrap()["SECRET"].clone();
    let key = EncodingKey::from_secret(secret.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap()
}

fn ask(service: &Service, token: &str) -> Answer {
    let caller = service.client().authorization(&format!("Bearer {token}"));
    caller.post(PROFILE)
}

#[test]
fn token_with_three_hundred_claims_is_accepted() {
    let service = Service::start(Backend::Sqlite, Data::Jwt, &[]);

    let answer = ask(&service, &token(300, 10));

    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn token_beyond_the_limit_is_told_so_and_the_limit_is_a_setting() {
    let token = token(1, 20_000);
    let service = Service::start(Backend::Sqlite, Data::Jwt, &[]);

    let answer = ask(&service, &token);
    assert_eq!(answer.status, 401);
    let told = answer.json();
    assert_eq!(told["code"], "token_not_valid");
    assert_eq!(
        told["messages"][0]["message"],
        "Token is longer than 16384 bytes"
    );
    let body = json!({ "token": token }).to_string();
    let verify = Request::json("POST", "/api/token/verify/", &body);
    let verified = service.client().anonymous().send(verify);
    assert_eq!(verified.status, 401);
    assert_eq!(
        verified.json()["detail"],
        "Token is longer than 16384 bytes"
    );

    let wider = Service::start(
        Backend::Sqlite,
        Data::Jwt,
        &["auth.jwt.max_token_bytes=65536"],
    );
    assert_eq!(ask(&wider, &token).status, 200);
}

#[test]
fn head_that_is_too_long_for_any_token_is_431() {
    let service = Service::start(Backend::Sqlite, Data::Jwt, &[]);
    let token = "x".repeat(140_000);
    let request = format!(
        "POST {PROFILE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"
    );

    let answer = send_bytes(service.address(), request.as_bytes(), "POST").unwrap();

    assert_eq!(answer.status, 431);
}
