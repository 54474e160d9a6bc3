use profiled_http::{DrfScheme, GroupsRepresentation};

use crate::app::{TestApp, get, request};

const PATH: &str = "/api/users/me/";

#[actix_web::test]
async fn staff_see_their_profile_with_groups_in_documented_order() {
    let app = TestApp::new();
    let ada = app.staff("ada");
    app.group("Admins", ada.id);

    let answer = app.send(get(PATH, &app.token(ada.id))).await;

    let expected = concat!(
        r#"{"id":1,"username":"ada","mobile_number":"ada","email":"ada@example.com","avatar":null,"#,
        r#""first_name":"First","last_name":"Last","full_name":"First Last","gender":"other","#,
        r#""is_profile_completed":true,"groups":[{"id":1,"name":"Admins","notes":null,"#,
        r#""users_count":1,"created_at":"2025-11-24T16:00:00.123456Z","#,
        r#""updated_at":"2025-11-24T16:00:00.123456Z"}],"last_login":null,"#,
        r#""created_at":"2025-11-24T16:00:00.123456Z"}"#
    );
    assert_eq!((answer.status, answer.body.as_str()), (200, expected));
    assert_eq!(
        answer.header("Allow"),
        Some("GET, PUT, PATCH, HEAD, OPTIONS")
    );
    assert_eq!(answer.header("Vary"), Some("Accept"));
}

#[actix_web::test]
async fn groups_are_ids_on_request_or_by_setting() {
    let mut app = TestApp::new();
    let ada = app.staff("ada");
    app.group("Admins", ada.id);
    let token = app.token(ada.id);

    let asked = app.send(get("/api/users/me/?groups=ids", &token)).await;
    app.dialects.drf.groups = GroupsRepresentation::Ids;
    let set = app.send(get(PATH, &token)).await;
    let asked_back = app.send(get("/api/users/me/?groups=objects", &token)).await;

    assert!(asked.body.contains(r#""groups":[1]"#), "{}", asked.body);
    assert!(set.body.contains(r#""groups":[1]"#), "{}", set.body);
    assert!(
        asked_back.body.contains(r#""groups":[{"id":1,"#),
        "{}",
        asked_back.body
    );
}

#[actix_web::test]
async fn a_user_without_rights_is_forbidden() {
    let app = TestApp::new();
    let plain = app.user("plain", |_| ());

    let answer = app.send(get(PATH, &app.token(plain.id))).await;

    let expected = r#"{"detail":"You do not have permission to perform this action."}"#;
    assert_eq!((answer.status, answer.body.as_str()), (403, expected));
    assert_eq!(answer.header("WWW-Authenticate"), None);
}

#[actix_web::test]
async fn patch_answers_with_the_new_profile_or_all_errors() {
    let app = TestApp::new();
    let token = app.token(app.staff("ada").id);
    let patch = |body: &'static str| {
        request("PATCH", PATH)
            .insert_header(("Authorization", token.clone()))
            .insert_header(("Content-Type", "application/json"))
            .set_payload(body)
    };

    let refused = app
        .send(patch(
            r#"{"gender": "x", "first_name": "Eve", "email": "y"}"#,
        ))
        .await;
    let changed = app
        .send(patch(r#"{"last_name": " Byron ", "is_superuser": true}"#))
        .await;

    let expected =
        r#"{"email":["Enter a valid email address."],"gender":["\"x\" is not a valid choice."]}"#;
    assert_eq!((refused.status, refused.body.as_str()), (400, expected));
    assert_eq!(changed.status, 200);
    assert!(changed.body.contains(r#""last_name":"Byron""#));
    assert!(!changed.body.contains("Eve"));
}

#[actix_web::test]
async fn a_chain_of_schemes_challenges_with_the_first() {
    let mut app = TestApp::new();
    app.dialects.drf.authenticators = vec![DrfScheme::Jwt, DrfScheme::Token];
    let ada = app.staff("ada");

    let with_token = app.send(get(PATH, &app.token(ada.id))).await;
    let with_jwt = app.send(get(PATH, &app.bearer(ada.id))).await;
    let wrong_token = app.send(get(PATH, "Token 0")).await;

    assert_eq!((with_token.status, with_jwt.status), (200, 200));
    assert_eq!(with_token.body, with_jwt.body);
    assert_eq!(
        wrong_token.header("WWW-Authenticate"),
        Some("Bearer realm=\"api\"")
    );
    assert_eq!(wrong_token.body, r#"{"detail":"Invalid token."}"#);
}

#[actix_web::test]
async fn the_page_shows_the_answer_escaped() {
    let app = TestApp::new();
    let ada = app.user("ada", |user| {
        user.is_staff = true;
        user.person.first_name = Some("<script>alert(1)</script>".to_owned());
    });

    let html = get(PATH, &app.token(ada.id)).insert_header(("Accept", "text/html"));
    let answer = app.send(html).await;

    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("Content-Type"),
        Some("text/html; charset=utf-8")
    );
    let policy = answer.header("Content-Security-Policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert!(
        answer.body.contains("&#60;script&#62;alert(1)"),
        "{}",
        answer.body
    );
    assert_eq!(answer.body.matches("<script").count(), 1, "{}", answer.body);
    assert!(!answer.body.contains("<script>alert"), "{}", answer.body);
}
