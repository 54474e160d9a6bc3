//! Tokens under `auth.jwt.check_revoke_token`: they last as long as the password (`decisions.md` 27).

use acceptance::client::Client;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use jsonwebtoken::{EncodingKey, Header};
use md5::{Digest, Md5};
use profiled_domain::RefreshTokenRepository;
use serde_json::{Value, json};

use crate::databases::on_both_databases;
use crate::jwt_tokens::{log_in, refresh, text};

on_both_databases!(
    a_log_in_that_upgrades_a_hash_ends_no_token,
    a_refresh_token_of_a_former_password_is_refused,
);

const SETTINGS: [&str; 3] = [
    "auth.jwt.check_revoke_token=true",
    "auth.jwt.rotate_refresh_tokens=true",
    "auth.password.allow_md5=true",
];
const LEGACY: (&str, &str) = ("legacy", "legacy-pass-9");
const NEW_PASSWORD: &str = "Brand-New-Secret-77";

/// A token that Django made with the same key, after everything that happens here.
fn made_elsewhere(kind: &str, jti: &str, user: i64, digest: Option<&str>) -> String {
    let now = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now());
    let claims = json!({
        "token_type": kind, "exp": 4_102_444_800_i64, "iat": now.timestamp(), "jti": jti,
        "user_id": user.to_string(), "hash_password": digest,
    });
    let mut claims = claims.as_object().unwrap().clone();
    claims.retain(|_, value| !value.is_null());
    let secret = acceptance::secrets().unwrap()["SECRET"].clone();
    let key = EncodingKey::from_secret(secret.as_bytes()).unwrap();
    jsonwebtoken::encode(&Header::default(), &Value::Object(claims), &key).unwrap()
}

fn digest(encoded: &str) -> String {
    hex::encode_upper(Md5::digest(encoded))
}

fn profile(client: &Client, access: &str) -> Answer {
    let caller = client.authorization(&format!("Bearer {access}"));
    caller.post("/api/profile/")
}

fn assert_changed(answer: &Answer) {
    assert_eq!(answer.status, 401, "{}", answer.text());
    let expected = json!({"detail": "The user's password has been changed."});
    assert_eq!(answer.json(), expected);
    let challenge = answer.header("WWW-Authenticate");
    assert_eq!(challenge.as_deref(), Some(r#"Bearer realm="api""#));
}

fn a_log_in_that_upgrades_a_hash_ends_no_token(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &SETTINGS);
    let client = service.client();
    let old = service.stored_password("legacy");
    let access = made_elsewhere("access", "a", 5, Some(&digest(&old)));
    let token = made_elsewhere("refresh", "r", 5, Some(&digest(&old)));
    assert_eq!(profile(&client, &access).status, 200);

    let first = log_in(&client, LEGACY);
    assert_eq!(first.status, 200);
    let upgraded = service.stored_password("legacy");
    assert_ne!(upgraded, old);

    assert_eq!(profile(&client, &access).status, 200);
    let next = refresh(&client, &token);
    assert_eq!(next.status, 200, "{}", next.text());
    assert_eq!(profile(&client, &text(&next, "access")).status, 200);
    let of_stored = made_elsewhere("access", "b", 5, Some(&digest(&upgraded)));
    assert_eq!(profile(&client, &of_stored).status, 200);

    // The text of the hash changes once more.
    let replacement = upgraded.replacen("$1$", "$2$", 1);
    service.execute(&format!(
        "UPDATE users SET password = '{replacement}' WHERE id = 5"
    ));
    let sibling = service.sibling();
    for token in [text(&first, "refresh"), text(&next, "refresh")] {
        let again = refresh(&sibling.client(), &token);
        assert_eq!(again.status, 200, "{}", again.text());
        assert_eq!(profile(&client, &text(&again, "access")).status, 200);
    }
    for access in [text(&first, "access"), text(&next, "access"), access] {
        assert_eq!(profile(&client, &access).status, 200);
    }
}

fn a_refresh_token_of_a_former_password_is_refused(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &SETTINGS);
    let client = service.client();
    let pair = log_in(&client, LEGACY);
    let first_digest = digest("md5$legacySalt$605e33e696e205627cff43ea7a375061");
    let (own, used) = (text(&pair, "refresh"), text(&pair, "access"));
    let body = json!({"password": NEW_PASSWORD, "current_password": LEGACY.1});
    let request = Request::json("PATCH", "/api/profile/5/update/", &body.to_string());
    let caller = client.authorization(&format!("Bearer {used}"));
    assert_eq!(caller.send(request).status, 200);

    assert_changed(&refresh(&client, &own));
    assert_eq!(profile(&client, &used).status, 200, "kept");
    for claim in [Some(first_digest.as_str()), Some("x"), None] {
        let token = made_elsewhere("refresh", "r", 5, claim);
        assert_changed(&refresh(&client, &token));
        assert_changed(&refresh(&service.sibling().client(), &token));
        let known = service.store().find_refresh_token("r").unwrap();
        assert_eq!(known, None, "not rotated");
    }
    let again = log_in(&client, ("legacy", NEW_PASSWORD));
    let next = refresh(&client, &text(&again, "refresh"));
    assert_eq!(profile(&client, &text(&next, "access")).status, 200);
}
