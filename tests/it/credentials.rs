//! Attack cases B and D3: opaque tokens, and what strangers can find out.

use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use serde_json::{Value, json};

use crate::databases::on_both_databases;

on_both_databases!(
    b3_a_dump_of_the_database_holds_no_credential,
    b4_tokens_of_disabled_deleted_and_erased_users_are_dead,
    b5_keys_are_compared_and_nothing_else,
    b7_parallel_requests_do_not_exceed_the_limit,
    d3_users_and_tokens_cannot_be_counted_off,
);

const TOKEN: &str = "/api/auth/token/";
const TOKENS: &str = "/api/auth/tokens/";
const ME: &str = "/api/users/me/";
/// The recorded password of staff's first user.
const PASSWORD: &str = "Correct-Horse-9";

fn staff(backend: Backend, settings: &[&str]) -> Service {
    Service::start(backend, Data::Staff, settings)
}

fn log_in(service: &Service) -> Answer {
    let body = json!({ "username": "MasterAdmin", "password": PASSWORD }).to_string();
    let nobody = service.client().anonymous();
    nobody.send(Request::json("POST", TOKEN, &body))
}

fn contains(dump: &[u8], text: &str) -> bool {
    dump.windows(text.len()).any(|part| part == text.as_bytes())
}

fn b3_a_dump_of_the_database_holds_no_credential(backend: Backend) {
    let service = staff(backend, &[]);
    let by_login = log_in(&service).json()["token"].clone();
    let caller = service.client().token("MasterAdmin");
    let wish = json!({ "label": "needle in the dump" }).to_string();
    let by_wish = caller.send(Request::json("POST", TOKENS, &wish)).json();
    let keys = [&by_login, &by_wish["key"]].map(|key| key.as_str().unwrap_or_default());

    let dump = service.dump();

    assert!(
        contains(&dump, "needle in the dump"),
        "the dump shows what is stored"
    );
    let imported = "f4e75eab6e0f663a972d145478d6fc4b81762070";
    for key in keys.into_iter().chain([imported]) {
        assert_eq!(key.len(), 40);
        // The first eight digits tell tokens apart, the rest is nowhere.
        assert!(!contains(&dump, &key[8..]));
        assert!(!contains(&dump, &key[8..].to_uppercase()));
        let bytes: Vec<u8> = (8..40)
            .step_by(2)
            .filter_map(|at| u8::from_str_radix(&key[at..at + 2], 16).ok())
            .collect();
        assert!(!dump.windows(bytes.len()).any(|part| part == bytes));
    }
    assert!(!contains(&dump, PASSWORD));
}

fn b4_tokens_of_disabled_deleted_and_erased_users_are_dead(backend: Backend) {
    let service = staff(backend, &[]);
    let client = service.client();
    let states = [
        ("minimal", "UPDATE users SET is_active = FALSE WHERE id = 4"),
        (
            "superonly",
            "UPDATE users SET deleted_at = '2025-11-30 00:00:00' WHERE id = 7",
        ),
        ("unicode.کاربر", "DELETE FROM users WHERE id = 6"),
    ];

    for (user, sql) in states {
        let caller = client.token(user);
        assert_eq!(caller.get(ME).status, 200, "{user}");
        // SQLite keeps references only where it is told to.
        let foreign_keys = match backend {
            Backend::Sqlite => "PRAGMA foreign_keys = ON;",
            Backend::Postgres => "",
        };
        service.execute(&format!("{foreign_keys} {sql}"));
        for (method, path) in [
            ("GET", ME),
            ("GET", TOKENS),
            ("POST", TOKENS),
            ("GET", "/api/users/"),
        ] {
            let answer = caller.send(Request::new(method, path));
            assert_eq!(answer.status, 401, "{user} {method} {path}");
            assert!(!answer.text().contains(user));
        }
    }
}

fn b5_keys_are_compared_and_nothing_else(backend: Backend) {
    let service = staff(backend, &[]);
    let keys = [
        "'",
        "''",
        "'or'1'='1",
        "x';DROP/**/TABLE/**/tokens;--",
        "%",
        "f4e75eab%",
        "________",
        "f4e75eab6e0f663a972d145478d6fc4b8176207_",
        "\\",
        "$1",
        "?1",
        "NULL",
    ];

    for key in keys {
        let answer = service
            .client()
            .authorization(&format!("Token {key}"))
            .get(ME);
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (401, r#"{"detail":"Invalid token."}"#),
            "{key}"
        );
    }
    let caller = service.client().token("MasterAdmin");
    for path in ["%25/", "1'/", "1%20or%201=1/", "%00/", "-1/", "1.0/"] {
        let answer = caller.send(Request::new("DELETE", &format!("{TOKENS}{path}")));
        assert_eq!(answer.status, 404, "{path}");
    }
    let names = [
        "' OR 1=1 --",
        "Master%",
        "MasterAdmin'--",
        "MasterAdmin\u{0}",
    ];
    for name in names {
        let body = json!({ "username": name, "password": PASSWORD }).to_string();
        let answer = caller.send(Request::json("POST", TOKEN, &body));
        assert_eq!(answer.status, 400, "{name}");
    }
    assert_eq!(caller.get(TOKENS).json()["count"], 1);
}

fn b7_parallel_requests_do_not_exceed_the_limit(backend: Backend) {
    let service = staff(backend, &["auth.token.max_per_user=5"]);
    let caller = service.client().token("plain");

    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let requests: Vec<_> = (0..100)
            .map(|_| scope.spawn(|| caller.post(TOKENS).status))
            .collect();
        requests
            .into_iter()
            .map(|request| request.join().unwrap())
            .collect()
    });

    let made = statuses.iter().filter(|status| **status == 201).count();
    assert!(
        statuses
            .iter()
            .all(|status| [201, 400, 503].contains(status)),
        "{statuses:?}"
    );
    assert!(made <= 4, "{statuses:?}");
    let held = caller.get(TOKENS).json()["count"].clone();
    assert_eq!(held, made + 1);
    let refill = (made..4)
        .map(|_| caller.post(TOKENS).status)
        .all(|status| status == 201);
    assert!(refill && caller.post(TOKENS).status == 400);
}

fn d3_users_and_tokens_cannot_be_counted_off(backend: Backend) {
    let service = staff(backend, &[]);
    let client = service.client();
    let same = |answers: &[Answer]| {
        let first = (
            answers[0].status,
            answers[0].text(),
            answers[0].headers.len(),
        );
        let all = answers
            .iter()
            .map(|answer| (answer.status, answer.text(), answer.headers.len()));
        all.into_iter().all(|answer| answer == first)
    };
    let walk = |caller: &acceptance::client::Caller, method: &str, start: &str, ids: &[&str]| {
        let send = |id: &&str| caller.send(Request::new(method, &format!("{start}{id}/")));
        ids.iter().map(send).collect::<Vec<_>>()
    };
    let ids = ["1", "2", "3", "99", "0", "99999999999999999999"];

    // Whoever may not read users hears the same of all, and so does a stranger.
    let plain = walk(&client.token("plain"), "GET", "/api/users/", &ids);
    let nobody = walk(&client.anonymous(), "GET", "/api/users/", &ids);
    // The first seven tokens are everybody's; number 1 is the caller's own.
    let tokens = walk(&client.token("plain"), "DELETE", TOKENS, &ids[1..]);

    assert_eq!((plain[0].status, nobody[0].status), (403, 401));
    assert!(same(&plain) && same(&nobody));
    assert_eq!(tokens[0].status, 404);
    assert!(same(&tokens), "{tokens:?}");
    for user in ["MasterAdmin", "minimal"] {
        assert_eq!(client.token(user).get(ME).status, 200, "{user}");
    }
    let held: &Value = &client.token("plain").get(TOKENS).json()["count"];
    assert_eq!(*held, 1);
}
