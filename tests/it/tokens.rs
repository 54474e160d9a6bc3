//! `/api/auth/`: tokens by password, one's own tokens, and logging out.

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use profiled_domain::{TokenRepository, UserLookup, UserRepository};
use serde_json::{Value, json};

use crate::databases::on_both_databases;

on_both_databases!(
    every_login_gives_a_new_token_and_ends_none,
    own_tokens_are_listed_without_their_keys,
    a_key_is_shown_once_and_works_at_once,
    invalid_token_request_is_refused_with_all_messages,
    a_revoked_token_is_dead_at_once,
    logging_out_ends_the_token_of_the_request_alone,
    logging_out_everywhere_ends_every_credential,
    a_web_token_is_not_ended_alone,
    tokens_beyond_the_limit_are_refused_until_one_is_gone,
    the_lifetime_of_tokens_is_their_default_and_their_limit,
    a_service_that_stops_has_noted_the_use_of_tokens,
    every_active_user_may_manage_own_tokens,
    documents_and_pages_describe_writable_fields,
);

const TOKEN: &str = "/api/auth/token/";
const TOKENS: &str = "/api/auth/tokens/";
const ME: &str = "/api/users/me/";

fn staff(backend: Backend, settings: &[&str]) -> Service {
    Service::start(backend, Data::Staff, settings)
}

fn log_in(service: &Service, username: &str, password: &str) -> Answer {
    let body = json!({ "username": username, "password": password }).to_string();
    let nobody = service.client().anonymous();
    nobody.send(Request::json("POST", TOKEN, &body))
}

fn log_in_as_plain(service: &Service) -> Caller {
    let answer = log_in(service, "plain", "plain-pass-9");
    assert_eq!(answer.status, 200, "{}", answer.text());
    by_key(service, &answer.json()["token"])
}

fn by_key(service: &Service, key: &Value) -> Caller {
    let key = key.as_str().unwrap_or_default();
    service.client().authorization(&format!("Token {key}"))
}

fn create(caller: &Caller, body: &Value) -> Answer {
    caller.send(Request::json("POST", TOKENS, &body.to_string()))
}

/// The tokens on the first page of the list.
fn listed(caller: &Caller) -> Vec<Value> {
    let page = caller.get(TOKENS).json();
    page["results"].as_array().cloned().unwrap_or_default()
}

fn every_login_gives_a_new_token_and_ends_none(backend: Backend) {
    let service = staff(backend, &[]);
    let nobody = service.client().anonymous();
    let form = Request::new("POST", TOKEN)
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("username=plain&password=plain-pass-9");

    let answers = [
        log_in(&service, "plain", "plain-pass-9"),
        nobody.send(form),
        log_in(&service, "plain", "plain-pass-9"),
    ];

    let mut callers = vec![service.client().token("plain")];
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(
            answer
                .header("Cache-Control")
                .is_some_and(|value| value.contains("no-store"))
        );
        callers.push(by_key(&service, &answer.json()["token"]));
    }
    assert_ne!(answers[0].text(), answers[1].text());
    for caller in callers {
        assert_eq!(caller.get(TOKENS).json()["count"], 4);
    }
}

fn own_tokens_are_listed_without_their_keys(backend: Backend) {
    let service = staff(
        backend,
        &["dialects.drf.page_size=2", "dialects.drf.max_page_size=4"],
    );
    let caller = service.client().token("plain");
    for label in ["one", "two"] {
        assert_eq!(create(&caller, &json!({ "label": label })).status, 201);
    }

    let first = caller.get(TOKENS).json();
    let last = caller.get(&format!("{TOKENS}?page=last")).json();

    assert_eq!(first["count"], 3);
    let next = first["next"].as_str().unwrap_or_default();
    assert!(next.ends_with("/api/auth/tokens/?page=2"), "{next}");
    let names: Vec<&String> = first["results"][0].as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 6);
    assert_eq!(first["results"][0]["prefix"], "22222222");
    assert_eq!(
        first["results"][0]["created_at"],
        "2025-11-22T13:15:20.900000Z"
    );
    assert_eq!(first["results"][0]["expires_at"], Value::Null);
    assert_eq!(first["results"][1]["label"], "one");
    assert_eq!(last["results"][0]["label"], "two");
    assert_eq!(
        caller.get(&format!("{TOKENS}?page=9")).text(),
        r#"{"detail":"Invalid page."}"#
    );
    assert!(!caller.get(TOKENS).text().contains("222222222"));
}

fn a_key_is_shown_once_and_works_at_once(backend: Backend) {
    let service = staff(backend, &[]);
    let caller = service.client().token("MasterAdmin");
    let wish = json!({
        "label": "  Tür 1 ", "expires_at": "2999-01-02T03:04:05.1+01:00",
        "id": 99, "key": "0".repeat(40), "prefix": "x", "owner": 2,
    });

    let created = create(&caller, &wish);

    assert_eq!(created.status, 201, "{}", created.text());
    let token = created.json();
    assert_eq!(token["label"], "Tür 1");
    assert_eq!(token["expires_at"], "2999-01-02T02:04:05.100000Z");
    let names = [
        "id",
        "prefix",
        "label",
        "created_at",
        "last_used_at",
        "expires_at",
        "key",
    ];
    let places: Vec<_> = names
        .map(|name| created.text().find(&format!("\"{name}\":")))
        .to_vec();
    assert!(places.iter().all(Option::is_some) && places.is_sorted());
    let key = token["key"].as_str().unwrap_or_default();
    assert_eq!((key.len(), token["prefix"].as_str()), (40, key.get(..8)));
    assert!(
        created
            .header("Cache-Control")
            .is_some_and(|value| value.contains("no-store"))
    );
    assert_eq!(by_key(&service, &token["key"]).get(ME).json()["id"], 1);
    assert!(!caller.get(TOKENS).text().contains(key));
}

fn invalid_token_request_is_refused_with_all_messages(backend: Backend) {
    let service = staff(backend, &[]);
    let caller = service.client().token("plain");
    let long = "x".repeat(101);
    let cases = [
        (
            json!({ "label": long, "expires_at": "soon" }),
            r#"{"label":["Ensure this field has no more than 100 characters."],"expires_at":["Datetime has wrong format. Use one of these formats instead: YYYY-MM-DDThh:mm[:ss[.uuuuuu]][+HH:MM|-HH:MM|Z]."]}"#,
        ),
        (
            json!({ "label": null, "expires_at": "2001-01-01T00:00:00Z" }),
            r#"{"label":["This field may not be null."],"expires_at":["Ensure this value is in the future."]}"#,
        ),
        (
            json!({ "label": "a\u{0}" }),
            r#"{"label":["Null characters are not allowed."]}"#,
        ),
        (
            json!([]),
            r#"{"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#,
        ),
    ];

    for (wish, expected) in cases {
        let answer = create(&caller, &wish);
        assert_eq!((answer.status, answer.text().as_str()), (400, expected));
    }
    assert_eq!(listed(&caller).len(), 1);
    let empty = caller.post(TOKENS);
    assert_eq!(empty.status, 201);
    assert_eq!(empty.json()["label"], "");
}

fn a_revoked_token_is_dead_at_once(backend: Backend) {
    let service = staff(backend, &[]);
    let caller = service.client().token("plain");
    let token = create(&caller, &json!({})).json();
    let other = by_key(&service, &token["key"]);
    let path = format!("{TOKENS}{}/", token["id"]);
    assert_eq!(other.get(TOKENS).status, 200);

    let revoked = caller.send(Request::new("DELETE", &path));
    let again = caller.send(Request::new("DELETE", &path));

    assert_eq!((revoked.status, revoked.text().as_str()), (204, ""));
    let dead = other.get(TOKENS);
    assert_eq!(
        (dead.status, dead.text().as_str()),
        (401, r#"{"detail":"Invalid token."}"#)
    );
    assert_eq!(again.status, 404);
    assert_eq!(
        again.text(),
        r#"{"detail":"No Token matches the given query."}"#
    );
}

fn logging_out_ends_the_token_of_the_request_alone(backend: Backend) {
    let service = staff(backend, &[]);
    let one = log_in_as_plain(&service);
    let other = log_in_as_plain(&service);

    let ended = one.post("/api/auth/logout/");

    assert_eq!((ended.status, ended.text().as_str()), (204, ""));
    assert_eq!(one.get(TOKENS).status, 401);
    assert_eq!(one.post("/api/auth/logout/").status, 401);
    assert_eq!(other.get(TOKENS).status, 200);
}

fn logging_out_everywhere_ends_every_credential(backend: Backend) {
    let service = staff(backend, &[]);
    let (one, other) = (log_in_as_plain(&service), log_in_as_plain(&service));
    let (imported, bearer) = (service.client().token("plain"), service.client().bearer(2));
    let somebody_else = service.client().token("MasterAdmin");
    assert_eq!(bearer.post("/api/profile/").status, 200);

    let ended = one.post("/api/auth/logoutall/");

    assert_eq!((ended.status, ended.text().as_str()), (204, ""));
    for caller in [&one, &other, &imported] {
        assert_eq!(caller.get(TOKENS).status, 401);
        assert_eq!(caller.get("/api/v1/me/").status, 401);
    }
    assert_eq!(bearer.post("/api/profile/").status, 401);
    assert_eq!(somebody_else.get(ME).status, 200);
    assert_eq!(log_in_as_plain(&service).get(TOKENS).json()["count"], 1);
}

fn a_web_token_is_not_ended_alone(backend: Backend) {
    let service = staff(backend, &["dialects.drf.authenticators=token,jwt"]);
    let bearer = service.client().bearer(1);

    let refused = bearer.post("/api/auth/logout/");

    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("/api/auth/logoutall/"));
    assert_eq!(bearer.get(ME).status, 200);
    assert_eq!(bearer.post("/api/auth/logoutall/").status, 204);
    assert_eq!(bearer.get(ME).status, 401);
}

fn tokens_beyond_the_limit_are_refused_until_one_is_gone(backend: Backend) {
    let service = staff(backend, &["auth.token.max_per_user=2"]);
    let caller = service.client().token("plain");
    let expected =
        r#"{"non_field_errors":["The limit of 2 tokens is reached: revoke one first."]}"#;
    let second = create(&caller, &json!({ "label": "second" })).json();

    let refused = [
        create(&caller, &json!({})),
        log_in(&service, "plain", "plain-pass-9"),
    ];

    for answer in refused {
        assert_eq!((answer.status, answer.text().as_str()), (400, expected));
    }
    assert_eq!(log_in(&service, "plain", "wrong").status, 400);
    let path = format!("{TOKENS}{}/", second["id"]);
    assert_eq!(caller.send(Request::new("DELETE", &path)).status, 204);
    assert_eq!(log_in(&service, "plain", "plain-pass-9").status, 200);
    assert_eq!(
        create(&service.client().token("MasterAdmin"), &json!({})).status,
        201
    );
}

fn the_lifetime_of_tokens_is_their_default_and_their_limit(backend: Backend) {
    let service = staff(backend, &["auth.token.lifetime=3600"]);
    let caller = service.client().token("plain");
    log_in_as_plain(&service);

    let by_default = create(&caller, &json!({ "expires_at": null })).json();
    let later = create(&caller, &json!({ "expires_at": "2999-01-01T00:00:00Z" }));
    let end = by_default["expires_at"].clone();

    let hours = |token: &Value| {
        let instant = |name: &str| {
            let text = token[name].as_str().unwrap_or_default();
            text.parse::<chrono::DateTime<chrono::Utc>>().unwrap()
        };
        instant("expires_at") - instant("created_at")
    };
    assert_eq!(hours(&by_default), chrono::Duration::hours(1));
    assert_eq!(hours(&listed(&caller)[1]), chrono::Duration::hours(1));
    assert_eq!(later.status, 400);
    let message = later.json()["expires_at"][0].clone();
    let start = "Ensure this value is less than or equal to 2";
    assert!(
        message.as_str().is_some_and(|text| text.starts_with(start)),
        "{message}"
    );
    // What ends before the limit of now ends before that of then.
    assert_eq!(create(&caller, &json!({ "expires_at": end })).status, 201);
    assert_eq!(
        listed(&caller)[0]["expires_at"],
        Value::Null,
        "imported tokens stay"
    );
}

fn a_service_that_stops_has_noted_the_use_of_tokens(backend: Backend) {
    let mut service = staff(backend, &[]);
    let caller = service.client().token("plain");
    let id = listed(&caller)[0]["id"].as_i64();

    service.stop();

    let store = service.store();
    let owner = store.find_user(&UserLookup::Username("plain".to_owned()));
    let tokens = store.list_tokens(owner.unwrap().unwrap().id).unwrap();
    let token = tokens.iter().find(|token| Some(token.state.id.0) == id);
    assert!(token.unwrap().state.last_used_at.is_some());
}

fn every_active_user_may_manage_own_tokens(backend: Backend) {
    let service = staff(backend, &[]);
    let client = service.client();

    for user in ["plain", "minimal", "superonly"] {
        assert_eq!(client.token(user).get(TOKENS).json()["count"], 1, "{user}");
    }
    for path in [TOKENS, "/api/auth/logout/", "/api/auth/logoutall/"] {
        let inactive = client.token("inactive").post(path);
        assert_eq!(
            inactive.text(),
            r#"{"detail":"User inactive or deleted."}"#,
            "{path}"
        );
        assert_eq!(client.anonymous().post(path).status, 401, "{path}");
    }
}

fn documents_and_pages_describe_writable_fields(backend: Backend) {
    let service = staff(backend, &[]);
    let caller = service.client().token("plain");
    let options = caller.send(Request::new("OPTIONS", TOKENS)).json();
    let page = |path: &str| caller.send(Request::new("GET", path).header("Accept", "text/html"));
    let form = Request::new("POST", TOKENS)
        .header("Accept", "text/html")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body("label=by+form&expires_at=");

    let written = caller.send(form);

    assert_eq!(options["name"], "Token List");
    assert_eq!(options["actions"]["POST"]["expires_at"]["type"], "datetime");
    assert_eq!(options["actions"]["POST"]["key"]["read_only"], true);
    assert!(page(TOKENS).text().contains("name=\"label\""));
    assert_eq!(page("/api/auth/logout/").status, 405);
    assert_eq!(written.status, 201);
    assert!(written.text().contains("by form"));
    assert_eq!(listed(&caller)[1]["expires_at"], Value::Null);
}
