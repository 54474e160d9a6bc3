use profiled_domain::{AccountRepository, WriteContext};

use super::{DENIED, Site};
use crate::app::{now, request};

const JSON: &str = "application/json";

#[actix_web::test]
async fn phases_report_all_their_errors_and_stop_later_ones() {
    let site = Site::new();
    let long = "n".repeat(31);
    let table = [
        (
            format!(r#"{{"username": "", "first_name": "{long}", "email": "nope", "password": []}}"#),
            concat!(
                r#"{"username": ["This field is required."], "#,
                r#""first_name": ["Ensure this value has at most 30 characters (it has 31)."], "#,
                r#""email": ["Enter a valid email address."], "#,
                r#""password": ["This field must be text."]}"#
            ),
        ),
        (
            r#"{"username": "bad name", "password": ""}"#.to_owned(),
            r#"{"password": ["Password required for new User"]}"#,
        ),
        (
            r#"{"username": ["x"], "password": "p", "first_name": null, "email": "bob@example.com"}"#
                .to_owned(),
            concat!(
                r#"{"username": ["Enter a valid username."], "#,
                r#""first_name": ["This field cannot be null."], "#,
                r#""email": ["User with this Email already exists."]}"#
            ),
        ),
        (
            r#"{"username": "x\n", "password": "p"}"#.to_owned(),
            r#"{"username": ["Enter a valid username."]}"#,
        ),
        (
            r#"{"username": true, "password": "p"}"#.to_owned(),
            r#"{"username": ["Enter a valid username."]}"#,
        ),
        (
            r#"{"username": "x", "password": "p\ud800", "last_name": "\u0000"}"#.to_owned(),
            concat!(
                r#"{"last_name": ["Null characters are not allowed."], "#,
                r#""password": ["Surrogate characters are not allowed: U+D800."]}"#
            ),
        ),
        (
            r#"{"is_superuser": 2}"#.to_owned(),
            concat!(
                r#"{"username": ["This field is required."], "#,
                r#""is_superuser": ["Invalid boolean value."]}"#
            ),
        ),
    ];
    for (body, expected) in &table {
        let answer = site.send(&site.admin, "POST", "users/", body).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (400, *expected),
            "{body}"
        );
    }
}

#[actix_web::test]
async fn numbers_and_flags_of_other_types_are_converted() {
    let site = Site::new();
    let body = r#"{"username": 1.5, "password": 7, "first_name": " a ", "email": " n@example.com ", "is_superuser": "t"}"#;

    let answer = site.send(&site.admin, "POST", "users/", body).await;

    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(
        answer.header("Location"),
        Some("http://localhost:8000/api/v1/users/7/")
    );
    let expected = concat!(
        r#""username": "1.5", "first_name": " a ", "last_name": "", "#,
        r#""email": "n@example.com", "is_superuser": true"#
    );
    assert!(answer.body.contains(expected), "{}", answer.body);
}

#[actix_web::test]
async fn a_name_differs_from_another_by_case_and_inactive_users_keep_theirs() {
    let site = Site::new();
    site.app.repository.deactivate(site.bob.id).unwrap();
    site.app
        .repository
        .delete_account(site.carol.id, WriteContext::operator(now()))
        .unwrap();
    let status = async |name: &str| {
        let body = format!(r#"{{"username": "{name}", "password": "p"}}"#);
        site.send(&site.admin, "POST", "users/", &body).await.status
    };

    assert_eq!(status("ALICE").await, 201);
    assert_eq!(status("bob").await, 400);
    assert_eq!(status("carol").await, 201);
}

#[actix_web::test]
async fn stored_value_that_breaks_rules_may_be_sent_back() {
    let site = Site::new();
    let name = "ü".repeat(40);
    let user = site.app.user("x", |user| {
        user.person.username = Some(name.clone());
        user.person.email = Some(format!("{}@example.com", "a".repeat(80)));
        user.person.first_name = Some("f".repeat(40));
        user.person.last_name = None;
    });
    let path = format!("users/{}/", user.id);
    let read = site.send(&site.admin, "GET", &path, "").await.body;

    let put = site.send(&site.admin, "PUT", &path, &read).await;
    let by_itself = site.send(&user, "PUT", &path, &read).await;

    assert_eq!((put.status, &put.body), (200, &read));
    assert_eq!((by_itself.status, &by_itself.body), (200, &read));
    let other = format!(r#"{{"first_name": "{}"}}"#, "g".repeat(40));
    assert_eq!(
        site.send(&site.admin, "PATCH", &path, &other).await.status,
        400
    );
}

#[actix_web::test]
async fn user_cannot_change_own_protected_fields() {
    let site = Site::new();
    let cannot = |names: &str| format!(r#"{{"detail": "Cannot change {names}"}}"#);
    let long = format!(r#"{{"first_name": "{}", "email": "nope"}}"#, "n".repeat(31));
    let table: [(&str, u16, String); 9] = [
        (r#"{"is_active": false}"#, 403, cannot("is_active")),
        (
            r#"{"is_active": "true", "last_name": 1}"#,
            403,
            cannot("last_name, is_active"),
        ),
        (&long, 403, cannot("first_name")),
        (r#"{"username": []}"#, 403, cannot("username")),
        (
            r#"{"is_superuser": 1, "first_name": "x"}"#,
            403,
            DENIED.to_owned(),
        ),
        (
            r#"{"is_superuser": "x", "first_name": "x"}"#,
            400,
            r#"{"is_superuser": ["Invalid boolean value."]}"#.to_owned(),
        ),
        (
            r#"{"first_name": null}"#,
            400,
            r#"{"first_name": ["This field cannot be null."]}"#.to_owned(),
        ),
        (r#"{"username": ""}"#, 403, cannot("username")),
        (
            "[]",
            400,
            r#"{"non_field_errors": ["Invalid data"]}"#.to_owned(),
        ),
    ];
    let before = site.send(&site.alice, "GET", "users/3/", "").await.body;
    for (body, status, expected) in &table {
        site.check(
            &site.alice,
            "PATCH",
            "users/3/",
            &[(body, *status, expected)],
        )
        .await;
    }
    let same = r#"{"is_active": true, "is_superuser": null, "first_name": "First"}"#;
    let answer = site.send(&site.alice, "PATCH", "users/3/", same).await;
    assert_eq!((answer.status, answer.body), (200, before));
}

#[actix_web::test]
async fn admins_of_an_organization_change_its_members_but_no_superuser() {
    let site = Site::new();
    site.check(&site.mia, "PATCH", "users/3/", &[("{}", 403, DENIED)])
        .await;
    site.check(&site.olga, "PATCH", "users/5/", &[("[]", 403, DENIED)])
        .await;
    site.check(
        &site.olga,
        "PATCH",
        "users/3/",
        &[(r#"{"is_superuser": "True"}"#, 403, DENIED)],
    )
    .await;
    let promoted = site
        .send(
            &site.admin,
            "PATCH",
            "users/3/",
            r#"{"is_superuser": true}"#,
        )
        .await;
    assert_eq!(promoted.status, 200);
    for (method, body) in [
        ("PATCH", "{}"),
        ("PUT", r#"{"username": "alice"}"#),
        ("DELETE", ""),
    ] {
        site.check(&site.olga, method, "users/3/", &[(body, 403, DENIED)])
            .await;
    }
}

#[actix_web::test]
async fn the_last_superuser_stays_one() {
    let site = Site::new();
    let refused = r#"{"detail": "Cannot change is_superuser"}"#;
    let body = r#"{"username": "admin", "first_name": "Changed"}"#;
    site.check(&site.admin, "PUT", "users/1/", &[(body, 403, refused)])
        .await;
    assert_eq!(site.member("users/1/", "first_name").await, "First");
    let cannot = r#"{"detail": "Cannot delete user"}"#;
    site.check(&site.admin, "DELETE", "users/1/", &[("", 403, cannot)])
        .await;

    let second = r#"{"username": "two", "password": "p", "is_superuser": true}"#;
    assert_eq!(
        site.send(&site.admin, "POST", "users/", second)
            .await
            .status,
        201
    );
    let given_up = site.send(&site.admin, "PUT", "users/1/", body).await;
    assert_eq!(given_up.status, 200);
    assert!(given_up.body.contains(r#""is_superuser": false"#));
}

#[actix_web::test]
async fn filters_count_when_one_is_written() {
    let site = Site::new();
    let not_found = r#"{"detail": "Not found"}"#;
    for method in ["PUT", "PATCH", "DELETE"] {
        site.check(
            &site.admin,
            method,
            "users/4/?username=alice",
            &[("{}", 404, not_found)],
        )
        .await;
        let bogus = r#"{"detail": "User has no field named 'bogus'"}"#;
        site.check(
            &site.admin,
            method,
            "users/4/?bogus=1",
            &[("{}", 400, bogus)],
        )
        .await;
    }
    let body = r#"{"last_name": "L"}"#;
    assert_eq!(
        site.send(&site.admin, "PATCH", "users/4/?username=bob", body)
            .await
            .status,
        200
    );
}

#[actix_web::test]
async fn faults_are_reported_in_the_order_body_right_representation() {
    let site = Site::new();
    let status = async |caller, body: &'static str| {
        let request = request("POST", "/api/v1/users/")
            .insert_header(("Authorization", site.app.token(caller)))
            .insert_header(("Accept", "application/xml"))
            .insert_header(("Content-Type", JSON))
            .set_payload(body);
        site.app.send(request).await.status
    };

    assert_eq!(status(site.alice.id, "{}").await, 403);
    assert_eq!(status(site.alice.id, "{").await, 400);
    assert_eq!(status(site.olga.id, r#"{"is_superuser": "1"}"#).await, 403);
    assert_eq!(status(site.olga.id, "{}").await, 406);
}

#[actix_web::test]
async fn forms_create_and_carry_other_methods() {
    let site = Site::new();
    let admin = site.app.token(site.admin.id);
    let form = async |path, body| {
        let kind = "application/x-www-form-urlencoded";
        site.send_with(&admin, "POST", path, (kind, body))
            .await
            .status
    };

    assert_eq!(
        form(
            "users/",
            "username=a&username=f&password=p&is_superuser=False"
        )
        .await,
        201
    );
    assert_eq!(site.member("users/7/", "username").await, "f");
    let carried =
        "_method=PATCH&_content_type=application/json&_content=%7B%22last_name%22%3A%22L%22%7D";
    assert_eq!(form("users/7/", carried).await, 200);
    assert_eq!(site.member("users/7/", "last_name").await, "L");
    assert_eq!(form("users/7/", "_method=PATCH&last_name=M").await, 415);
    assert_eq!(form("users/7/", "_method=DELETE").await, 204);
}
