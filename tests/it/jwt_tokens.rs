//! `/api/token/` and the paths below it (contract `drf.md`, section 5).

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use acceptance::client::Client;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use profiled_domain::{ProfileRepository, RefreshTokenRepository, UserId};
use serde_json::{Value, json};

use crate::databases::on_both_databases;

on_both_databases!(
    a_log_in_gives_tokens_that_are_taken,
    refused_log_ins_get_the_same_answer,
    failed_log_ins_are_limited,
    log_in_is_recorded_if_the_setting_says_so,
    a_blacklisted_token_gives_no_other,
    a_reused_token_ends_its_family,
    parallel_refreshes_are_of_one_family,
    of_parallel_refreshes_one_wins_where_rotated_tokens_are_blacklisted,
    of_parallel_refreshes_at_two_servers_one_wins_without_a_grace,
    tokens_from_before_a_change_are_refused_after_it,
    public_keys_are_published_and_secrets_are_not,
);

const ALICE: (&str, &str) = ("alice", "alice-pass-9");
const NEW_PASSWORD: &str = "Brand-New-Secret-77";
const ROTATING: &str = "auth.jwt.rotate_refresh_tokens=true";

/// A key for tests: P-256, in PKCS#8.
pub const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7yLYgg7dKZecxAdw
jy5GAnh2w7n1zNOoVvbjXnrx83uhRANCAASQxoTTKk4kZdfNDVKRVn9vQErqYm4X
ZovP0IYmE0OXCmDD0GbOHMlutqqxSGgz7YcaFoA+K6Bg94FC/2f7xnCl
-----END PRIVATE KEY-----";

pub fn log_in(client: &Client, (username, password): (&str, &str)) -> Answer {
    let body = json!({"username": username, "password": password});
    post(client, "/api/token/", &body)
}

pub fn post(client: &Client, path: &str, body: &Value) -> Answer {
    let request = Request::json("POST", path, &body.to_string());
    client.anonymous().send(request)
}

pub fn refresh(client: &Client, token: &str) -> Answer {
    post(client, "/api/token/refresh/", &json!({"refresh": token}))
}

/// Refresh token and access token.
pub fn tokens(client: &Client) -> (String, String) {
    let answer = log_in(client, ALICE);
    assert_eq!(answer.status, 200, "{}", answer.text());
    (text(&answer, "refresh"), text(&answer, "access"))
}

pub fn text(answer: &Answer, name: &str) -> String {
    answer.json()[name].as_str().unwrap().to_owned()
}

fn profile(client: &Client, access: &str) -> Answer {
    let caller = client.authorization(&format!("Bearer {access}"));
    caller.post("/api/profile/")
}

fn id_of(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap();
    claims["jti"].as_str().unwrap().to_owned()
}

fn now() -> DateTime<Utc> {
    std::time::SystemTime::now().into()
}

fn assert_refused(answer: &Answer, detail: &str) {
    assert_eq!(answer.status, 401, "{}", answer.text());
    let expected = json!({"detail": detail, "code": "token_not_valid"});
    assert_eq!(answer.json(), expected);
    let challenge = answer.header("WWW-Authenticate");
    assert_eq!(challenge.as_deref(), Some(r#"Bearer realm="api""#));
}

fn a_log_in_gives_tokens_that_are_taken(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &[]);
    let client = service.client();

    let answer = log_in(&client, ALICE);

    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("Cache-Control").as_deref(), Some("no-store"));
    let (first, access) = (text(&answer, "refresh"), text(&answer, "access"));
    assert_eq!(profile(&client, &access).json()["username"], "alice");
    assert_eq!(profile(&client, &first).status, 401);
    let refreshed = refresh(&client, &first);
    assert_eq!(profile(&client, &text(&refreshed, "access")).status, 200);
    for token in [&first, &access] {
        let verified = post(&client, "/api/token/verify/", &json!({"token": token}));
        assert_eq!((verified.status, verified.text().as_str()), (200, "{}"));
    }
}

fn refused_log_ins_get_the_same_answer(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &["throttle.login="]);
    let client = service.client();
    let wrong = [
        ("alice", "wrong"),
        ("nobody", "alice-pass-9"),
        ("ALICE", "alice-pass-9"),
        ("inactive", "inactive-pass-9"),
        ("nopass", "!"),
    ];

    for pair in wrong {
        let answer = log_in(&client, pair);

        assert_eq!(answer.status, 401, "{pair:?}");
        let text = r#"{"detail":"No active account found with the given credentials"}"#;
        assert_eq!(answer.text(), text, "{pair:?}");
    }
    let nul = log_in(&client, ("alice\0", "alice-pass-9"));
    assert_eq!(nul.status, 400);
    assert_eq!(
        nul.json(),
        json!({"username": ["Null characters are not allowed."]})
    );
}

fn failed_log_ins_are_limited(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &["throttle.login=2/day"]);
    let client = service.client();
    let wrong = ("alice", "wrong");

    let statuses = [ALICE, wrong, ALICE, wrong, ALICE, wrong].map(|pair| log_in(&client, pair));

    assert_eq!(
        statuses.map(|answer| answer.status),
        [200, 401, 200, 401, 429, 429]
    );
    assert_eq!(log_in(&client, ("admin", "Correct-Horse-9")).status, 200);
}

fn log_in_is_recorded_if_the_setting_says_so(backend: Backend) {
    for (setting, is_recorded) in [("true", true), ("false", false)] {
        let setting = format!("auth.jwt.update_last_login={setting}");
        let service = Service::start(backend, Data::Jwt, &[&setting]);
        let last_login = || {
            let detail = profiled_domain::ProfileDepth::Account;
            let found = service.store().find_profile(UserId(2), detail).unwrap();
            found.unwrap().user.last_login
        };
        assert_eq!(last_login(), None);

        let _ = tokens(&service.client());

        assert_eq!(last_login().is_some(), is_recorded);
    }
}

fn a_blacklisted_token_gives_no_other(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &[]);
    let client = service.client();
    let (token, access) = tokens(&client);
    let blacklist = || post(&client, "/api/token/blacklist/", &json!({"refresh": token}));

    assert_eq!(blacklist().text(), "{}");

    assert_refused(&blacklist(), "Token is blacklisted");
    assert_refused(&refresh(&client, &token), "Token is blacklisted");
    let sibling = service.sibling();
    assert_refused(&refresh(&sibling.client(), &token), "Token is blacklisted");
    assert_eq!(profile(&client, &access).status, 200);

    let without = Service::start(backend, Data::Jwt, &["auth.jwt.blacklist=false"]);
    let answer = post(&without.client(), "/api/token/blacklist/", &json!({}));
    assert_eq!(answer.status, 404);
}

fn a_reused_token_ends_its_family(backend: Backend) {
    let settings = [ROTATING, "auth.jwt.rotation_grace=0"];
    let service = Service::start(backend, Data::Jwt, &settings);
    let client = service.client();
    let ((first, _), (other, _)) = (tokens(&client), tokens(&client));
    let second = text(&refresh(&client, &first), "refresh");

    assert_refused(&refresh(&client, &first), "Token is blacklisted");

    assert_refused(&refresh(&client, &second), "Token is blacklisted");
    assert_eq!(refresh(&client, &other).status, 200);
}

fn refresh_at_once(client: &Client, token: &str) -> Vec<Answer> {
    refresh_at_each(&[client; 8], token)
}

fn refresh_at_each(clients: &[&Client], token: &str) -> Vec<Answer> {
    let start = Barrier::new(clients.len());
    thread::scope(|scope| {
        let threads: Vec<_> = clients
            .iter()
            .map(|client| {
                scope.spawn(|| {
                    start.wait();
                    refresh(client, token)
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    })
}

fn parallel_refreshes_are_of_one_family(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &[ROTATING]);
    let client = service.client();
    let (first, _) = tokens(&client);

    let answers = refresh_at_once(&client, &first);

    let next: Vec<String> = answers.iter().map(|a| text(a, "refresh")).collect();
    let store = service.store();
    assert!(store.revoke_family(&id_of(&next[0]), now()).unwrap());
    for token in &next {
        assert_refused(&refresh(&client, token), "Token is blacklisted");
    }
}

fn of_parallel_refreshes_one_wins_where_rotated_tokens_are_blacklisted(backend: Backend) {
    let settings = [ROTATING, "auth.jwt.blacklist_after_rotation=true"];
    let service = Service::start(backend, Data::Jwt, &settings);
    let client = service.client();
    let (first, _) = tokens(&client);

    let answers = refresh_at_once(&client, &first);

    let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|a| a.status == 200);
    assert_eq!(won.len(), 1);
    for answer in lost {
        assert_refused(answer, "Token is blacklisted");
    }
    assert_eq!(refresh(&client, &text(won[0], "refresh")).status, 200);
}

fn of_parallel_refreshes_at_two_servers_one_wins_without_a_grace(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &[ROTATING, "auth.jwt.rotation_grace=0"]);
    let sibling = service.sibling();
    let clients = [service.client(), sibling.client()];
    let [one, other] = clients.each_ref();

    for _ in 0..5 {
        let (token, _) = tokens(one);
        let answers = refresh_at_each(&[one, other, one, other, one, other], &token);

        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|a| a.status == 200);
        assert_eq!(won.len(), 1);
        for answer in lost {
            assert_refused(answer, "Token is blacklisted");
        }
        // Nobody knows whose the first one was.
        assert_refused(
            &refresh(other, &text(won[0], "refresh")),
            "Token is blacklisted",
        );
    }
}

/// Logs in and refreshes until it is told to stop, and tells all tokens that it was given.
fn keep_asking(client: &Client, is_over: &AtomicBool, told: &Sender<(String, String)>) {
    while !is_over.load(Ordering::Relaxed) {
        let first = log_in(client, ALICE);
        if first.status != 200 {
            continue;
        }
        let (token, access) = (text(&first, "refresh"), text(&first, "access"));
        told.send((token.clone(), access)).unwrap();
        let next = refresh(client, &token);
        if next.status == 200 {
            let pair = (text(&next, "refresh"), text(&next, "access"));
            told.send(pair).unwrap();
        }
    }
}

fn change_password(client: &Client, access: &str) -> Answer {
    let body = json!({"password": NEW_PASSWORD, "current_password": ALICE.1});
    let request = Request::json("PATCH", "/api/profile/2/update/", &body.to_string());
    let caller = client.authorization(&format!("Bearer {access}"));
    caller.send(request)
}

/// Those that were asked for before the change and came after it are of before, too.
fn tokens_from_before_a_change_are_refused_after_it(backend: Backend) {
    let service = Service::start(backend, Data::Jwt, &[ROTATING, "throttle.login="]);
    let sibling = service.sibling();
    let clients = [service.client(), sibling.client()];
    let (kept_refresh, kept) = tokens(&clients[0]);
    let is_over = AtomicBool::new(false);
    let (sender, receiver) = channel();

    let (mut all, sent_before) = thread::scope(|scope| {
        for client in clients.iter().cycle().take(4) {
            let (told, is_over) = (sender.clone(), &is_over);
            scope.spawn(move || keep_asking(client, is_over, &told));
        }
        let before: Vec<_> = receiver.iter().take(8).collect();
        let changed = change_password(&clients[0], &kept);
        // Nothing that came before this line may be taken behind it.
        let refused = before.iter().all(|(_, access)| {
            let answers = clients.iter().map(|client| profile(client, access).status);
            answers.into_iter().all(|status| status == 401)
        });
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(changed.status, 200, "{}", changed.text());
        (before, refused)
    });
    drop(sender);
    all.extend(receiver.iter());

    assert!(sent_before);
    for (token, access) in &all {
        for client in &clients {
            assert_eq!(profile(client, access).status, 401);
            assert_refused(&refresh(client, token), "Token is blacklisted");
        }
    }
    for client in &clients {
        assert_eq!(log_in(client, ALICE).status, 401);
        assert_eq!(profile(client, &kept).status, 200);
        assert_refused(&refresh(client, &kept_refresh), "Token is blacklisted");
    }
    let again = log_in(&clients[0], ("alice", NEW_PASSWORD));
    assert_eq!(profile(&clients[1], &text(&again, "access")).status, 200);
}

fn public_keys_are_published_and_secrets_are_not(backend: Backend) {
    const PATH: &str = "/.well-known/jwks.json";
    let service = Service::start(backend, Data::Jwt, &[]);
    let keys = service.client().anonymous().get(PATH);
    assert_eq!((keys.status, keys.text().as_str()), (200, r#"{"keys":[]}"#));
    let cached = keys.header("Cache-Control");
    assert_eq!(cached.as_deref(), Some("public, max-age=300"));

    let key = format!("auth.jwt.signing_key={PRIVATE_KEY}");
    let settings = [key.as_str(), "auth.jwt.algorithm=ES256"];
    let service = Service::start(backend, Data::Jwt, &settings);
    let client = service.client();
    let accept = Request::new("GET", PATH).header("Accept", "application/jwk-set+json");
    let keys = client.anonymous().send(accept).json();

    let key = &keys["keys"][0];
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
    assert_eq!(key["alg"], "ES256");
    assert_eq!(key.get("d"), None);
    let (_, access) = tokens(&client);
    let header = access.split('.').next().unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    assert_eq!(header["kid"], key["kid"]);
    assert_eq!(profile(&client, &access).status, 200);

    let off = Service::start(backend, Data::Jwt, &["dialects.jwt.enabled=false"]);
    assert_eq!(off.client().anonymous().get(PATH).status, 404);
}
