//! What changes by requests leave.

use serde_json::json;

use super::requests::{PASSWORD, ada, authorization, pair, send, trail, with_people};
use super::{all_contents, assert_absent};
use crate::sandbox::Sandbox;

#[test]
fn every_change_by_a_request_leaves_one_line_without_any_value() {
    Sandbox::on_each_database("the trail of changes by requests", |sandbox| {
        with_people(sandbox);
        let service = sandbox.start(&["serve"]);
        let log_in = pair("ada", PASSWORD);
        let key = send(&service, "POST /api/auth/token/", &[], &log_in).text("token");
        let own = authorization("Token", &key);
        let ask = |request: &str, body| send(&service, request, &own, &body).status;

        let names = json!({ "first_name": "Nomen", "last_name": "Nescio" });
        assert_eq!(ask("PATCH /api/users/me/", names), 200);
        let wrong = json!({ "password": "another-secret-1", "current_password": "wrong-secret-1" });
        assert_eq!(ask("PATCH /api/users/me/", wrong), 400);
        let same = json!({ "password": PASSWORD, "current_password": PASSWORD });
        assert_eq!(ask("PATCH /api/users/me/", same), 200);
        let other = json!({ "password": "another-secret-1", "current_password": PASSWORD });
        assert_eq!(ask("PATCH /api/users/me/", other), 200);
        assert_eq!(ask("POST /api/groups/", json!({ "name": "Crew" })), 201);
        assert_eq!(ask("PATCH /api/groups/1/", json!({ "notes": "Nota" })), 200);
        assert_eq!(ask("POST /api/groups/1/users/2/", json!({})), 204);
        assert_eq!(ask("DELETE /api/groups/1/users/2/", json!({})), 204);
        assert_eq!(ask("DELETE /api/groups/1/", json!({})), 204);
        assert_eq!(ask("DELETE /api/v1/users/1/", json!({})), 403);
        assert_eq!(ask("POST /api/auth/logoutall/", json!({})), 204);

        let line = |action: &str, more| ada(action, "token:1", &more);
        let member = json!({ "object": "group:1", "user": 2 });
        let expected = [
            line(
                "user.update",
                json!({ "object": "user:1", "fields": "first_name,last_name" }),
            ),
            line(
                "user.password",
                json!({ "object": "user:1", "outcome": "refused", "reason": "wrong_password" }),
            ),
            // Nothing was asked for that was not so already.
            line("user.update", json!({ "object": "user:1" })),
            line("user.password", json!({ "object": "user:1" })),
            line("group.create", json!({ "object": "group:1" })),
            line(
                "group.update",
                json!({ "object": "group:1", "fields": "notes" }),
            ),
            line("group.member.add", member.clone()),
            line("group.member.remove", member),
            line("group.delete", json!({ "object": "group:1" })),
            line("credentials.revoke", json!({ "object": "user:1" })),
        ];
        let trail = trail(service);
        let told = all_contents(&trail);
        let changes: Vec<_> = told
            .iter()
            .filter(|line| line["credential"] == "token:1")
            .collect();
        assert_eq!(changes, expected.iter().collect::<Vec<_>>());
        assert_absent(
            &trail,
            &[
                "Nomen",
                "Nescio",
                "another-secret",
                "wrong-secret",
                PASSWORD,
                &key,
                "Nota",
                "Crew",
            ],
        );
    });
}
