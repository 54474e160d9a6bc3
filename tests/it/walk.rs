//! No route forgets to ask who is there.

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;

on_both_databases!(
    nobody_gets_in_without_credentials,
    wrong_credentials_of_any_scheme_get_nobody_in,
    an_inactive_user_gets_in_nowhere,
    open_views_tell_nothing_of_users,
);

/// Routes that want to know the caller, with a method that they answer.
const CLOSED: [(&str, &str); 14] = [
    ("GET", "/api/users/me/"),
    ("GET", "/api/users/"),
    ("GET", "/api/users/1/"),
    ("GET", "/api/groups/"),
    ("GET", "/api/groups/1/"),
    ("OPTIONS", "/api/groups/1/users/1/"),
    ("GET", "/api/auth/tokens/"),
    ("OPTIONS", "/api/auth/tokens/1/"),
    ("OPTIONS", "/api/auth/logout/"),
    ("OPTIONS", "/api/auth/logoutall/"),
    ("POST", "/api/profile/"),
    ("POST", "/api/users/profile/"),
    ("GET", "/api/v1/me/"),
    ("GET", "/api/v1/config/"),
];

/// Routes for everybody.
const OPEN: [&str; 6] = [
    "/api/",
    "/api/v1/",
    "/api/v1/ping/",
    "/.well-known/jwks.json",
    "/live",
    "/ready",
];

/// Methods that each route is asked with besides its own.
const METHODS: [&str; 8] = [
    "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PURGE",
];

fn refusals(caller: &Caller) -> Vec<(String, Answer)> {
    let requests = CLOSED
        .iter()
        .flat_map(|(_, path)| METHODS.map(|method| (method, *path)));
    requests
        .map(|(method, path)| {
            (
                format!("{method} {path}"),
                caller.send(Request::new(method, path)),
            )
        })
        .collect()
}

fn assert_all_refused(caller: &Caller) {
    for (line, answer) in refusals(caller) {
        assert_eq!(answer.status, 401, "{line}");
        assert!(answer.header("WWW-Authenticate").is_some(), "{line}");
        assert!(!answer.text().contains("MasterAdmin"), "{line}");
    }
}

fn nobody_gets_in_without_credentials(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);

    assert_all_refused(&service.client().anonymous());
}

fn wrong_credentials_of_any_scheme_get_nobody_in(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let wrong = [
        "Token 0000000000000000000000000000000000000000",
        "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA",
        "Digest username=\"MasterAdmin\"",
        "Token",
        "Basic",
        "MasterAdmin",
    ];

    for credentials in wrong {
        assert_all_refused(&service.client().authorization(credentials));
    }
}

fn an_inactive_user_gets_in_nowhere(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);

    assert_all_refused(&service.client().token("inactive"));
    assert_all_refused(&service.client().bearer(3));
}

fn open_views_tell_nothing_of_users(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);

    for path in OPEN {
        let answer = service.client().anonymous().get(path);

        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text().contains("MasterAdmin"), "{path}");
    }
    for (method, path) in CLOSED {
        let answer = service
            .client()
            .token("MasterAdmin")
            .send(Request::new(method, path));
        let bearer = service.client().bearer(1).send(Request::new(method, path));

        assert!(
            [answer.status, bearer.status].contains(&200),
            "{path} answers somebody"
        );
    }
}
