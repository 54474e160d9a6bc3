//! What lists have, for whom, in which order and pages.

use profiled_domain::{Membership, MembershipRepository, WriteContext};
use serde_json::Value;

use super::Directory;
use crate::app::{get, now};

#[actix_web::test]
async fn lists_show_readable_objects_in_their_default_order() {
    let directory = Directory::new();
    let cases: [(&str, &str, &str, &[&str]); 12] = [
        (
            "root",
            "users/",
            "username",
            &["root", "chief", "alice", "bob", "carol", "erin"],
        ),
        (
            "chief",
            "users/",
            "username",
            &["root", "chief", "alice", "bob", "carol", "erin"],
        ),
        ("alice", "users/", "username", &["alice", "bob"]),
        ("erin", "users/", "username", &["erin"]),
        ("root", "organizations/", "name", &["One", "Two"]),
        ("chief", "organizations/", "name", &["One"]),
        ("bob", "organizations/", "name", &["One"]),
        ("erin", "organizations/", "name", &[]),
        ("root", "teams/", "name", &["B", "A"]),
        ("chief", "teams/", "name", &["B"]),
        ("bob", "teams/", "name", &[]),
        ("carol", "teams/", "name", &["A"]),
    ];

    for (name, list, member, expected) in cases {
        for mount in ["/api/v1/", "/api/v2/"] {
            let path = format!("{mount}{list}");
            assert_eq!(
                directory.listed(name, &path, member).await,
                expected,
                "{name} {path}"
            );
        }
    }
}

#[actix_web::test]
async fn org_admins_may_be_kept_to_their_organizations() {
    let mut directory = Directory::new();
    directory.app.dialects.tower.org_admins_see_all_users = false;

    let seen = directory
        .listed("chief", "/api/v1/users/", "username")
        .await;

    assert_eq!(seen, ["chief", "alice", "bob"]);
}

#[actix_web::test]
async fn sublists_show_readable_objects_only() {
    let directory = Directory::new();
    let (alice, one, two, team) = (
        directory.id("alice"),
        directory.one,
        directory.two,
        directory.team,
    );
    let cases: [(&str, String, &str, &[&str]); 11] = [
        (
            "root",
            format!("organizations/{one}/users/"),
            "username",
            &["alice", "bob"],
        ),
        (
            "root",
            format!("organizations/{one}/admins/"),
            "username",
            &["chief"],
        ),
        (
            "bob",
            format!("organizations/{one}/admins/"),
            "username",
            &[],
        ),
        ("bob", format!("organizations/{one}/teams/"), "name", &[]),
        (
            "chief",
            format!("organizations/{one}/teams/"),
            "name",
            &["B"],
        ),
        (
            "root",
            format!("organizations/{two}/teams/"),
            "name",
            &["A"],
        ),
        (
            "chief",
            format!("teams/{team}/users/"),
            "username",
            &["alice"],
        ),
        (
            "bob",
            format!("users/{alice}/organizations/"),
            "name",
            &["One"],
        ),
        ("bob", format!("users/{alice}/teams/"), "name", &[]),
        (
            "root",
            format!("users/{alice}/admin_of_organizations/"),
            "name",
            &[],
        ),
        (
            "chief",
            format!("users/{}/admin_of_organizations/", directory.id("chief")),
            "name",
            &["One"],
        ),
    ];

    for (name, list, member, expected) in cases {
        let path = format!("/api/v1/{list}");
        assert_eq!(
            directory.listed(name, &path, member).await,
            expected,
            "{name} {path}"
        );
    }
}

#[actix_web::test]
async fn events_are_seen_where_the_caller_belongs() {
    let directory = Directory::new();
    let (alice, one, team) = (directory.id("alice"), directory.one, directory.team);
    let operations = |name: &'static str, list: String| {
        let directory = &directory;
        async move {
            let path = format!("/api/v1/{list}activity_stream/");
            directory.listed(name, &path, "operation").await.len()
        }
    };

    assert_eq!(operations("root", String::new()).await, 10);
    assert_eq!(operations("bob", String::new()).await, 2);
    assert_eq!(operations("erin", String::new()).await, 0);
    assert_eq!(operations("root", format!("organizations/{one}/")).await, 4);
    assert_eq!(operations("root", format!("teams/{team}/")).await, 2);
    assert_eq!(operations("root", format!("users/{alice}/")).await, 2);
    let event = directory.get("root", "/api/v1/activity_stream/6/").await;
    assert!(
        event.body.contains("\"operation\": \"associate\""),
        "{}",
        event.body
    );
    assert_eq!(
        directory.status("bob", "/api/v1/activity_stream/6/").await,
        200
    );
    assert_eq!(
        directory
            .status("carol", "/api/v1/activity_stream/6/")
            .await,
        403
    );
    assert_eq!(
        directory
            .status("carol", "/api/v1/activity_stream/99/")
            .await,
        404
    );
}

#[actix_web::test]
async fn page_links_keep_the_query() {
    let directory = Directory::new();
    let page = async |query: &str| -> Value {
        let path = format!("/api/v1/users/?{query}");
        serde_json::from_str(&directory.get("root", &path).await.body).unwrap()
    };

    let middle = page("page=2&search=%40example.com&page_size=2").await;
    let last = page("page_size=4&page=last").await;

    assert_eq!(middle["count"], 6);
    assert_eq!(
        middle["next"],
        "/api/v1/users/?page=3&search=%40example.com&page_size=2"
    );
    assert_eq!(
        middle["previous"],
        "/api/v1/users/?page=1&search=%40example.com&page_size=2"
    );
    assert_eq!(last["results"].as_array().unwrap().len(), 2);
    assert_eq!(last["next"], Value::Null);
    assert_eq!(directory.status("root", "/api/v1/users/?page=8").await, 404);
    assert_eq!(
        directory.status("root", "/api/v1/users/?id=0&page=1").await,
        200
    );
}

#[actix_web::test]
async fn me_is_filtered_as_a_list_and_its_tag_covers_the_result() {
    let directory = Directory::new();
    let cases = [
        ("", 1),
        ("?username=alice&search=last", 1),
        ("?username=bob", 0),
        ("?not__username=bob&or__id=0&or__email__endswith=.com", 1),
        ("?organizations__name=One", 1),
        ("?organizations__name=Two", 0),
        ("?teams=none", 0),
        ("?type=team", 0),
    ];

    for (query, expected) in cases {
        let listed = directory
            .listed("alice", &format!("/api/v1/me/{query}"), "username")
            .await;
        assert_eq!(listed.len(), expected, "{query}");
    }
    let (token, path) = (directory.token("alice"), "/api/v1/me/?teams__name=B");
    let first = directory.app.send(get(path, &token)).await;
    let tag = first.header("ETag").unwrap().to_owned();
    let membership = Membership::TeamUser(directory.team);
    let alice = directory.ids["alice"];
    let gone =
        directory
            .app
            .repository
            .remove_from(membership, alice, WriteContext::operator(now()));
    let again = get(path, &token).insert_header(("If-None-Match", tag));
    assert!(gone.unwrap());
    assert_eq!(directory.app.send(again).await.status, 200);
}
