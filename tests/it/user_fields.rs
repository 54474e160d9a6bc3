//! By what users log in (`auth.username_field`), and by what tokens name them (`auth.jwt.user_id_field`).

use acceptance::client::Client;
use acceptance::replay::wire::Answer;
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use profiled_domain::{CredentialRef, CredentialRepository, PasswordHash, UserId};
use serde_json::{Value, json};

use crate::databases::on_both_databases;
use crate::jwt_tokens::{log_in, post, refresh, text, tokens};

on_both_databases!(
    users_log_in_by_the_address_that_they_hold,
    tokens_name_users_by_the_attribute_of_the_setting,
    user_without_external_id_is_given_one_at_the_first_token,
    tokens_by_username_follow_the_name,
);

const UUID: &str = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
const PASSWORD: &str = "alice-pass-9";
const ROTATING: &str = "auth.jwt.rotate_refresh_tokens=true";
const CHECKED: &str = "auth.jwt.check_revoke_token=true";
const CLIENT: &str = r#"auth.introspection.clients=[{"id": "billing", "secret": "0123456789abcdef0123456789abcdef"}]"#;

fn by_email(client: &Client, address: &str) -> Answer {
    let body = json!({"email": address, "password": PASSWORD});
    post(client, "/api/token/", &body)
}

/// What the payload of a token says of its user.
fn named(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    claims["user_id"].as_str().unwrap().to_owned()
}

fn profile(service: &Service, access: &str) -> Answer {
    let caller = service.client().authorization(&format!("Bearer {access}"));
    caller.post("/api/profile/")
}

fn introspected(service: &Service, token: &str) -> Value {
    let pair = STANDARD.encode("billing:0123456789abcdef0123456789abcdef");
    let caller = service.client().authorization(&format!("Basic {pair}"));
    let request = acceptance::replay::wire::Request::new("POST", "/oauth/introspect/")
        .header("Content-Type", "application/x-www-form-urlencoded");
    caller.send(request.body(&format!("token={token}"))).json()
}

fn users_log_in_by_the_address_that_they_hold(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &["auth.username_field=email"]);
    let shared = "UPDATE users SET email = NULL, shared_email = 'alice@example.com' WHERE id = 1";
    service.execute(shared);
    let client = service.client();

    let taken = by_email(&client, "alice@example.com");

    assert_eq!(taken.status, 200, "{}", taken.text());
    assert_eq!(named(&text(&taken, "access")), "2");
    for other in ["Alice@example.com", "alice", "admin@example.com"] {
        assert_eq!(by_email(&client, other).status, 401, "{other}");
    }
    let by_name = log_in(&client, ("alice", PASSWORD));
    assert_eq!(by_name.text(), r#"{"email":["This field is required."]}"#);
    let pair = STANDARD.encode(format!("alice@example.com:{PASSWORD}"));
    let basic = client.authorization(&format!("Basic {pair}"));
    assert_eq!(basic.get("/api/v1/me/").json()["results"][0]["id"], 2);
}

fn tokens_name_users_by_the_attribute_of_the_setting(backend: Backend) {
    let names = [
        ("id", "2"),
        ("username", "alice"),
        ("email", "alice@example.com"),
        ("external_id", UUID),
    ];
    for (field, name) in names {
        let setting = format!("auth.jwt.user_id_field={field}");
        let service = Service::start(backend, Data::Jwt, &[&setting, ROTATING, CHECKED, CLIENT]);
        service.execute(&format!(
            "UPDATE users SET external_id = '{UUID}' WHERE id = 2"
        ));
        let client = service.client();

        let (token, access) = tokens(&client);
        let refreshed = refresh(&client, &token);

        assert_eq!(refreshed.status, 200, "{field}: {}", refreshed.text());
        let (next, new) = (text(&refreshed, "refresh"), text(&refreshed, "access"));
        for token in [&token, &access, &next, &new] {
            assert_eq!(named(token), name, "{field}");
        }
        assert_eq!(profile(&service, &new).json()["id"], 2, "{field}");
        let seen = introspected(&service, &new);
        assert_eq!(
            (&seen["sub"], &seen["user_id"]),
            (&json!("2"), &json!("2")),
            "{field}: {seen}"
        );
        assert_eq!(
            post(&client, "/api/token/blacklist/", &json!({"refresh": next})).status,
            200
        );
        let refused = refresh(&client, &next);
        let blacklisted = r#"{"detail":"Token is blacklisted","code":"token_not_valid"}"#;
        assert_eq!(refused.text(), blacklisted, "{field}");
        assert_ended_by_a_change_of_the_password(&service, &new);
    }
}

fn assert_ended_by_a_change_of_the_password(service: &Service, access: &str) {
    let (password, now) = (
        PasswordHash::from_encoded("!"),
        std::time::SystemTime::now(),
    );
    let changed =
        service
            .store()
            .set_password(UserId(2), &password, &CredentialRef::None, now.into());
    assert!(changed.unwrap());

    let refused = profile(service, access);

    let body = refused.text();
    assert_eq!(refused.status, 401, "{body}");
    assert!(body.contains("password_changed"), "{body}");
    assert_eq!(introspected(service, access), json!({"active": false}));
}

fn user_without_external_id_is_given_one_at_the_first_token(backend: Backend) {
    let settings = [
        "auth.jwt.user_id_field=external_id",
        "auth.password.allow_md5=true",
    ];
    let service = Service::start(backend, Data::Jwt, &settings);
    let client = service.client();

    let [first, second] = [0, 1].map(|_| tokens(&client).1);

    assert_eq!(named(&first).len(), 36);
    assert_eq!(named(&first), named(&second));
    assert_eq!(profile(&service, &first).json()["username"], "alice");
    let other = text(&log_in(&client, ("legacy", "legacy-pass-9")), "access");
    assert_ne!(named(&other), named(&first));
}

fn tokens_by_username_follow_the_name(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &["auth.jwt.user_id_field=username"]);
    let (_, access) = tokens(&service.client());

    service.execute("UPDATE users SET username = 'alicia' WHERE id = 2");

    let refused = profile(&service, &access);
    assert_eq!(refused.status, 404, "{}", refused.text());
}
