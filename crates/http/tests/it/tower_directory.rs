//! Lists, details and their rights in dialect `tower`.

use std::collections::BTreeMap;

use profiled_domain::{
    DirectoryRepository, Membership, NewOrganization, NewTeam, OrganizationId, TeamId, UserId,
    UserRepository,
};
use serde_json::Value;

use crate::app::{Answer, TestApp, get, now, request};

/// Two organizations, each with a team. `chief` administers the first and is no member of it; `alice` and
/// `bob` are, `alice` is in its team; `carol` is in the second and its team; `erin` is nowhere, `idle` may
/// not log in.
pub struct Directory {
    pub app: TestApp,
    ids: BTreeMap<&'static str, UserId>,
    one: OrganizationId,
    two: OrganizationId,
    team: TeamId,
}

impl Directory {
    pub fn new() -> Self {
        let app = TestApp::new();
        let names = ["root", "chief", "alice", "bob", "carol", "erin", "idle"];
        let ids: BTreeMap<&str, UserId> = names
            .into_iter()
            .map(|name| {
                let user = app.user(name, |user| {
                    user.is_superuser = name == "root";
                    user.is_active = name != "idle";
                });
                (name, user.id)
            })
            .collect();
        let organization = |name: &str| {
            let new = NewOrganization {
                name: name.to_owned(),
                description: format!("{name}, described"),
            };
            let made = app
                .repository
                .create_organization(&new, Some(ids["root"]), now());
            made.unwrap().id
        };
        let (two, one) = (organization("Two"), organization("One"));
        let team = |name: &str, organization| {
            let new = NewTeam {
                organization,
                name: name.to_owned(),
                description: String::new(),
            };
            app.repository.create_team(&new, None, now()).unwrap().id
        };
        let (other, team) = (team("A", two), team("B", one));
        let members = [
            (Membership::OrganizationAdmin(one), "chief"),
            (Membership::OrganizationUser(one), "alice"),
            (Membership::OrganizationUser(one), "bob"),
            (Membership::OrganizationUser(two), "carol"),
            (Membership::TeamUser(team), "alice"),
            (Membership::TeamUser(other), "carol"),
        ];
        for (membership, name) in members {
            let added = app
                .repository
                .add_to(membership, ids[name], Some(ids["root"]), now());
            assert!(added.unwrap());
        }
        Self {
            app,
            ids,
            one,
            two,
            team,
        }
    }

    pub fn token(&self, name: &str) -> String {
        self.app.token(self.ids[name])
    }

    fn id(&self, name: &str) -> i64 {
        self.ids[name].0
    }

    async fn get(&self, name: &str, path: &str) -> Answer {
        self.app.send(get(path, &self.token(name))).await
    }

    async fn status(&self, name: &str, path: &str) -> u16 {
        self.get(name, path).await.status
    }

    /// Values of a member of the objects on a list.
    async fn listed(&self, name: &str, path: &str, member: &str) -> Vec<String> {
        let answer = self.get(name, path).await;
        assert_eq!(answer.status, 200, "{name} {path}: {}", answer.body);
        let page: Value = serde_json::from_str(&answer.body).unwrap();
        let results = page["results"].as_array().unwrap();
        assert_eq!(page["count"], results.len(), "{path}");
        let values = results.iter().map(|object| &object[member]);
        values
            .map(|value| value.as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

#[actix_web::test]
async fn lists_have_what_the_caller_may_see_in_their_own_order() {
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
async fn sublists_are_cut_to_what_the_caller_may_see() {
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
        ("alice", format!("users/{carol}/?username=bob"), 404),
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
        .delete_organization(one, None, now())
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
async fn bodies_name_the_mount_that_was_asked() {
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
async fn pages_are_linked_with_what_was_asked() {
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
async fn me_asks_the_database_only_for_relations() {
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
    let gone = directory
        .app
        .repository
        .remove_from(membership, alice, None, now());
    let again = get(path, &token).insert_header(("If-None-Match", tag));
    assert!(gone.unwrap());
    assert_eq!(directory.app.send(again).await.status, 200);
}

#[actix_web::test]
async fn options_tell_what_may_be_sent_to_those_who_may() {
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
async fn what_a_query_does_wrong_stops_a_write() {
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
    let key = profiled_domain::UserKey::Id(UserId(bob));
    let found = directory.app.repository.find_user(&key).unwrap();
    assert!(found.is_some_and(|user| user.is_active));
}
