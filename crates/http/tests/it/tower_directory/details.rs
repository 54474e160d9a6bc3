//! Single objects, and what is missing or forbidden.

use profiled_domain::{OrganizationRepository, UserId, UserLookup, UserRepository, WriteContext};

use serde_json::Value;

use super::Directory;
use crate::app::{now, request};

#[actix_web::test]
async fn details_are_missing_or_forbidden() {
    let directory = Directory::new();
    let (alice, carol, idle) = (
        directory.id("alice"),
        directory.id("carol"),
        directory.id("idle"),
    );
    let (one, two, team) = (directory.one, directory.two, directory.team);
    let cases = [
        ("alice", format!("users/{alice}/"), 200),
        (
            "alice",
            format!("users/00{alice}/?username=alice&page=9"),
            200,
        ),
        ("alice", format!("users/{alice}/?username=bob"), 404),
        ("alice", format!("users/{alice}/?bogus=1"), 400),
        ("alice", format!("users/{alice}/?order_by=bogus"), 400),
        ("alice", format!("users/{alice}/?password=x"), 403),
        ("alice", format!("users/{carol}/"), 403),
        // What is not to be read is told before what a query selects of it.
        ("alice", format!("users/{carol}/?username=bob"), 403),
        ("alice", format!("users/{carol}/?username=carol"), 403),
        ("alice", format!("users/{carol}/?bogus=1"), 403),
        ("alice", format!("users/{carol}/?password=x"), 403),
        ("alice", "users/999/?bogus=1".to_owned(), 404),
        ("alice", "users/999/".to_owned(), 404),
        ("alice", "users/0/".to_owned(), 404),
        ("root", "users/99999999999999999999/".to_owned(), 404),
        ("root", format!("users/{idle}/"), 404),
        ("alice", format!("organizations/{one}/"), 200),
        ("alice", format!("organizations/{two}/"), 403),
        ("alice", "organizations/999/".to_owned(), 404),
        ("alice", format!("teams/{team}/"), 200),
        ("bob", format!("teams/{team}/"), 403),
        ("alice", format!("users/{carol}/organizations/"), 403),
        ("root", format!("users/{idle}/organizations/"), 403),
        ("root", format!("users/{idle}/credentials/"), 403),
        ("alice", "users/999/projects/".to_owned(), 404),
        ("alice", "organizations/999/users/".to_owned(), 404),
        ("alice", format!("organizations/{two}/inventories/"), 403),
        (
            "alice",
            format!("organizations/{one}/inventories/?bogus=1"),
            200,
        ),
        (
            "alice",
            format!("organizations/{one}/projects/?page=2"),
            404,
        ),
        ("bob", format!("teams/{team}/permissions/"), 403),
    ];

    for (name, path, expected) in cases {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let path = format!("/api/v1/{path}");
            let token = directory.token(name);
            let sent = request(method, &path).insert_header(("Authorization", token));
            let answer = directory.app.send(sent).await;
            let is_filtered = path.contains('?');
            if method != "OPTIONS" || !is_filtered {
                assert_eq!(answer.status, expected, "{name} {method} {path}");
            }
            assert!(answer.header("Allow").is_some(), "{path}");
        }
    }
}

#[actix_web::test]
async fn a_deleted_organization_leaves_its_teams() {
    let directory = Directory::new();
    let (one, team) = (directory.one, directory.team);
    directory
        .app
        .repository
        .delete_organization(one, WriteContext::operator(now()))
        .unwrap();

    let left = directory
        .get("root", &format!("/api/v1/teams/{team}/"))
        .await;

    assert!(
        left.body.contains("\"organization\": null"),
        "{}",
        left.body
    );
    assert!(!left.body.contains("organizations/"), "{}", left.body);
    assert_eq!(
        directory
            .status("root", &format!("/api/v1/organizations/{one}/"))
            .await,
        404
    );
    assert_eq!(
        directory
            .status("root", &format!("/api/v1/organizations/{one}/users/"))
            .await,
        403
    );
}

#[actix_web::test]
async fn urls_in_bodies_are_below_the_mount_of_the_request() {
    let directory = Directory::new();
    let one = directory.one;

    for mount in ["/api/v1/", "/api/v2/"] {
        let path = format!("{mount}organizations/{one}/");
        let body = directory.get("root", &path).await.body;
        let root = directory.id("root");
        let expected = format!(
            r#"{{"id": {one}, "type": "organization", "url": "{path}", "related": {{"created_by": "{mount}users/{root}/", "modified_by": "{mount}users/{root}/", "admins": "{path}admins/", "users": "{path}users/", "inventories": "{path}inventories/", "activity_stream": "{path}activity_stream/", "projects": "{path}projects/", "teams": "{path}teams/"}}, "summary_fields": {{"created_by": {{"id": {root}, "username": "root", "first_name": "First", "last_name": "Last"}}, "modified_by": {{"id": {root}, "username": "root", "first_name": "First", "last_name": "Last"}}}}, "created": "2025-11-24T16:00:00.123Z", "modified": "2025-11-24T16:00:00.123Z", "name": "One", "description": "One, described"}}"#
        );
        assert_eq!(body, expected);
    }
}

#[actix_web::test]
async fn options_describe_writable_fields_to_callers_who_may_write() {
    let directory = Directory::new();
    let has_post = async |name: &str, path: String| {
        let token = directory.token(name);
        let sent = request("OPTIONS", &format!("/api/v1/{path}?bogus=1"));
        let answer = directory
            .app
            .send(sent.insert_header(("Authorization", token)))
            .await;
        assert_eq!(answer.status, 200, "{path}");
        answer.body.contains("\"POST\": {")
    };
    let members = format!("organizations/{}/users/", directory.one);

    assert!(has_post("chief", "users/".to_owned()).await);
    assert!(!has_post("alice", "users/".to_owned()).await);
    assert!(has_post("root", "organizations/".to_owned()).await);
    assert!(!has_post("chief", "organizations/".to_owned()).await);
    assert!(!has_post("chief", "teams/".to_owned()).await);
    assert!(has_post("bob", members).await);
}

#[actix_web::test]
async fn invalid_query_stops_a_write() {
    let directory = Directory::new();
    let bob = directory.id("bob");

    for (method, query, expected) in [
        ("PATCH", "bogus=1", 400),
        ("DELETE", "bogus=1", 400),
        ("DELETE", "password=x", 403),
        ("DELETE", "order_by=bogus", 400),
    ] {
        let sent = request(method, &format!("/api/v1/users/{bob}/?{query}"));
        let sent = sent.insert_header(("Authorization", directory.token("root")));
        let sent = sent.insert_header(("Content-Type", "application/json"));
        let answer = directory.app.send(sent.set_payload("{}")).await;
        assert_eq!(answer.status, expected, "{method} {query}");
    }
    let key = UserLookup::Id(UserId(bob));
    let found = directory.app.repository.find_user(&key).unwrap();
    assert!(found.is_some_and(|user| user.is_active));
}

#[actix_web::test]
async fn options_of_events_describe_each_field_with_its_label() {
    let directory = Directory::new();

    for path in ["/api/v1/activity_stream/", "/api/v2/activity_stream/6/"] {
        let ask =
            request("OPTIONS", path).insert_header(("Authorization", directory.token("root")));
        let answer = directory.app.send(ask).await;
        let document: Value = serde_json::from_str(&answer.body).unwrap();

        let fields = document["actions"]["GET"].as_object().unwrap();
        let told: Vec<_> = fields
            .iter()
            .map(|(name, field)| {
                (
                    name.as_str(),
                    field["type"].as_str(),
                    field["label"].as_str(),
                )
            })
            .collect();
        let expected = [
            ("id", Some("integer"), Some("ID")),
            ("type", Some("multiple choice"), None),
            ("url", Some("string"), None),
            ("related", Some("object"), None),
            ("summary_fields", Some("object"), None),
            ("timestamp", Some("datetime"), Some("timestamp")),
            ("operation", Some("multiple choice"), Some("operation")),
            ("changes", Some("field"), None),
            ("object1", Some("string"), Some("object1")),
            ("object2", Some("string"), Some("object2")),
        ];
        let in_order = |mut list: Vec<_>| {
            list.sort_unstable();
            list
        };
        assert_eq!(in_order(told), in_order(expected.to_vec()), "{path}");
    }
}
