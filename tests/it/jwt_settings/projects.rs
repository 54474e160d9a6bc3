//! Projects whose settings are not the defaults in one respect or another.

use acceptance::replay::wire::Request;
use serde_json::{Value, json};

use super::{KEY, LOGIN, PROFILE, Project, login, python, token, with};
use crate::jwt_tokens::{post, text};

#[test]
fn project_with_other_headers_claims_audiences_and_rotation_moves_over() {
    let Some(python) =
        python("project_with_other_headers_claims_audiences_and_rotation_moves_over")
    else {
        return;
    };
    let project = Project {
        simple_jwt: json!({
            "ALGORITHM": "HS384", "SIGNING_KEY": KEY.repeat(2), "AUTH_HEADER_TYPES": ["JWT", "Bearer"],
            "AUTH_HEADER_NAME": "HTTP_X_ACCESS_TOKEN", "AUDIENCE": ["profile-api", "other"],
            "ISSUER": "https://site.example", "LEEWAY": 30, "ACCESS_TOKEN_LIFETIME": 600,
            "REFRESH_TOKEN_LIFETIME": 7200, "ROTATE_REFRESH_TOKENS": true, "BLACKLIST_AFTER_ROTATION": true,
            "UPDATE_LAST_LOGIN": true, "USER_ID_CLAIM": "sub", "TOKEN_TYPE_CLAIM": "kind", "JTI_CLAIM": "token_id",
            "CHECK_REVOKE_TOKEN": true, "REVOKE_TOKEN_CLAIM": "pwd",
        }),
        blacklist: true,
        more: &[],
        tokens: json!({
            "access": token("AccessToken"), "refresh": token("RefreshToken"), "rotated": token("RefreshToken"),
            "late": with("AccessToken", &json!({"seconds": {"exp": -20}})),
            "old": with("AccessToken", &json!({"seconds": {"exp": -40}})),
            "blacklisted": with("RefreshToken", &json!({"blacklist": true})),
            "untyped": with("AccessToken", &json!({"remove": ["kind"]})),
            "unnamed": with("AccessToken", &json!({"remove": ["token_id"]})),
            "endless": with("AccessToken", &json!({"remove": ["exp"]})),
            "nobody": with("AccessToken", &json!({"remove": ["sub"]})),
            "changed": with("AccessToken", &json!({"set": {"pwd": "0123"}})),
            "idle": json!({"kind": "AccessToken", "user": "idle"}),
        }),
        requests: vec![
            (PROFILE, Some("JWT {access}"), Value::Null),
            (PROFILE, Some("Bearer {access}"), Value::Null),
            (PROFILE, Some("jwt {access}"), Value::Null),
            (PROFILE, Some("Token {access}"), Value::Null),
            (PROFILE, None, Value::Null),
            (PROFILE, Some("JWT"), Value::Null),
            (PROFILE, Some("Bearer {access} x"), Value::Null),
            (PROFILE, Some("JWT {late}"), Value::Null),
            (PROFILE, Some("JWT {old}"), Value::Null),
            (PROFILE, Some("JWT {refresh}"), Value::Null),
            (PROFILE, Some("JWT {untyped}"), Value::Null),
            (PROFILE, Some("JWT {unnamed}"), Value::Null),
            (PROFILE, Some("JWT {endless}"), Value::Null),
            (PROFILE, Some("JWT {nobody}"), Value::Null),
            (PROFILE, Some("JWT {changed}"), Value::Null),
            (PROFILE, Some("JWT {idle}"), Value::Null),
            ("/api/token/", None, login()),
            (
                "/api/token/",
                None,
                json!({"username": "alice", "password": "wrong"}),
            ),
            (
                "/api/token/",
                None,
                json!({"username": "idle", "password": "idle-pass-9"}),
            ),
            ("/api/token/refresh/", None, json!({"refresh": "{refresh}"})),
            ("/api/token/refresh/", None, json!({"refresh": "{refresh}"})),
            (
                "/api/token/refresh/",
                None,
                json!({"refresh": "{blacklisted}"}),
            ),
            ("/api/token/refresh/", None, json!({"refresh": "{access}"})),
            ("/api/token/verify/", None, json!({"token": "{access}"})),
            (
                "/api/token/verify/",
                None,
                json!({"token": "{blacklisted}"}),
            ),
            ("/api/token/verify/", None, json!({"token": "{unnamed}"})),
            (
                "/api/token/blacklist/",
                None,
                json!({"refresh": "{rotated}"}),
            ),
            (
                "/api/token/blacklist/",
                None,
                json!({"refresh": "{rotated}"}),
            ),
        ],
    };

    let moved = project.move_over(&python);

    assert_eq!(moved.warnings, json!([]));
    // The usual header is nothing here.
    let access = moved.tokens["access"].as_str().unwrap();
    let usual = moved
        .service
        .client()
        .authorization(&format!("JWT {access}"));
    assert_eq!(usual.post(PROFILE).status, 401);
}

/// Access and sliding tokens go with requests.
fn sliding() -> Project {
    let classes = ["AccessToken", "SlidingToken"]
        .map(|name| format!("rest_framework_simplejwt.tokens.{name}"));
    Project {
        simple_jwt: json!({
            "AUTH_TOKEN_CLASSES": classes, "SLIDING_TOKEN_LIFETIME": 900, "SLIDING_TOKEN_REFRESH_LIFETIME": 3600,
            "SLIDING_TOKEN_REFRESH_EXP_CLAIM": "until", "UPDATE_LAST_LOGIN": true, "BLACKLIST_AFTER_ROTATION": true,
        }),
        blacklist: true,
        more: &[],
        tokens: json!({
            "access": token("AccessToken"), "refresh": token("RefreshToken"), "sliding": token("SlidingToken"),
            "blacklisted": with("SlidingToken", &json!({"blacklist": true})),
            "spent": with("RefreshToken", &json!({"blacklist": true})),
            "old": with("SlidingToken", &json!({"seconds": {"exp": -5}})),
            "over": with("SlidingToken", &json!({"seconds": {"until": -5}})),
            "bare": with("SlidingToken", &json!({"remove": ["until"]})),
            "untyped": with("SlidingToken", &json!({"remove": ["token_type"]})),
            "endless": with("AccessToken", &json!({"remove": ["exp"]})),
            "nobody": with("SlidingToken", &json!({"remove": ["user_id"]})),
            "idle": json!({"kind": "SlidingToken", "user": "idle"}),
        }),
        requests: vec![
            (PROFILE, Some("Bearer {access}"), Value::Null),
            (PROFILE, Some("Bearer {sliding}"), Value::Null),
            (PROFILE, Some("Bearer {refresh}"), Value::Null),
            (PROFILE, Some("Bearer {blacklisted}"), Value::Null),
            (PROFILE, Some("Bearer {spent}"), Value::Null),
            (PROFILE, Some("Bearer {old}"), Value::Null),
            (PROFILE, Some("Bearer {over}"), Value::Null),
            (PROFILE, Some("Bearer {untyped}"), Value::Null),
            (PROFILE, Some("Bearer {endless}"), Value::Null),
            (PROFILE, Some("Bearer {nobody}"), Value::Null),
            (PROFILE, Some("Bearer {idle}"), Value::Null),
            (PROFILE, Some("Bearer nonsense"), Value::Null),
            ("/api/token/sliding/", None, login()),
            (
                "/api/token/sliding/",
                None,
                json!({"username": "alice", "password": "wrong"}),
            ),
            ("/api/token/sliding/", None, json!({})),
            (
                "/api/token/sliding/refresh/",
                None,
                json!({"token": "{sliding}"}),
            ),
            (
                "/api/token/sliding/refresh/",
                None,
                json!({"token": "{sliding}"}),
            ),
            (
                "/api/token/sliding/refresh/",
                None,
                json!({"token": "{access}"}),
            ),
            (
                "/api/token/sliding/refresh/",
                None,
                json!({"token": "{blacklisted}"}),
            ),
            (
                "/api/token/sliding/refresh/",
                None,
                json!({"token": "{old}"}),
            ),
            (
                "/api/token/sliding/refresh/",
                None,
                json!({"token": "{over}"}),
            ),
            (
                "/api/token/sliding/refresh/",
                None,
                json!({"token": "{bare}"}),
            ),
            (
                "/api/token/sliding/refresh/",
                None,
                json!({"token": "{untyped}"}),
            ),
            ("/api/token/sliding/refresh/", None, json!({})),
            ("/api/token/verify/", None, json!({"token": "{sliding}"})),
            (
                "/api/token/verify/",
                None,
                json!({"token": "{blacklisted}"}),
            ),
            ("/api/token/", None, login()),
            ("/api/token/refresh/", None, json!({"refresh": "{sliding}"})),
            (
                "/api/token/blacklist/",
                None,
                json!({"refresh": "{sliding}"}),
            ),
        ],
    }
}

#[test]
fn project_with_sliding_tokens_moves_over() {
    let Some(python) = python("project_with_sliding_tokens_moves_over") else {
        return;
    };
    let project = sliding();

    let moved = project.move_over(&python);

    assert_eq!(moved.warnings, json!([]));
    // A user who may not log in gets no other token, which simplejwt gives.
    let client = moved.service.client();
    let idle = post(
        &client,
        "/api/token/sliding/refresh/",
        &json!({"token": moved.tokens["idle"]}),
    );
    assert_eq!(idle.status, 401, "{}", idle.text());
    // A change of the password keeps the token that asks for it, and its successors, and ends all others.
    let [kept, ended] =
        [0; 2].map(|_| text(&post(&client, "/api/token/sliding/", &login()), "token"));
    let change = json!({"password": "Brand-New-Secret-77", "current_password": LOGIN.1});
    let [caller, other] =
        [&kept, &ended].map(|token| client.authorization(&format!("Bearer {token}")));
    let changed = caller.send(Request::json(
        "PATCH",
        "/api/profile/2/update/",
        &change.to_string(),
    ));
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(
        [caller.post(PROFILE).status, other.post(PROFILE).status],
        [200, 401]
    );
    let [slid, refused] = [&kept, &ended].map(|token| {
        post(
            &client,
            "/api/token/sliding/refresh/",
            &json!({"token": token}),
        )
    });
    assert_eq!([slid.status, refused.status], [200, 401]);
    let slid = client.authorization(&format!("Bearer {}", text(&slid, "token")));
    assert_eq!(slid.post(PROFILE).status, 200);
}

#[test]
fn project_with_sliding_tokens_alone_and_no_blacklist_moves_over() {
    let Some(python) = python("project_with_sliding_tokens_alone_and_no_blacklist_moves_over")
    else {
        return;
    };
    let project = Project {
        simple_jwt: json!({
            "AUTH_TOKEN_CLASSES": ["rest_framework_simplejwt.tokens.SlidingToken"], "CHECK_REVOKE_TOKEN": true,
            "AUTH_HEADER_TYPES": "JWT", "BLACKLIST_AFTER_ROTATION": true, "AUDIENCE": "one",
        }),
        blacklist: false,
        more: &[],
        tokens: json!({"access": token("AccessToken"), "sliding": token("SlidingToken")}),
        requests: vec![
            (PROFILE, Some("JWT {access}"), Value::Null),
            (PROFILE, Some("JWT {sliding}"), Value::Null),
            (PROFILE, Some("Bearer {sliding}"), Value::Null),
            ("/api/token/sliding/", None, login()),
            (
                "/api/token/sliding/refresh/",
                None,
                json!({"token": "{sliding}"}),
            ),
            ("/api/token/verify/", None, json!({"token": "{sliding}"})),
        ],
    };

    let moved = project.move_over(&python);

    let warnings = moved.warnings.as_array().unwrap();
    assert!(
        warnings[0]
            .as_str()
            .unwrap()
            .starts_with("BLACKLIST_AFTER_ROTATION does nothing")
    );
    assert_eq!(warnings.len(), 1);
    assert_eq!(
        post(&moved.service.client(), "/api/token/", &login()).status,
        404
    );
}

#[test]
fn project_with_claims_of_its_own_moves_over() {
    let Some(python) = python("project_with_claims_of_its_own_moves_over") else {
        return;
    };
    let project = Project {
        simple_jwt: json!({
            "TOKEN_OBTAIN_SERIALIZER": "__main__.NamedSerializer", "CHECK_REVOKE_TOKEN": true, "ISSUER": "site",
            "ROTATE_REFRESH_TOKENS": true,
        }),
        blacklist: false,
        more: &["auth.jwt.claims=name=username,email,last_name,full_name,is_staff"],
        tokens: json!({"refresh": with("RefreshToken", &json!({"set": {"name": "old", "shoe": 42}}))}),
        requests: vec![
            ("/api/token/", None, login()),
            ("/api/token/refresh/", None, json!({"refresh": "{refresh}"})),
        ],
    };

    let moved = project.move_over(&python);

    let warning = moved.warnings[0].as_str().unwrap();
    assert!(
        warning.starts_with("TOKEN_OBTAIN_SERIALIZER is code"),
        "{warning}"
    );
    assert!(warning.contains("auth.jwt.claims"), "{warning}");
}
