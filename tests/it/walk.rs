//! No route forgets to ask who is there: all routes of the service are walked, under both mounts.

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Data, Service};
use profiled::Access;

use crate::databases::on_both_databases;

on_both_databases!(
    a_request_without_credentials_is_refused_on_every_closed_route,
    wrong_credentials_are_refused_on_every_closed_route,
    an_inactive_user_is_refused_on_every_closed_route,
    open_routes_are_those_that_are_listed_here,
    open_routes_reveal_nothing_of_users,
    closed_routes_answer_a_user_who_may_use_them,
);

/// Routes for everybody.
const OPEN: [&str; 14] = [
    "/",
    "/api/auth/token/",
    "/api/token/",
    "/api/token/refresh/",
    "/api/token/verify/",
    "/api/token/blacklist/",
    "/api/",
    "/api/v1/",
    "/api/v1/authtoken/",
    "/api/v1/ping/",
    "/api/v2/",
    "/api/v2/authtoken/",
    "/api/v2/ping/",
    "/.well-known/jwks.json",
];

/// Open as well: pages that let browsers in and out, and a view that asks services for a secret of theirs.
const OPEN_BY_OTHER_MEANS: [&str; 5] = [
    "/login/",
    "/logout/",
    "/api/login/",
    "/api/logout/",
    "/oauth/introspect/",
];

/// Methods that each route is asked with besides its own.
const METHODS: [&str; 8] = [
    "GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PURGE",
];

/// A service with everything switched on.
fn start(backend: Backend) -> Service {
    let clients = r#"auth.introspection.clients=[{"id": "billing", "secret": "sample+introspection/secret-for-tests-only"}]"#;
    let settings = ["dialects.tower_v2.enabled=true", clients];
    Service::start(backend, Data::Staff, &settings)
}

/// The paths of routes that want to know the caller, with the ids of objects that exist or may exist.
fn closed(service: &Service) -> Vec<String> {
    let is_open = |access| matches!(access, Access::Open | Access::Optional);
    let routes = service
        .routes()
        .iter()
        .filter(|route| !is_open(route.access));
    let closed: Vec<_> = routes
        .map(|route| route.pattern.replace("{id}", "1").replace("{user_id}", "1"))
        .collect();
    assert!(closed.len() > 60, "{} closed routes", closed.len());
    closed
}

fn assert_all_refused(service: &Service, caller: &Caller) {
    for path in closed(service) {
        for method in METHODS {
            let answer = caller.send(Request::new(method, &path));

            assert_eq!(answer.status, 401, "{method} {path}");
            assert!(
                answer.header("WWW-Authenticate").is_some(),
                "{method} {path}"
            );
            assert!(!answer.text().contains("MasterAdmin"), "{method} {path}");
        }
    }
}

fn a_request_without_credentials_is_refused_on_every_closed_route(backend: Backend) {
    let service = start(backend);

    assert_all_refused(&service, &service.client().anonymous());
}

fn wrong_credentials_are_refused_on_every_closed_route(backend: Backend) {
    let service = start(backend);
    let wrong = [
        "Token 0000000000000000000000000000000000000000",
        "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA",
        "Digest username=\"MasterAdmin\"",
        "Token",
        "Basic",
        "MasterAdmin",
    ];

    for credentials in wrong {
        assert_all_refused(&service, &service.client().authorization(credentials));
    }
}

fn an_inactive_user_is_refused_on_every_closed_route(backend: Backend) {
    let service = start(backend);

    assert_all_refused(&service, &service.client().token("inactive"));
    assert_all_refused(&service, &service.client().bearer(3));
}

fn open_routes_are_those_that_are_listed_here(backend: Backend) {
    let service = start(backend);
    let is_open = |access| matches!(access, Access::Open | Access::Optional);
    let routes = service
        .routes()
        .iter()
        .filter(|route| is_open(route.access));
    let mut open: Vec<&str> = routes.map(|route| &*route.pattern).collect();
    let mut listed: Vec<&str> = OPEN.into_iter().chain(OPEN_BY_OTHER_MEANS).collect();
    open.sort_unstable();
    listed.sort_unstable();

    assert_eq!(open, listed);
}

fn open_routes_reveal_nothing_of_users(backend: Backend) {
    let service = start(backend);

    for path in OPEN
        .into_iter()
        .chain(OPEN_BY_OTHER_MEANS)
        .chain(["/live", "/ready"])
    {
        for method in METHODS {
            let answer: Answer = service
                .client()
                .anonymous()
                .send(Request::new(method, path));

            assert!(answer.status < 500, "{method} {path}: {}", answer.status);
            assert!(!answer.text().contains("MasterAdmin"), "{method} {path}");
        }
    }
}

/// Otherwise the refusals above would prove nothing.
fn closed_routes_answer_a_user_who_may_use_them(backend: Backend) {
    let service = start(backend);

    for path in closed(&service) {
        // It changes nothing, and every closed route has it.
        let request = || Request::new("OPTIONS", &path);
        let statuses = [
            service.client().token("MasterAdmin").send(request()).status,
            service.client().bearer(1).send(request()).status,
        ];

        let is_in = statuses.iter().any(|status| [200, 404].contains(status));
        assert!(is_in, "{path}: {statuses:?}");
    }
}
