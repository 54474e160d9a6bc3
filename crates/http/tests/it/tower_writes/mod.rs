//! What Tower's clients write, over the in-memory repository: rules beside those that recorded cases show.

mod membership;
mod named;
mod pages;
mod passwords;
mod users;

use profiled_domain::{
    Membership, MembershipRepository, NewOrganization, NewTeam, OrganizationId,
    OrganizationRepository, TeamId, TeamRepository, User, WriteContext,
};

use crate::app::{Response, TestApp, now, request};

const ONE: OrganizationId = OrganizationId(1);
const TWO: OrganizationId = OrganizationId(2);
const TEAM: TeamId = TeamId(1);
const DENIED: &str = r#"{"detail": "You do not have permission to perform this action."}"#;

/// Two organizations and their people.
struct Site {
    app: TestApp,
    admin: User,
    /// Administers One.
    olga: User,
    /// Member of One, and of its only team.
    alice: User,
    bob: User,
    /// Member of Two.
    carol: User,
    /// Administers Two, and is its member.
    mia: User,
}

impl Site {
    fn new() -> Self {
        Self::of(TestApp::new())
    }

    fn of(app: TestApp) -> Self {
        let admin = app.user("admin", |user| user.is_superuser = true);
        let [olga, alice, bob, carol, mia] =
            ["olga", "alice", "bob", "carol", "mia"].map(|name| app.user(name, |_| ()));
        let repository = &app.repository;
        for name in ["One", "Two"] {
            let new = NewOrganization {
                name: name.to_owned(),
                description: String::new(),
            };
            repository
                .create_organization(&new, WriteContext::operator(now()))
                .unwrap();
        }
        let team = NewTeam {
            organization: ONE,
            name: "Team".to_owned(),
            description: "d".to_owned(),
        };
        repository
            .create_team(&team, WriteContext::operator(now()))
            .unwrap();
        for (membership, user) in [
            (Membership::OrganizationAdmin(ONE), &olga),
            (Membership::OrganizationUser(ONE), &alice),
            (Membership::OrganizationUser(ONE), &bob),
            (Membership::TeamUser(TEAM), &alice),
            (Membership::OrganizationUser(TWO), &carol),
            (Membership::OrganizationUser(TWO), &mia),
            (Membership::OrganizationAdmin(TWO), &mia),
        ] {
            repository
                .add_to(membership, user.id, WriteContext::operator(now()))
                .unwrap();
        }
        Self {
            app,
            admin,
            olga,
            alice,
            bob,
            carol,
            mia,
        }
    }

    async fn send(&self, caller: &User, method: &str, path: &str, body: &str) -> Response {
        let token = self.app.token(caller.id);
        self.send_with(&token, method, path, ("application/json", body))
            .await
    }

    async fn send_with(
        &self,
        credentials: &str,
        method: &str,
        path: &str,
        (content_type, body): (&str, &str),
    ) -> Response {
        let request = request(method, &format!("/api/v1/{path}"))
            .insert_header(("Authorization", credentials))
            .insert_header(("Content-Type", content_type))
            .set_payload(body.to_owned());
        self.app.send(request).await
    }

    /// Status and body of an answer to each of several bodies of one request.
    async fn check(&self, caller: &User, method: &str, path: &str, table: &[(&str, u16, &str)]) {
        for (body, status, expected) in table {
            let answer = self.send(caller, method, path, body).await;
            assert_eq!(
                (answer.status, answer.body.as_str()),
                (*status, *expected),
                "{method} {path} {body}"
            );
        }
    }

    /// A member of the object that a superuser reads.
    async fn member(&self, path: &str, name: &str) -> serde_json::Value {
        let answer = self.send(&self.admin, "GET", path, "").await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let object: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        object.get(name).unwrap().clone()
    }
}
