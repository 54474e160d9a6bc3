//! The packages `PyJWT` and `djangorestframework-simplejwt` as judges of our tokens, and we of theirs.

use acceptance::python::Python;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use crate::jwt_tokens::{post, refresh, text, tokens};

const PACKAGES: [&str; 5] = [
    "Django==5.2.19",
    "djangorestframework==3.16.1",
    "djangorestframework-simplejwt==5.5.1",
    "PyJWT==2.10.1",
    "cryptography==46.0.3",
];

#[test]
fn simplejwt_and_the_service_read_each_others_tokens() {
    let test = "simplejwt_and_the_service_read_each_others_tokens";
    let Some(python) = Python::with(test, "simplejwt", &PACKAGES) else {
        return;
    };
    for algorithm in [
        "HS256", "HS512", "RS256", "PS256", "ES256", "ES384", "ES512", "ES256K", "EdDSA",
    ] {
        exchange(&python, algorithm);
    }
}

fn exchange(python: &Python, algorithm: &str) {
    let (private, public) = if algorithm.starts_with("HS") {
        ("0123456789abcdef".repeat(4), String::new())
    } else {
        let made = python.run("simplejwt.py", &json!({"generate": algorithm}));
        let part = |name: &str| made[name].as_str().unwrap().to_owned();
        (part("private"), part("public"))
    };
    let key = format!("auth.jwt.signing_key={private}");
    let name = format!("auth.jwt.algorithm={algorithm}");
    let service = Service::start(Backend::Sqlite, Data::Jwt, &[&key, &name]);
    let client = service.client();
    let (token, access) = tokens(&client);
    let jwks = client.anonymous().get("/.well-known/jwks.json").json();

    let answer = python.run(
        "simplejwt.py",
        &json!({
            "algorithm": algorithm, "signing_key": private, "verifying_key": public, "jwks": jwks,
            "user_id": 2, "tokens": {"access": access, "refresh": token},
        }),
    );

    for package in ["pyjwt", "simplejwt"] {
        for kind in ["access", "refresh"] {
            let claims = &answer[package][kind];
            assert_eq!(claims["token_type"], kind, "{package}, {algorithm}");
            assert_eq!(claims["user_id"], "2", "{package}, {algorithm}");
        }
    }
    let made = |kind: &str| answer["made"][kind].as_str().map(str::to_owned);
    assert_taken(&service, &made("access").unwrap(), algorithm);
    let refreshed = refresh(&client, &made("refresh").unwrap());
    assert_eq!(refreshed.status, 200, "{algorithm}: {}", refreshed.text());
    assert_taken(&service, &text(&refreshed, "access"), algorithm);
}

fn assert_taken(service: &Service, access: &str, algorithm: &str) {
    let caller = service.client().authorization(&format!("Bearer {access}"));
    let answer = caller.post("/api/profile/");
    assert_eq!(answer.status, 200, "{algorithm}: {}", answer.text());
    let body: Value = answer.json();
    assert_eq!(body["username"], "alice", "{algorithm}");
}

const UUID: &str = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";

/// A project that logs in by e-mail address, has UUIDs for keys, and names users in tokens by each attribute.
#[test]
fn simplejwt_and_the_service_agree_on_the_fields_of_users() {
    let test = "simplejwt_and_the_service_agree_on_the_fields_of_users";
    let Some(python) = Python::with(test, "simplejwt", &PACKAGES) else {
        return;
    };
    for (theirs, ours) in [
        ("id", "external_id"),
        ("username", "username"),
        ("email", "email"),
    ] {
        agree(&python, theirs, ours);
    }
}

fn agree(python: &Python, theirs: &str, ours: &str) {
    let key = "0123456789abcdef".repeat(4);
    let settings = [
        format!("auth.jwt.signing_key={key}"),
        format!("auth.jwt.user_id_field={ours}"),
        "auth.username_field=email".to_owned(),
    ];
    let settings = settings.each_ref().map(String::as_str);
    let service = Service::start(Backend::Sqlite, Data::Jwt, &settings);
    service.execute(&format!(
        "UPDATE users SET external_id = '{UUID}' WHERE id = 2"
    ));
    let client = service.client();
    let (email, password) = ("alice@example.com", "alice-pass-9");
    let right = json!({"email": email, "password": password});
    let access = text(&post(&client, "/api/token/", &right), "access");
    let bodies = [
        json!({}),
        json!({"email": "", "password": ""}),
        json!({"email": null, "password": [1]}),
        json!({"username": "alice", "password": password}),
        json!({"email": email, "password": "wrong"}),
        json!({"email": "alice", "password": password}),
        json!({"email": "Alice@example.com", "password": password}),
    ];

    let asked = json!({
        "signing_key": key, "user_id_field": theirs, "tokens": [access],
        "user": {"id": UUID, "username": "alice", "email": email, "password": password},
        "bodies": bodies.iter().chain([&right]).collect::<Vec<_>>(),
    });
    let answer = python.run("simplejwt_fields.py", &asked);

    assert_eq!(answer["users"], json!(["alice"]), "{ours}");
    for (body, theirs) in bodies.iter().zip(answer["answers"].as_array().unwrap()) {
        let answer = post(&client, "/api/token/", body);
        assert_eq!(
            &json!([answer.status, answer.text()]),
            theirs,
            "{ours}: {body}"
        );
    }
    let options = client
        .anonymous()
        .send(Request::new("OPTIONS", "/api/token/"));
    assert_eq!(
        options.json()["actions"],
        answer["options"]["actions"],
        "{ours}"
    );
    let made = |kind: &str| answer["made"][kind].as_str().unwrap();
    assert_taken(&service, made("access"), ours);
    let refreshed = refresh(&client, made("refresh"));
    assert_taken(&service, &text(&refreshed, "access"), ours);
}
