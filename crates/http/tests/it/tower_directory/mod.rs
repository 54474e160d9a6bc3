//! Lists, details and their rights in dialect `tower`.

use std::collections::BTreeMap;

use profiled_domain::{
    Authority, CredentialRef, Membership, MembershipRepository, NewOrganization, NewTeam,
    OrganizationId, OrganizationRepository, TeamId, TeamRepository, UserId, WriteContext,
};
use serde_json::Value;

use crate::app::{Response, TestApp, get, now};

mod details;
mod lists;

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
        let root = Authority {
            actor: ids["root"],
            epoch: 0,
            credential: CredentialRef::None,
            rights: Vec::new(),
        };
        let organization = |name: &str| {
            let new = NewOrganization {
                name: name.to_owned(),
                description: format!("{name}, described"),
            };
            let made = app
                .repository
                .create_organization(&new, WriteContext::caller(&root, now()));
            made.unwrap().id
        };
        let (two, one) = (organization("Two"), organization("One"));
        let team = |name: &str, organization| {
            let new = NewTeam {
                organization,
                name: name.to_owned(),
                description: String::new(),
            };
            app.repository
                .create_team(&new, WriteContext::operator(now()))
                .unwrap()
                .id
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
            let added =
                app.repository
                    .add_to(membership, ids[name], WriteContext::caller(&root, now()));
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

    async fn get(&self, name: &str, path: &str) -> Response {
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
