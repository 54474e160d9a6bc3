//! What tokens leave.

use serde_json::{Value, json};

use super::requests::{
    PASSWORD, ada, authorization, jti, pair, send, stranger, trail, with_people,
};
use super::{all_contents, assert_absent};
use crate::sandbox::Sandbox;

#[test]
fn refreshed_reused_and_blacklisted_tokens_are_recorded() {
    Sandbox::on_each_database("the trail of refresh tokens", |sandbox| {
        with_people(sandbox);
        let rotates = [
            "auth.jwt.rotate_refresh_tokens",
            "auth.jwt.blacklist_after_rotation",
        ];
        let rotates = rotates.map(|key| format!("{key}=true"));
        let service = sandbox.start(&["serve", "--set", &rotates[0], "--set", &rotates[1]]);
        let post = |path: &str, token: &str| {
            send(
                &service,
                &format!("POST {path}"),
                &[],
                &json!({ "refresh": token }),
            )
        };

        let first = send(&service, "POST /api/token/", &[], &pair("ada", PASSWORD)).text("refresh");
        let next = post("/api/token/refresh/", &first);
        let (second, access) = (next.text("refresh"), next.text("access"));
        assert_eq!(post("/api/token/refresh/", &first).status, 401);
        assert_eq!(post("/api/token/blacklist/", &second).status, 200);
        assert_eq!(post("/api/token/blacklist/", &second).status, 401);
        assert_eq!(post("/api/token/refresh/", "no.token.atall").status, 401);
        assert_eq!(post("/api/token/refresh/", &access).status, 401);

        let name = |token: &str| format!("jwt:{}", jti(token));
        let line = |action: &str, token: &str, outcome: &str| {
            let more = json!({ "object": name(token), "user": 1, "outcome": outcome });
            stranger(action, &more)
        };
        let refused = |action: &str, token: &str, reason: &str| {
            let mut line = line(action, token, "refused");
            line["reason"] = reason.into();
            line
        };
        let mut exchanged = line("token.refresh", &first, "done");
        exchanged["made"] = format!("{},{}", name(&access), name(&second)).into();
        let bad = json!({ "outcome": "refused", "reason": "bad_token" });
        let expected = [
            exchanged,
            refused("token.refresh", &first, "revoked"),
            line("token.revoke", &second, "done"),
            refused("token.revoke", &second, "revoked"),
            stranger("token.refresh", &bad),
            refused("token.refresh", &access, "bad_token"),
        ];
        let trail = trail(service);
        assert_eq!(all_contents(&trail[2..]), expected);
        assert_absent(&trail, &[&first, &second, &access, "no.token"]);
    });
}

#[test]
fn created_and_revoked_tokens_are_recorded_with_their_actor() {
    Sandbox::on_each_database("the trail of tokens", |sandbox| {
        with_people(sandbox);
        let settings = [
            "auth.token.max_per_user=4",
            "dialects.drf.authenticators=token,jwt",
        ];
        let service = sandbox.start(&["serve", "--set", settings[0], "--set", settings[1]]);
        let body = pair("ada", PASSWORD);
        let obtain = |path: &str| send(&service, &format!("POST {path}"), &[], &body);
        let key = obtain("/api/auth/token/").text("token");
        let tower = obtain("/api/v1/authtoken/").text("token");
        let access = obtain("/api/token/").text("access");
        let own = authorization("Token", &key);

        let made = send(
            &service,
            "POST /api/auth/tokens/",
            &own,
            &json!({ "label": "Laptop" }),
        );
        let (made_key, third) = (made.text("key"), authorization("Token", &made.text("key")));
        let more =
            |headers: &[String]| send(&service, "POST /api/auth/tokens/", headers, &json!({}));
        let fourth = more(&third);
        let limit = more(&third);
        let delete = |path: &str| send(&service, &format!("DELETE {path}"), &own, &json!({}));
        let deleted = [
            delete("/api/auth/tokens/4/").status,
            delete("/api/auth/tokens/4/").status,
        ];
        let ended = send(
            &service,
            "DELETE /api/v1/authtoken/",
            &authorization("Token", &tower),
            &json!({}),
        );
        let unknown = send(
            &service,
            "DELETE /api/v1/authtoken/",
            &authorization("Token", &tower),
            &json!({}),
        );
        let logout = send(&service, "POST /api/auth/logout/", &third, &json!({}));
        let bearer = authorization("Bearer", &access);
        let all = send(&service, "POST /api/auth/logoutall/", &bearer, &json!({}));

        assert_eq!([made.status, fourth.status, limit.status], [201, 201, 400]);
        assert_eq!(deleted, [204, 404]);
        assert_eq!(
            [ended.status, unknown.status, logout.status, all.status],
            [204; 4]
        );
        let token = |id: i64| json!({ "object": format!("token:{id}"), "user": 1 });
        let refused = |reason: &str, mut more: Value| {
            more["outcome"] = "refused".into();
            more["reason"] = reason.into();
            more
        };
        let by_jwt = format!("jwt:{}", jti(&access));
        let expected = [
            ada("token.create", "token:1", &token(3)),
            ada("token.create", "token:3", &token(4)),
            ada(
                "token.create",
                "token:3",
                &refused("limit", json!({ "user": 1 })),
            ),
            ada("token.revoke", "token:1", &token(4)),
            ada("token.revoke", "token:1", &refused("missing", token(4))),
            ada("token.revoke", "token:2", &token(2)),
            ada("token.revoke", "token:3", &token(3)),
            ada(
                "credentials.revoke",
                &by_jwt,
                &json!({ "object": "user:1" }),
            ),
        ];
        let trail = trail(service);
        assert_eq!(all_contents(&trail[6..]), expected);
        assert_absent(
            &trail,
            &[&key, &tower, &access, &made_key, "Laptop", PASSWORD],
        );
    });
}
