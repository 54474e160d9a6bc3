//! Tokens of django-rest-knox, as an import stores them.

use acceptance::client::Caller;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_domain::{NewToken, TokenDigest, TokenRepository, UserId};
use serde_json::json;

use crate::databases::on_both_databases;

on_both_databases!(
    token_of_knox_works_in_every_dialect_that_takes_tokens,
    token_of_knox_is_ended_as_any_other,
);

const SETTINGS: [&str; 1] = [
    r#"auth.introspection.clients=[{"id": "billing", "secret": "0123456789abcdef0123456789abcdef"}]"#,
];

/// A key of knox 5 with a prefix, and what knox stores of it.
const KEY: &str = "live-148de9c5a7a44d19e56cd9ae1a554bf67847afb0c58f6e12fa29ac7ddfca9940";
const DIGEST: &str = "55a54a21a9d8b69a730f2f1d5dc4e00c4687bb2bbb80d92f80e2dc7f20cc10da5774a72af4cdf15700693f5a6e4859148cbb6f82437a518d2aa72cc097a9cec2";

/// What an import stores of that (ADR 0033).
const STORED: &str = "0a71886fd053095416579c4c7203b08c3dd60aca7f7c027619a5a3e7e2e3801f";

/// A service with this token of user 1, and a caller with it.
fn service(backend: Backend) -> (Service, Caller) {
    let service = Service::start(backend, Data::Staff, &SETTINGS);
    let token = NewToken {
        owner: UserId(1),
        epoch: None,
        digest: TokenDigest(hex::decode(STORED).unwrap().try_into().unwrap()),
        prefix: KEY.chars().take(8).collect(),
        label: "imported".to_owned(),
        created_at: std::time::SystemTime::now().into(),
        expires_at: None,
        is_sliding: false,
        binding: None,
    };
    service.store().issue_token(&token).unwrap();
    let caller = service.client().authorization(&format!("Token {KEY}"));
    (service, caller)
}

fn token_of_knox_works_in_every_dialect_that_takes_tokens(backend: Backend) {
    let (service, caller) = service(backend);

    for path in ["/api/users/me/", "/api/v1/me/", "/api/v2/me/"] {
        let answer = caller.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    let pair = STANDARD.encode("billing:0123456789abcdef0123456789abcdef");
    let billing = service.client().authorization(&format!("Basic {pair}"));
    let request = Request::new("POST", "/oauth/introspect/")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(&format!("token={KEY}"));
    assert_eq!(billing.send(request).json()["user_id"], json!("1"));
    let digest = service.client().authorization(&format!("Token {DIGEST}"));
    assert_eq!(digest.get("/api/users/me/").status, 401);
}

fn token_of_knox_is_ended_as_any_other(backend: Backend) {
    let ends: [fn(&Service, &Caller); 3] = [
        |_, caller| assert_eq!(caller.post("/api/auth/logout/").status, 204),
        |_, caller| {
            let end = Request::new("DELETE", "/api/v1/authtoken/");
            assert_eq!(caller.send(end).status, 204);
        },
        |service, _| service.run(&["token", "revoke", KEY]),
    ];
    for end in ends {
        let (service, caller) = service(backend);
        assert_eq!(caller.get("/api/users/me/").status, 200);

        end(&service, &caller);

        assert_eq!(caller.get("/api/users/me/").status, 401);
    }
}
