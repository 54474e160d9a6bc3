//! Log-ins by e-mail address (`auth.username_field`).

use actix_web::test::TestRequest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_auth::UsernameField;
use serde_json::{Value, json};

use crate::app::{Response, TestApp, get, request};
use crate::pages::{assert_has, assert_lacks, page};

const TOKEN: &str = "/api/token/";

/// A service with ada, who logs in by address.
fn app() -> TestApp {
    let mut app = TestApp::new();
    app.username_field = UsernameField::Email;
    app.staff("ada");
    app
}

fn post(path: &str, body: &Value) -> TestRequest {
    request("POST", path)
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body.to_string())
}

fn credentials(field: &str, name: &str) -> Value {
    json!({field: name, "password": "secret"})
}

fn basic(name: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:secret")))
}

fn text(answer: &Response) -> (u16, &str) {
    (answer.status, answer.body.as_str())
}

#[actix_web::test]
async fn token_endpoint_wants_the_field_email() {
    let app = app();

    let none = app.send(post(TOKEN, &json!({}))).await;
    let named = app.send(post(TOKEN, &credentials("username", "ada"))).await;
    let blank = app
        .send(post(TOKEN, &json!({"email": "", "password": ""})))
        .await;

    let required =
        r#"{"email":["This field is required."],"password":["This field is required."]}"#;
    assert_eq!(text(&none), (400, required));
    assert_eq!(
        text(&named),
        (400, r#"{"email":["This field is required."]}"#)
    );
    let may_not =
        r#"{"email":["This field may not be blank."],"password":["This field may not be blank."]}"#;
    assert_eq!(text(&blank), (400, may_not));
}

#[actix_web::test]
async fn token_endpoint_takes_the_address_and_no_username() {
    let app = app();

    let taken = app
        .send(post(TOKEN, &credentials("email", "ada@example.com")))
        .await;

    assert_eq!(taken.status, 200, "{}", taken.body);
    let body: Value = serde_json::from_str(&taken.body).unwrap();
    let access = body["access"].as_str().unwrap();
    let profile = request("POST", "/api/profile/");
    let profile = profile.insert_header(("Authorization", format!("Bearer {access}")));
    assert_eq!(app.send(profile).await.status, 200);
    let expected = r#"{"detail":"No active account found with the given credentials"}"#;
    for name in ["ada", "Ada@example.com", "ada@example.org"] {
        let refused = app.send(post(TOKEN, &credentials("email", name))).await;
        assert_eq!(text(&refused), (401, expected), "{name}");
    }
}

#[actix_web::test]
async fn token_endpoint_describes_and_shows_the_field_email() {
    let app = app();

    let options = app.send(request("OPTIONS", TOKEN)).await;
    let page = page(&app, TOKEN, "").await;

    let options: Value = serde_json::from_str(&options.body).unwrap();
    let fields = &options["actions"]["POST"];
    assert_eq!(fields["email"]["type"], "string");
    assert_eq!(fields["email"]["label"], "Email");
    assert_eq!(fields["email"]["required"], true);
    assert_eq!(fields["username"], Value::Null);
    assert_has(
        &page,
        &[
            "<textarea id=\"form0-email\" name=\"email\"",
            "an e-mail address and a password",
        ],
    );
    assert_lacks(&page, &["name=\"username\""]);
}

#[actix_web::test]
async fn field_username_of_other_endpoints_holds_the_address() {
    let app = app();
    for path in [
        "/api/auth/token/",
        "/api/v1/authtoken/",
        "/api/v2/authtoken/",
    ] {
        let send = |name: &str| app.send(post(path, &credentials("username", name)));

        let (taken, refused) = (send("ada@example.com").await, send("ada").await);

        assert_eq!(taken.status, 200, "{path}: {}", taken.body);
        assert_eq!(refused.status, 400, "{path}: {}", refused.body);
    }
}

#[actix_web::test]
async fn basic_credentials_hold_the_address() {
    let app = app();
    let send = |name: &str| app.send(get("/api/v1/me/", &basic(name)));

    let (taken, refused) = (send("ada@example.com").await, send("ada").await);

    assert_eq!((taken.status, refused.status), (200, 401));
}

#[actix_web::test]
async fn log_in_page_asks_for_the_address_and_takes_it() {
    let app = app();
    let form = |name: &str| {
        let form = request("POST", "/api/login/");
        form.insert_header(("Content-Type", "application/x-www-form-urlencoded"))
            .set_payload(format!("username={name}&password=secret"))
    };

    let page = page(&app, "/api/login/", "").await;
    let (taken, refused) = (form("ada%40example.com"), form("ada"));
    let refused = refused.insert_header(("Accept", "text/html"));
    let blank = form("").insert_header(("Accept", "text/html"));
    let (taken, refused) = (app.send(taken).await, app.send(refused).await);
    let blank = app.send(blank).await;

    assert_has(&page, &["Email address", "name=\"username\""]);
    assert_eq!((taken.status, refused.status), (302, 401));
    assert_has(&refused, &["<p>Wrong email address or password.</p>"]);
    assert_has(
        &blank,
        &["<p>Enter both, an email address and a password.</p>"],
    );
}

/// Whoever guesses the current password guesses that of the same account.
#[actix_web::test]
async fn failures_of_a_password_change_count_under_the_address() {
    let mut app = app();
    app.throttle.login = "1/min".to_owned().try_into().unwrap();
    let wrong = json!({"email": "ada@example.com", "password": "wrong"});
    assert_eq!(app.send(post(TOKEN, &wrong)).await.status, 401);
    let token = app.token(profiled_domain::UserId(1));

    let change = json!({"password": "Brand-New-Secret-77", "current_password": "secret"});
    let change = request("PATCH", "/api/users/me/")
        .insert_header(("Authorization", token))
        .insert_header(("Content-Type", "application/json"))
        .set_payload(change.to_string());
    let limited = app.send(change).await;

    assert_eq!(limited.status, 429, "{}", limited.body);
}
