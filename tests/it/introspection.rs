//! `POST /oauth/introspect/` (RFC 7662).

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{EncodingKey, Header};
use profiled_domain::{CredentialRef, CredentialRepository, UserId, WriteContext};
use serde_json::{Value, json};

use crate::databases::on_both_databases;
use crate::jwt_tokens::{post, tokens};

on_both_databases!(
    introspection_names_the_user_of_a_token,
    a_token_that_is_not_good_is_not_active,
    token_of_an_inactive_or_deleted_user_is_not_active,
    introspection_without_the_client_secret_is_refused,
    client_may_send_its_secret_in_the_body,
    request_without_a_token_is_refused,
    without_clients_there_is_no_introspection,
);

const PATH: &str = "/oauth/introspect/";
/// With a sign that forms encode.
const SECRET: &str = "sample+introspection/secret-for-tests-only";
const SETTINGS: [&str; 3] = [
    r#"auth.introspection.clients=[{"id": "billing", "secret": "sample+introspection/secret-for-tests-only"}]"#,
    "auth.jwt.audience=profile-api",
    "auth.jwt.issuer=profile-issuer",
];

fn basic(service: &Service, id: &str, secret: &str) -> Caller {
    let pair = STANDARD.encode(format!("{id}:{secret}"));
    service.client().authorization(&format!("Basic {pair}"))
}

fn form(body: &str) -> Request {
    let request = Request::new("POST", PATH);
    let request = request.header("Content-Type", "application/x-www-form-urlencoded");
    request.body(body)
}

fn ask(service: &Service, token: &str) -> Answer {
    let body = format!("token={token}&token_type_hint=access_token");
    basic(service, "billing", SECRET).send(form(&body))
}

fn assert_inactive(service: &Service, token: &str) {
    let answer = ask(service, token);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.text(), r#"{"active":false}"#, "{token}");
}

/// A token of the service's key with these claims changed.
fn signed(changes: &Value) -> String {
    let mut claims = json!({
        "token_type": "access", "exp": 4_102_444_800_i64, "iat": 1_700_000_000, "jti": "0",
        "user_id": "2", "aud": "profile-api", "iss": "profile-issuer",
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let secret = acceptance::secrets().unwrap()["SECRET"].clone();
    let key = EncodingKey::from_secret(secret.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::default(), &claims, &key).unwrap()
}

fn introspection_names_the_user_of_a_token(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &SETTINGS);
    let (_, access) = tokens(&service.client());

    let answer = ask(&service, &access);

    assert_eq!(answer.header("Cache-Control").as_deref(), Some("no-store"));
    let body = answer.json();
    assert_eq!(body["active"], true);
    assert_eq!((&body["sub"], &body["user_id"]), (&json!("2"), &json!("2")));
    assert_eq!(body["username"], "alice");
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["aud"], "profile-api");
    assert_eq!(body["iss"], "profile-issuer");
    let life = body["exp"].as_i64().unwrap() - body["iat"].as_i64().unwrap();
    assert!((299..=300).contains(&life), "{life}");
    assert_eq!(body["jti"].as_str().unwrap().len(), 32);
    assert_eq!(body.as_object().unwrap().len(), 10);

    let staff = Service::start(backend, Data::Staff, &SETTINGS);
    let body = ask(&staff, "f4e75eab6e0f663a972d145478d6fc4b81762070").json();
    let expected = json!({
        "active": true, "sub": "1", "user_id": "1", "username": "MasterAdmin", "token_type": "Token",
    });
    assert_eq!(body, expected);
}

fn a_token_that_is_not_good_is_not_active(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &SETTINGS);
    let (refresh, _) = tokens(&service.client());
    let good = signed(&json!({}));
    assert_eq!(ask(&service, &good).json()["active"], true);
    let wrong = [
        json!({"exp": 1_700_000_300}),
        json!({"aud": "another-api"}),
        json!({"iss": "another-issuer"}),
        json!({"token_type": "refresh"}),
        json!({"user_id": "4711"}),
        json!({"user_id": "01"}),
        json!({"nbf": 4_102_444_000_i64}),
    ];

    for changes in wrong {
        assert_inactive(&service, &signed(&changes));
    }
    for token in ["", "x", "a.b.c", &good[..good.len() - 4], &refresh] {
        assert_inactive(&service, token);
    }
    assert_inactive(&service, &"x".repeat(5000));
}

fn token_of_an_inactive_or_deleted_user_is_not_active(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &SETTINGS);
    let client = service.client();
    let inactive = signed(&json!({"user_id": "3"}));
    let is_inactive = client.authorization(&format!("Bearer {inactive}"));
    assert_eq!(
        is_inactive.post("/api/profile/").json()["code"],
        "user_inactive"
    );
    assert_inactive(&service, &inactive);
    let (_, access) = tokens(&client);
    assert_eq!(ask(&service, &access).json()["active"], true);

    let now = std::time::SystemTime::now().into();
    let store = service.store();
    assert!(
        store
            .revoke_credentials(UserId(2), &CredentialRef::None, WriteContext::operator(now))
            .unwrap()
    );

    assert_inactive(&service, &access);
    // simplejwt's question is of the token alone.
    let verified = post(&client, "/api/token/verify/", &json!({"token": access}));
    assert_eq!(verified.status, 200);
}

fn introspection_without_the_client_secret_is_refused(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &SETTINGS);
    let good = format!("token={}", signed(&json!({})));
    let encoded = "sample%2Bintrospection%2Fsecret-for-tests-only";
    for secret in [SECRET, encoded] {
        let answer = basic(&service, "billing", secret).send(form(&good));
        assert_eq!(answer.status, 200, "{secret}");
    }
    let callers = [
        service.client().anonymous(),
        service.client().bearer(1),
        service.client().authorization("Basic ???"),
        service.client().authorization("Basic"),
        basic(&service, "billing", ""),
        basic(&service, "billing", "wrong"),
        basic(&service, "", SECRET),
        basic(&service, "Billing", SECRET),
        basic(&service, "alice", "alice-pass-9"),
    ];

    for caller in callers {
        let answer = caller.send(form(&good));

        assert_eq!(answer.status, 401);
        assert_eq!(answer.text(), r#"{"error":"invalid_client"}"#);
        let challenge = answer.header("WWW-Authenticate");
        assert_eq!(challenge.as_deref(), Some(r#"Basic realm="introspection""#));
    }
}

fn client_may_send_its_secret_in_the_body(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &SETTINGS);
    let token = signed(&json!({}));
    let encoded = "sample%2Bintrospection%2Fsecret-for-tests-only";
    let ask = |body: &str| service.client().anonymous().send(form(body));

    let good = ask(&format!(
        "token={token}&client_id=billing&client_secret={encoded}"
    ));
    assert_eq!(good.status, 200, "{}", good.text());
    assert_eq!(good.json()["active"], true);
    let wrong = [
        format!("token={token}&client_id=billing&client_secret=wrong"),
        format!("token={token}&client_id=billing&client_secret="),
        format!("token={token}&client_id=Billing&client_secret={encoded}"),
        format!("token={token}&client_secret={encoded}"),
        format!("token={token}&client_id=billing"),
        // A secret is read as the form has it, and not once more.
        format!(
            "token={token}&client_id=billing&client_secret={}",
            encoded.replace('%', "%25")
        ),
    ];
    for body in wrong {
        let answer = ask(&body);
        assert_eq!(answer.status, 401, "{body}");
        assert_eq!(answer.text(), r#"{"error":"invalid_client"}"#);
    }
    let json = json!({"token": token, "client_id": "billing", "client_secret": SECRET});
    let json = Request::json("POST", PATH, &json.to_string());
    assert_eq!(service.client().anonymous().send(json).status, 401);
    // One way at a time (RFC 6749, section 2.3); the name alone is no way.
    let client = basic(&service, "billing", SECRET);
    let named = client.send(form(&format!("token={token}&client_id=billing")));
    assert_eq!(named.status, 200);
    let both = client.send(form(&format!(
        "token={token}&client_id=billing&client_secret={encoded}"
    )));
    assert_eq!(
        (both.status, both.text().as_str()),
        (400, r#"{"error":"invalid_request"}"#)
    );
}

fn request_without_a_token_is_refused(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &SETTINGS);
    let client = basic(&service, "billing", SECRET);

    let empty = client.send(form("token_type_hint=access_token"));
    let json = client.send(Request::json("POST", PATH, r#"{"token": "x"}"#));
    let get = client.get(PATH);

    assert_eq!([empty.status, json.status, get.status], [400, 415, 405]);
    for answer in [empty, json, get] {
        assert_eq!(answer.text(), r#"{"error":"invalid_request"}"#);
    }
}

fn without_clients_there_is_no_introspection(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &[]);

    let answer = basic(&service, "billing", SECRET).send(form("token=x"));

    assert_eq!(answer.status, 404);
}
