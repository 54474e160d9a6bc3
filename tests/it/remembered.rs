//! A pair of Basic that was right is remembered, and ends with what made it right, on every server at once (ADR 0040).

use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::databases::on_both_databases;

on_both_databases!(
    remembered_pair_ends_on_every_server_with_the_password,
    remembered_pair_ends_on_every_server_with_the_account,
    wrong_password_of_a_remembered_user_is_counted_on_every_server,
);

const ME: &str = "/api/v1/me/";

/// What each server answers to a pair.
fn asked(servers: [&Service; 2], pair: &str) -> [u16; 2] {
    let credentials = format!("Basic {}", STANDARD.encode(pair));
    servers.map(|server| server.client().authorization(&credentials).get(ME).status)
}

/// Twice, so that it is remembered.
fn remember(servers: [&Service; 2], pair: &str) {
    for _ in 0..2 {
        assert_eq!(asked(servers, pair), [200, 200]);
    }
}

fn remembered_pair_ends_on_every_server_with_the_password(backend: Backend) {
    let service = Service::start(backend, Data::Tower, &[]);
    let sibling = service.sibling();
    let servers = [&service, &sibling];
    remember(servers, "alice:pw-alice");

    let change = json!({"password": "another-1"}).to_string();
    let admin = format!("Basic {}", STANDARD.encode("admin:pw-admin"));
    let admin = service.client().authorization(&admin);
    let answer = admin.send(Request::json("PATCH", "/api/v1/users/3/", &change));

    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(asked(servers, "alice:pw-alice"), [401, 401]);
    remember(servers, "alice:another-1");
    // The same password once more under another name: what is remembered is no other user's.
    assert_eq!(asked(servers, "bob:another-1"), [401, 401]);
}

fn remembered_pair_ends_on_every_server_with_the_account(backend: Backend) {
    let service = Service::start(backend, Data::Tower, &[]);
    let sibling = service.sibling();
    let servers = [&service, &sibling];

    remember(servers, "alice:pw-alice");
    service.run(&["user", "deactivate", "alice"]);
    assert_eq!(asked(servers, "alice:pw-alice"), [401, 401]);
    service.run(&["user", "activate", "alice"]);
    remember(servers, "alice:pw-alice");
    service.run(&["user", "delete", "alice", "--yes"]);
    assert_eq!(asked(servers, "alice:pw-alice"), [401, 401]);
}

/// Nor does the right password pass while its account has to wait: that would tell which one it is.
fn wrong_password_of_a_remembered_user_is_counted_on_every_server(backend: Backend) {
    let settings = ["throttle.store=database", "throttle.login=2/day"];
    let service = Service::start(backend, Data::Tower, &settings);
    let sibling = service.sibling();
    let servers = [&service, &sibling];
    remember(servers, "alice:pw-alice");

    assert_eq!(asked(servers, "alice:guess"), [401, 401]);

    assert_eq!(asked(servers, "alice:guess"), [429, 429]);
    assert_eq!(asked(servers, "alice:pw-alice"), [429, 429]);
}
