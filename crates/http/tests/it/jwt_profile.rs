use crate::app::{TestApp, request};
use profiled_domain::UserId;

fn post(path: &str, bearer: &str) -> actix_web::test::TestRequest {
    request("POST", path).insert_header(("Authorization", bearer))
}

#[actix_web::test]
async fn both_paths_show_the_profile_of_the_tokens_user() {
    let app = TestApp::new();
    let bearer = app.bearer(app.user("bob", |_| ()).id);

    let answer = app.send(post("/api/profile/", &bearer)).await;
    let alias = app.send(post("/api/users/profile/", &bearer)).await;

    let expected = concat!(
        r#"{"id":1,"username":"bob","email":"bob@example.com","first_name":"First","#,
        r#""last_name":"Last","number_phone":null,"avatar":null,"#,
        r#""date_joined":"2025-11-24T16:00:00.123456Z","last_login":null,"is_active":true,"#,
        r#""is_staff":false,"is_superuser":false}"#
    );
    assert_eq!((answer.status, answer.body.as_str()), (200, expected));
    assert_eq!(alias.body, expected);
}

#[actix_web::test]
async fn the_body_is_never_read() {
    let app = TestApp::new();
    let bearer = app.bearer(app.user("bob", |_| ()).id);

    let answer = app
        .send(post("/api/profile/", &bearer).set_payload("{".repeat(5000)))
        .await;

    assert_eq!(answer.status, 200);
}

#[actix_web::test]
async fn deleted_user_is_reported_before_any_other_fault() {
    let app = TestApp::new();
    let bearer = app.bearer(UserId(99));

    for method in ["POST", "GET", "OPTIONS"] {
        let gone = request(method, "/api/profile/");
        let answer = app
            .send(gone.insert_header(("Authorization", bearer.as_str())))
            .await;

        let expected = r#"{"error":"The user cannot be found in the database."}"#;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (404, expected),
            "{method}"
        );
        assert_eq!(answer.header("WWW-Authenticate"), None);
    }
}

#[actix_web::test]
async fn an_inactive_user_is_refused() {
    let app = TestApp::new();
    let bearer = app.bearer(app.user("bob", |user| user.is_active = false).id);

    let answer = app.send(post("/api/profile/", &bearer)).await;

    assert_eq!(answer.status, 401);
    assert_eq!(
        answer.body,
        r#"{"detail":"User is inactive","code":"user_inactive"}"#
    );
}
