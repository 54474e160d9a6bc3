//! Projects with settings of simplejwt that are not its defaults, dumped and imported: their clients are answered alike by real
//! Django and by the service.

use std::path::Path;
use std::process::Command;

use acceptance::python::Python;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::jwt_packages::PACKAGES;
use crate::jwt_tokens::{post, text};

const SCRIPT: &str = "simplejwt_settings.py";
const KEY: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const DOCUMENT: &str = include_str!("../../docs/dialects/jwt.md");

/// The code that the document gives for writing settings as JSON.
fn dump_code() -> &'static str {
    let code = DOCUMENT.split("```python\n").nth(1).unwrap();
    code.split("```").next().unwrap()
}

/// A project, and what its clients ask.
struct Project {
    simple_jwt: Value,
    blacklist: bool,
    tokens: Value,
    requests: Vec<(&'static str, Option<&'static str>, Value)>,
}

/// What came of it: the service with the imported settings, tokens by name, and the warnings.
struct Moved {
    service: Service,
    tokens: Value,
    warnings: Value,
}

fn token(kind: &str) -> Value {
    json!({"kind": kind, "user": "alice"})
}

fn with(kind: &str, change: &Value) -> Value {
    let mut token = token(kind);
    for (name, value) in change.as_object().unwrap() {
        token[name] = value.clone();
    }
    token
}

impl Project {
    fn asked(&self) -> Value {
        json!({
            "simple_jwt": self.simple_jwt, "secret_key": KEY, "blacklist": self.blacklist,
            "dump_code": dump_code(), "tokens": self.tokens,
            "requests": self.requests.iter().map(|(path, value, body)| json!([path, value, body])).collect::<Vec<_>>(),
        })
    }

    /// Asks Django, imports what it dumps, and asks the service the same.
    fn move_over(&self, python: &Python) -> Moved {
        let theirs = python.run(SCRIPT, &self.asked());
        let (settings, warnings) = imported(&theirs["dump"]);
        // Tests have a key of their own otherwise.
        let none = ["auth.jwt.signing_key="].into_iter();
        let settings: Vec<&str> = none.chain(settings.iter().map(String::as_str)).collect();
        let data = theirs["data"].as_str().unwrap();
        let service = Service::start(Backend::Sqlite, Data::Dump(data), &settings);
        let moved = Moved {
            service,
            tokens: theirs["tokens"].clone(),
            warnings,
        };
        for (number, request) in self.requests.iter().enumerate() {
            let ours = moved.ask(&self.simple_jwt, request);
            assert_alike(
                &theirs["answers"][number],
                &ours,
                &format!("{number}: {request:?}"),
            );
        }
        moved
    }
}

/// Settings of ours as `--set` takes them, and the warnings.
fn imported(dump: &Value) -> (Vec<String>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("simplejwt.json");
    std::fs::write(&file, dump.to_string()).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_profiled-of-acceptance"));
    let mut command = Command::new(program);
    let command = command
        .args(["--json", "import", "settings-simplejwt"])
        .arg(&file);
    let output = command.current_dir(folder.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let settings = report["settings"].as_object().unwrap();
    let settings = settings.iter().map(|(key, value)| match value {
        Value::String(text) => format!("{key}={text}"),
        Value::Array(_) if key == "auth.jwt.audience" => format!("{key}={value}"),
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| item.as_str().unwrap()).collect();
            format!("{key}={}", items.join(","))
        }
        other => format!("{key}={other}"),
    });
    (settings.collect(), report["warnings"].clone())
}

impl Moved {
    fn ask(&self, simple_jwt: &Value, (path, value, body): &(&str, Option<&str>, Value)) -> Answer {
        let name = simple_jwt["AUTH_HEADER_NAME"].as_str();
        let name = name.map_or("Authorization".to_owned(), |name| {
            name.trim_start_matches("HTTP_").replace('_', "-")
        });
        let body = if body.is_null() {
            json!({})
        } else {
            body.clone()
        };
        let mut request = Request::json("POST", path, &self.filled(&body.to_string()));
        if let Some(value) = value {
            request = request.header(&name, &self.filled(value));
        }
        self.service.client().anonymous().send(request)
    }

    fn filled(&self, text: &str) -> String {
        let tokens = self.tokens.as_object().unwrap().iter();
        tokens.fold(text.to_owned(), |text, (name, token)| {
            text.replace(&format!("{{{name}}}"), token.as_str().unwrap())
        })
    }
}

/// Refusals are the same byte for byte. Bodies of success have the same members, and tokens in them the same claims.
fn assert_alike(theirs: &Value, ours: &Answer, request: &str) {
    let challenge = ours.header("WWW-Authenticate");
    assert_eq!(
        json!([ours.status, challenge]),
        json!([theirs[0], theirs[2]]),
        "{request}: {}\n{}",
        ours.text(),
        theirs[1]
    );
    let text = theirs[1].as_str().unwrap();
    if ours.status != 200 {
        assert_eq!(ours.text(), text, "{request}");
        return;
    }
    let (ours, theirs): (Value, Value) = (ours.json(), serde_json::from_str(text).unwrap());
    if let Some(username) = theirs.get("username") {
        assert_eq!(&ours["username"], username, "{request}");
        return;
    }
    let names = |body: &Value| {
        body.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&ours), names(&theirs), "{request}");
    for name in names(&ours) {
        let [ours, theirs] = [&ours, &theirs].map(|body| claims(body[&name].as_str().unwrap()));
        assert_eq!(shape(&ours), shape(&theirs), "{request}: {name}");
    }
}

/// Claims in their order.
fn claims(token: &str) -> Vec<(String, Value)> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap());
    let text = String::from_utf8(payload.unwrap()).unwrap();
    let claims: Value = serde_json::from_str(&text).unwrap();
    let mut claims: Vec<_> = claims.as_object().unwrap().clone().into_iter().collect();
    claims.sort_by_key(|(name, _)| text.find(&format!("\"{name}\":")));
    claims
}

/// Claims with the life of the token to ten seconds, and without other instants and what is random.
fn shape(claims: &[(String, Value)]) -> Vec<(String, Value)> {
    let made = claims.iter().find(|(name, _)| name == "iat");
    let made = made.unwrap().1.as_i64().unwrap();
    let shaped = claims.iter().map(|(name, value)| {
        let value = match value.as_i64() {
            Some(at) if name == "exp" => json!((at - made + 5) / 10 * 10),
            Some(at) if at >= made => json!("instant"),
            _ if value.as_str().is_some_and(|text| text.len() == 32) => json!("random"),
            _ => value.clone(),
        };
        (name.clone(), value)
    });
    shaped.collect()
}

fn python(test: &str) -> Option<Python> {
    Python::with(test, "simplejwt", &PACKAGES)
}

const PROFILE: &str = "/api/profile/";
const LOGIN: (&str, &str) = ("alice", "alice-pass-9");

fn login() -> Value {
    json!({"username": LOGIN.0, "password": LOGIN.1})
}

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

#[test]
fn project_with_sliding_tokens_moves_over() {
    let Some(python) = python("project_with_sliding_tokens_moves_over") else {
        return;
    };
    let classes = ["AccessToken", "SlidingToken"]
        .map(|name| format!("rest_framework_simplejwt.tokens.{name}"));
    let project = Project {
        simple_jwt: json!({
            "AUTH_TOKEN_CLASSES": classes, "SLIDING_TOKEN_LIFETIME": 900, "SLIDING_TOKEN_REFRESH_LIFETIME": 3600,
            "SLIDING_TOKEN_REFRESH_EXP_CLAIM": "until", "UPDATE_LAST_LOGIN": true, "BLACKLIST_AFTER_ROTATION": true,
        }),
        blacklist: true,
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
    };

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

/// Claims of a token that another service makes, which is good for a minute.
fn foreign(key: &str, algorithm: &str, claims: &Value) -> Value {
    json!({"claims": claims, "seconds": {"exp": 60}, "key": key, "algorithm": algorithm})
}

#[test]
fn tokens_of_a_third_party_without_type_and_id_are_taken() {
    let Some(python) = python("tokens_of_a_third_party_without_type_and_id_are_taken") else {
        return;
    };
    let made = |claims: Value| foreign(KEY, "HS256", &claims);
    let project = Project {
        simple_jwt: json!({"TOKEN_TYPE_CLAIM": null, "JTI_CLAIM": null, "SIGNING_KEY": KEY}),
        blacklist: false,
        tokens: json!({
            "plain": made(json!({"user_id": "2"})), "number": made(json!({"user_id": 2})),
            "access": made(json!({"user_id": "2", "token_type": "access", "jti": "x"})),
            "odd": made(json!({"user_id": "2", "jti": 7})), "nobody": made(json!({})),
            "forged": foreign(&KEY.replace('0', "1"), "HS256", &json!({"user_id": "2"})),
            "endless": json!({"claims": {"user_id": "2"}, "key": KEY, "algorithm": "HS256"}),
            "refresh": made(json!({"user_id": "2", "token_type": "refresh"})),
        }),
        requests: vec![
            (PROFILE, Some("Bearer {plain}"), Value::Null),
            (PROFILE, Some("Bearer {number}"), Value::Null),
            (PROFILE, Some("Bearer {access}"), Value::Null),
            (PROFILE, Some("Bearer {odd}"), Value::Null),
            (PROFILE, Some("Bearer {nobody}"), Value::Null),
            (PROFILE, Some("Bearer {forged}"), Value::Null),
            (PROFILE, Some("Bearer {endless}"), Value::Null),
            ("/api/token/verify/", None, json!({"token": "{plain}"})),
            ("/api/token/verify/", None, json!({"token": "{forged}"})),
        ],
    };

    let moved = project.move_over(&python);

    // None are made, and a refresh token is not let in, as it is by simplejwt.
    let client = moved.service.client();
    for path in [
        "/api/token/",
        "/api/token/refresh/",
        "/api/token/blacklist/",
    ] {
        assert_eq!(post(&client, path, &login()).status, 404, "{path}");
    }
    let refresh = client
        .authorization(&moved.filled("Bearer {refresh}"))
        .post(PROFILE);
    assert!(
        refresh.text().contains("Token has wrong type"),
        "{}",
        refresh.text()
    );
}

#[test]
fn tokens_are_judged_by_a_public_key_of_every_kind() {
    let Some(python) = python("tokens_are_judged_by_a_public_key_of_every_kind") else {
        return;
    };
    for algorithm in ["ES512", "ES256K", "RS384", "PS512", "EdDSA"] {
        let pair = python.run("simplejwt.py", &json!({"generate": algorithm}));
        let claims = json!({"user_id": "2", "token_type": "access", "jti": "x"});
        let private = pair["private"].as_str().unwrap();
        let project = Project {
            simple_jwt: json!({"ALGORITHM": algorithm, "VERIFYING_KEY": pair["public"]}),
            blacklist: false,
            tokens: json!({
                "good": foreign(private, algorithm, &claims),
                "forged": foreign(pair["public"].as_str().unwrap(), "none", &claims),
            }),
            requests: vec![
                (PROFILE, Some("Bearer {good}"), Value::Null),
                (PROFILE, Some("Bearer {good}x"), Value::Null),
                ("/api/token/verify/", None, json!({"token": "{good}"})),
            ],
        };
        let mut project = project;
        project.tokens.as_object_mut().unwrap().remove("forged");

        let moved = project.move_over(&python);

        let client = moved.service.client();
        assert_eq!(
            post(&client, "/api/token/", &login()).status,
            404,
            "{algorithm}"
        );
    }
}

#[test]
fn tokens_are_judged_by_the_keys_of_a_url() {
    let Some(python) = python("tokens_are_judged_by_the_keys_of_a_url") else {
        return;
    };
    let pair = python.run("simplejwt.py", &json!({"generate": "ES512"}));
    let private = pair["private"].as_str().unwrap();
    let key = format!("auth.jwt.signing_key={private}");
    let publisher = Service::start(
        Backend::Sqlite,
        Data::Nothing,
        &[&key, "auth.jwt.algorithm=ES512"],
    );
    let keys = publisher
        .client()
        .anonymous()
        .get("/.well-known/jwks.json")
        .json();
    let claims = json!({"user_id": "2", "token_type": "access", "jti": "x"});
    let named = |kid: &Value| {
        let mut token = foreign(private, "ES512", &claims);
        token["header"] = json!({"kid": kid});
        token
    };
    let project = Project {
        simple_jwt: json!({
            "ALGORITHM": "ES512", "JWK_URL": format!("http://{}/.well-known/jwks.json", publisher.address()),
        }),
        blacklist: false,
        tokens: json!({
            "good": named(&keys["keys"][0]["kid"]), "other": named(&json!("other")),
            "unnamed": foreign(private, "ES512", &claims),
        }),
        requests: vec![
            (PROFILE, Some("Bearer {good}"), Value::Null),
            (PROFILE, Some("Bearer {other}"), Value::Null),
            (PROFILE, Some("Bearer {unnamed}"), Value::Null),
            (PROFILE, Some("Bearer {good}x"), Value::Null),
            ("/api/token/verify/", None, json!({"token": "{good}"})),
        ],
    };

    let moved = project.move_over(&python);

    assert_eq!(moved.warnings, json!([]));
}
