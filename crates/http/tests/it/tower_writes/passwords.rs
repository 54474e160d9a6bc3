//! Passwords, and what a directory keeps of its users.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_domain::{
    AccountRepository, CredentialRef, CredentialRepository, PasswordHash, Patch, ProfileChange,
    WriteContext,
};

use super::Site;
use crate::app::{TestApp, now};

const JSON: &str = "application/json";

/// `bob:secret`
const BOB_BASIC: &str = "Basic Ym9iOnNlY3JldA==";

fn basic(pair: &str) -> String {
    format!("Basic {}", STANDARD.encode(pair))
}

#[actix_web::test]
async fn new_password_ends_all_credentials_but_that_of_the_request() {
    let site = Site::new();
    let [own, other] = [(); 2].map(|()| site.app.token(site.bob.id));
    let me = async |credentials: &str| {
        site.send_with(credentials, "GET", "me/", (JSON, ""))
            .await
            .status
    };
    let patch = async |credentials: &str, body: &str| {
        site.send_with(credentials, "PATCH", "users/4/", (JSON, body))
            .await
            .status
    };

    for unchanged in [
        r#"{"password": ""}"#,
        r#"{"password": null}"#,
        r#"{"email": "b@example.com"}"#,
        // Not shown, and sent back: no password.
        r#"{"password": "$encrypted$"}"#,
        // The stored one.
        r#"{"password": "secret"}"#,
    ] {
        assert_eq!(patch(&own, unchanged).await, 200);
        let answers = (me(&other).await, me(BOB_BASIC).await);
        assert_eq!(answers, (200, 200), "{unchanged}");
        assert_eq!(me(&basic("bob:$encrypted$")).await, 401, "{unchanged}");
    }
    assert_eq!(patch(&own, r#"{"password": "other"}"#).await, 200);
    let answers = (me(&own).await, me(&other).await, me(BOB_BASIC).await);
    assert_eq!(answers, (200, 401, 401));
    let again = r#"{"password": "secret"}"#;
    assert_eq!(patch(&basic("bob:other"), again).await, 200);
    assert_eq!((me(&own).await, me(BOB_BASIC).await), (401, 200));

    let (token, admin) = (site.app.token(site.bob.id), site.app.token(site.admin.id));
    assert_eq!(patch(&admin, r#"{"password": "new"}"#).await, 200);
    assert_eq!(
        (me(&token).await, me(BOB_BASIC).await, me(&admin).await),
        (401, 401, 200)
    );
}

#[actix_web::test]
async fn a_password_that_could_never_be_verified_is_refused() {
    let mut app = TestApp::new();
    app.http.max_body_bytes = 10_000;
    let site = Site::of(app);
    let (longest, long) = ("x".repeat(4096), "x".repeat(4097));
    let refused = r#"{"password": ["Ensure this value has at most 4096 bytes (it has 4097)."]}"#;
    let new = format!(r#"{{"username": "new", "password": "{long}"}}"#);
    let change = format!(r#"{{"password": "{long}"}}"#);

    for (caller, method, path, body) in [
        (&site.admin, "POST", "users/", &new),
        (&site.admin, "POST", "teams/1/users/", &new),
        (&site.bob, "PATCH", "users/4/", &change),
    ] {
        let table = [(body.as_str(), 400, refused)];
        site.check(caller, method, path, &table).await;
    }
    let change = format!(r#"{{"password": "{longest}"}}"#);
    let answer = site.send(&site.bob, "PATCH", "users/4/", &change).await;
    assert_eq!(answer.status, 200);
}

#[actix_web::test]
async fn a_directory_keeps_the_fields_that_it_manages() {
    let mut app = TestApp::new();
    app.dialects.tower.directory_managed_fields = ["email", "is_superuser", "last_name"]
        .map(str::to_owned)
        .to_vec();
    let site = Site::of(app);
    let sql = format!(
        "UPDATE users SET ldap_dn = 'cn=bob' WHERE id = {}",
        site.bob.id
    );
    site.app.database.execute(&sql).unwrap();
    let unusable = PasswordHash::from_encoded("!");
    let flag = ProfileChange {
        first_name: Patch::Set("B".to_owned()),
        ..ProfileChange::default()
    };
    site.app
        .repository
        .change_account(
            site.bob.id,
            &flag,
            Some(true),
            WriteContext::operator(now()),
        )
        .unwrap();
    let unable = |field: &str| {
        format!(r#"{{"{field}": ["Unable to change {field} on user managed by LDAP"]}}"#)
    };

    site.check(
        &site.admin,
        "PUT",
        "users/4/",
        &[
            // What is left out would become false.
            (r#"{"username": "bob"}"#, 400, &unable("is_superuser")),
            (
                r#"{"username": "bob", "is_superuser": true, "email": ""}"#,
                400,
                &unable("email"),
            ),
            (
                r#"{"username": "bob", "is_superuser": 1, "last_name": null}"#,
                400,
                &unable("last_name"),
            ),
        ],
    )
    .await;
    let body = r#"{"username": "bob", "is_superuser": true, "first_name": "Bo", "email": " bob@example.com "}"#;
    assert_eq!(
        site.send(&site.admin, "PUT", "users/4/", body).await.status,
        200
    );
    let password = r#"{"password": "new"}"#;
    for (stored, expected) in [(&site.app.hash("old"), "pbkdf2"), (&unusable, "!")] {
        let repository = &site.app.repository;
        repository
            .set_password(site.bob.id, stored, &CredentialRef::None, now())
            .unwrap();
        assert_eq!(
            site.send(&site.admin, "PATCH", "users/4/", password)
                .await
                .status,
            200
        );
        let kept = repository
            .find_password_by_id(site.bob.id)
            .unwrap()
            .unwrap();
        assert!(kept.as_encoded().starts_with(expected));
        assert_eq!(kept == *stored, expected == "!");
    }
}
