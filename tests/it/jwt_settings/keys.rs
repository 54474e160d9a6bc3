//! Tokens that another service makes, under the key or the keys that a project knows it by.

use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use super::{KEY, PROFILE, Project, login, python};
use crate::jwt_tokens::post;

/// Claims of a token that another service makes, which is good for a minute.
fn foreign(key: &str, algorithm: &str, claims: &Value) -> Value {
    json!({"claims": claims, "seconds": {"exp": 60}, "key": key, "algorithm": algorithm})
}

#[test]
fn tokens_of_a_third_party_without_type_and_id_are_taken() {
    let Some(python) = python("tokens_of_a_third_party_without_type_and_id_are_taken") else {
        return;
    };
    let made = |claims: Value| foreign(KEY, "HS256", &claims);
    let project = Project {
        simple_jwt: json!({"TOKEN_TYPE_CLAIM": null, "JTI_CLAIM": null, "SIGNING_KEY": KEY}),
        blacklist: false,
        more: &[],
        tokens: json!({
            "plain": made(json!({"user_id": "2"})), "number": made(json!({"user_id": 2})),
            "access": made(json!({"user_id": "2", "token_type": "access", "jti": "x"})),
            "bearer": made(json!({"user_id": "2", "token_type": "Bearer"})),
            "odd": made(json!({"user_id": "2", "jti": 7})), "nobody": made(json!({})),
            "forged": foreign(&KEY.replace('0', "1"), "HS256", &json!({"user_id": "2"})),
            "endless": json!({"claims": {"user_id": "2"}, "key": KEY, "algorithm": "HS256"}),
            "refresh": made(json!({"user_id": "2", "token_type": "refresh"})),
        }),
        requests: vec![
            (PROFILE, Some("Bearer {plain}"), Value::Null),
            (PROFILE, Some("Bearer {number}"), Value::Null),
            (PROFILE, Some("Bearer {access}"), Value::Null),
            (PROFILE, Some("Bearer {bearer}"), Value::Null),
            (PROFILE, Some("Bearer {odd}"), Value::Null),
            (PROFILE, Some("Bearer {nobody}"), Value::Null),
            (PROFILE, Some("Bearer {forged}"), Value::Null),
            (PROFILE, Some("Bearer {endless}"), Value::Null),
            ("/api/token/verify/", None, json!({"token": "{plain}"})),
            ("/api/token/verify/", None, json!({"token": "{forged}"})),
        ],
    };

    let moved = project.move_over(&python);

    // None are made, and a refresh token is not let in, as it is by simplejwt.
    let client = moved.service.client();
    for path in [
        "/api/token/",
        "/api/token/refresh/",
        "/api/token/blacklist/",
    ] {
        assert_eq!(post(&client, path, &login()).status, 404, "{path}");
    }
    let refresh = client
        .authorization(&moved.filled("Bearer {refresh}"))
        .post(PROFILE);
    assert!(
        refresh.text().contains("Token has wrong type"),
        "{}",
        refresh.text()
    );
}

#[test]
fn tokens_are_judged_by_a_public_key_of_every_kind() {
    let Some(python) = python("tokens_are_judged_by_a_public_key_of_every_kind") else {
        return;
    };
    for algorithm in ["ES512", "ES256K", "RS384", "PS512", "EdDSA"] {
        let pair = python.run("simplejwt.py", &json!({"generate": algorithm}));
        let claims = json!({"user_id": "2", "token_type": "access", "jti": "x"});
        let private = pair["private"].as_str().unwrap();
        let project = Project {
            simple_jwt: json!({"ALGORITHM": algorithm, "VERIFYING_KEY": pair["public"]}),
            blacklist: false,
            more: &[],
            tokens: json!({
                "good": foreign(private, algorithm, &claims),
                "forged": foreign(pair["public"].as_str().unwrap(), "none", &claims),
            }),
            requests: vec![
                (PROFILE, Some("Bearer {good}"), Value::Null),
                (PROFILE, Some("Bearer {good}x"), Value::Null),
                ("/api/token/verify/", None, json!({"token": "{good}"})),
            ],
        };
        let mut project = project;
        project.tokens.as_object_mut().unwrap().remove("forged");

        let moved = project.move_over(&python);

        let client = moved.service.client();
        assert_eq!(
            post(&client, "/api/token/", &login()).status,
            404,
            "{algorithm}"
        );
    }
}

#[test]
fn tokens_are_judged_by_the_keys_of_a_url() {
    let Some(python) = python("tokens_are_judged_by_the_keys_of_a_url") else {
        return;
    };
    let pair = python.run("simplejwt.py", &json!({"generate": "ES512"}));
    let private = pair["private"].as_str().unwrap();
    let key = format!("auth.jwt.signing_key={private}");
    let publisher = Service::start(
        Backend::Sqlite,
        Data::Nothing,
        &[&key, "auth.jwt.algorithm=ES512"],
    );
    let keys = publisher
        .client()
        .anonymous()
        .get("/.well-known/jwks.json")
        .json();
    let claims = json!({"user_id": "2", "token_type": "access", "jti": "x"});
    let named = |kid: &Value| {
        let mut token = foreign(private, "ES512", &claims);
        token["header"] = json!({"kid": kid});
        token
    };
    let project = Project {
        simple_jwt: json!({
            "ALGORITHM": "ES512", "JWK_URL": format!("http://{}/.well-known/jwks.json", publisher.address()),
        }),
        blacklist: false,
        more: &[],
        tokens: json!({
            "good": named(&keys["keys"][0]["kid"]), "other": named(&json!("other")),
            "unnamed": foreign(private, "ES512", &claims),
        }),
        requests: vec![
            (PROFILE, Some("Bearer {good}"), Value::Null),
            (PROFILE, Some("Bearer {other}"), Value::Null),
            (PROFILE, Some("Bearer {unnamed}"), Value::Null),
            (PROFILE, Some("Bearer {good}x"), Value::Null),
            ("/api/token/verify/", None, json!({"token": "{good}"})),
        ],
    };

    let moved = project.move_over(&python);

    assert_eq!(moved.warnings, json!([]));
}
