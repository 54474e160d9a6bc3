//! The service says what `profiled` says: the same credentials are sent to both.

use std::sync::Arc;

use acceptance::replay::wire::Answer;
use acceptance::service::{Backend, Data, Service as Profiled};
use axum_service::{Service, StoredToken, StoredUser, Users};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use profiled_auth::{Audience, JwtService, JwtSettings, SigningKey, TokenKey, TokenUser};
use profiled_domain::{PasswordHash, UserId};
use serde_json::{Value, json};

use crate::{ask, start};

/// Users of `fixtures/staff.json`. All are staff, so that `/api/users/me/` asks for nothing but credentials.
const MASTER: i64 = 1;
const INACTIVE: i64 = 3;
const OVER: i64 = 4;
const LOGGED_OUT: i64 = 5;
const LOGGED_OUT_TOKEN: &str = "Token 5555555555555555555555555555555555555555";
const REVOKED: i64 = 6;
const REVOKED_TOKEN: &str = "Token 6666666666666666666666666666666666666666";
const GOOD_TOKEN: &[u8] = b"Token f4e75eab6e0f663a972d145478d6fc4b81762070";
/// Whom all tokens are for.
const AUDIENCE: &str = "staff";

fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

fn secret() -> String {
    acceptance::secrets().unwrap().remove("SECRET").unwrap()
}

fn settings() -> JwtSettings {
    JwtSettings {
        signing_key: secret().into(),
        audience: Audience::One(AUDIENCE.to_owned()),
        ..JwtSettings::default()
    }
}

/// The users of `profiled`, as the service has them.
fn users() -> Users {
    let user = |id: i64, key: Option<&str>| StoredUser {
        id,
        username: format!("user {id}"),
        email: None,
        is_active: id != INACTIVE,
        epoch: i64::from(id == REVOKED),
        revoked_at: (id == REVOKED).then(now),
        tokens: Vec::from_iter(key.map(|key| {
            StoredToken {
                sha256: TokenKey::digest_of(key)
                    .0
                    .map(|byte| format!("{byte:02x}"))
                    .concat(),
                expires_at: (id == OVER).then_some(DateTime::UNIX_EPOCH),
            }
        })),
    };
    let stored = [
        user(MASTER, Some("f4e75eab6e0f663a972d145478d6fc4b81762070")),
        user(INACTIVE, Some("3333333333333333333333333333333333333333")),
        user(OVER, Some("4444444444444444444444444444444444444444")),
        user(LOGGED_OUT, None),
        user(REVOKED, None),
    ];
    Users::new(stored).unwrap()
}

/// Status, challenge, and what is said of credentials that are refused, or whose they are.
fn verdict(answer: &Answer) -> (u16, Option<String>, Value) {
    let mut body = answer.json();
    if answer.status == 200 {
        body = body["id"].take();
    }
    (answer.status, answer.header("WWW-Authenticate"), body)
}

/// A token with claims other than the usual ones, signed with the key and algorithm of a header.
fn signed(header: &Header, key: &str, claims: &Value) -> Vec<u8> {
    let mut all = json!({
        "token_type": "access", "exp": 4_102_444_800_i64, "iat": 1_700_000_000, "jti": "0",
        "user_id": MASTER.to_string(), "aud": AUDIENCE,
    });
    for (name, value) in claims.as_object().unwrap() {
        all[name] = value.clone();
    }
    let key = EncodingKey::from_secret(key.as_bytes()).unwrap();
    let token = jsonwebtoken::encode(header, &all, &key).unwrap();
    format!("Bearer {token}").into_bytes()
}

fn with(claims: &Value) -> Vec<u8> {
    signed(&Header::default(), &secret(), claims)
}

/// The header of a token in place of its own, without a signature.
fn unsigned(token: &[u8]) -> Vec<u8> {
    let token = String::from_utf8(token.to_vec()).unwrap();
    let payload = token.split('.').nth(1).unwrap();
    format!("Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.").into_bytes()
}

fn without_last(token: &[u8]) -> Vec<u8> {
    token[..token.len() - 1].to_vec()
}

/// Attempts, each with its status and a word of the answer.
fn attempts(made_before: &[u8], made_after: &[u8]) -> Vec<(Vec<Vec<u8>>, u16, &'static str)> {
    let good = with(&json!({}));
    let (no, not_valid) = ("were not provided", "Token is invalid");
    let kid = Header {
        kid: Some("of nobody".to_owned()),
        ..Header::default()
    };
    let one = |value: &[u8], status, word| (vec![value.to_vec()], status, word);
    vec![
        (Vec::new(), 401, no),
        (
            vec![GOOD_TOKEN.to_vec(), GOOD_TOKEN.to_vec()],
            401,
            "spaces",
        ),
        (vec![good.clone(), good.clone()], 401, "two space-delimited"),
        one(b"", 401, no),
        one(b"Basic YWRhOng=", 401, no),
        one(GOOD_TOKEN, 200, "1"),
        one(&[b"token ", &GOOD_TOKEN[6..]].concat(), 200, "1"),
        one(&without_last(GOOD_TOKEN), 401, "Invalid token."),
        one(b"Token", 401, "No credentials"),
        one(b"Token a b", 401, "spaces"),
        one(b"Token \xff", 401, "invalid characters"),
        one(
            b"Token 3333333333333333333333333333333333333333",
            401,
            "inactive or deleted",
        ),
        one(
            b"Token 4444444444444444444444444444444444444444",
            401,
            "Invalid token.",
        ),
        one(LOGGED_OUT_TOKEN.as_bytes(), 401, "Invalid token."),
        one(REVOKED_TOKEN.as_bytes(), 401, "Invalid token."),
        one(&good, 200, "1"),
        one(&[b"bearer ", &good[7..]].concat(), 401, no),
        one(b"Bearer", 401, "two space-delimited"),
        one(b"Bearer a b", 401, "two space-delimited"),
        one(b"Bearer a.b.c", 401, not_valid),
        one(&without_last(&good), 401, not_valid),
        one(&unsigned(&good), 401, not_valid),
        one(
            &signed(&Header::new(Algorithm::HS512), &secret(), &json!({})),
            401,
            not_valid,
        ),
        one(
            &signed(&Header::default(), &"0".repeat(64), &json!({})),
            401,
            not_valid,
        ),
        one(&signed(&kid, &secret(), &json!({})), 200, "1"),
        one(
            &with(&json!({"exp": 1_700_000_001})),
            401,
            "Token is expired",
        ),
        one(&with(&json!({"iat": 4_102_444_000_i64})), 401, not_valid),
        one(&with(&json!({"aud": "others"})), 401, not_valid),
        one(&with(&json!({"aud": null})), 401, not_valid),
        one(&with(&json!({"token_type": "refresh"})), 401, "wrong type"),
        one(&with(&json!({"user_id": null})), 401, "Token is invalid"),
        one(&with(&json!({"user_id": "99"})), 401, "User not found"),
        one(
            &with(&json!({"user_id": INACTIVE.to_string()})),
            401,
            "User is inactive",
        ),
        one(made_before, 401, "blacklisted"),
        one(made_after, 200, "6"),
    ]
}

#[test]
fn same_credentials_get_the_same_verdict_from_both() {
    let audience = format!("auth.jwt.audience={AUDIENCE}");
    let options = ["dialects.drf.authenticators=token,jwt", &audience];
    let profiled = Profiled::start(Backend::Sqlite, Data::Staff, &options);
    profiled.execute("UPDATE tokens SET expires_at = '2020-01-01 00:00:00' WHERE user_id = 4");
    let log_out = |path, token: &str| {
        let answer = ask(profiled.address(), "POST", path, &[token.as_bytes()]);
        assert_eq!(answer.status, 204, "{}", answer.text());
    };
    log_out("/api/auth/logout/", LOGGED_OUT_TOKEN);
    let settings = settings();
    let key = SigningKey::new(&settings.signing_key, settings.algorithm).unwrap();
    let jwt = Arc::new(JwtService::new(&settings, key));
    let of_epoch = |epoch: i64| {
        let subject = TokenUser {
            id: UserId(REVOKED),
            epoch,
            password: &PasswordHash::from_encoded("!"),
            password_digest: None,
            name: None,
            user: None,
        };
        let token = jwt
            .mint_access(subject, now() - TimeDelta::seconds(10))
            .unwrap();
        format!("Bearer {token}").into_bytes()
    };
    let (made_before, made_after) = (of_epoch(0), of_epoch(1));
    log_out("/api/auth/logoutall/", REVOKED_TOKEN);

    let service = start(Service::new(users(), &settings).unwrap());

    for (credentials, status, word) in attempts(&made_before, &made_after) {
        let values: Vec<&[u8]> = credentials.iter().map(Vec::as_slice).collect();
        let told = credentials.concat();
        let told = String::from_utf8_lossy(&told);
        let theirs = ask(profiled.address(), "GET", "/api/users/me/", &values);
        let ours = ask(service, "GET", "/me", &values);

        assert_eq!(verdict(&ours), verdict(&theirs), "{told}");
        assert_eq!(theirs.status, status, "{told}");
        assert!(theirs.text().contains(word), "{told}: {}", theirs.text());
    }
}
