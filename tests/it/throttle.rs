//! Throttling with counters that servers share.

use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::databases::on_both_databases;

on_both_databases!(
    servers_share_the_counters_of_their_database,
    each_server_counts_for_itself_in_memory,
    requests_are_refused_while_the_database_of_the_counters_is_down,
    guesses_are_counted_by_account_and_an_address_that_cannot_be_chosen,
);

const ME: &str = "/api/users/me/";
const PING: &str = "/api/v1/ping/";

fn servers_share_the_counters_of_their_database(backend: Backend) {
    let settings = [
        "throttle.store=database",
        "throttle.user=3/day",
        "throttle.anon=3/day",
    ];
    let service = Service::start(backend, Data::Staff, &settings);
    let sibling = service.sibling();
    let clients = [service.client(), sibling.client()];

    let by_turns = |path, has_token| {
        let statuses = clients.iter().cycle().take(5).map(|client| {
            let caller = if has_token {
                client.token("MasterAdmin")
            } else {
                client.anonymous()
            };
            caller.get(path).status
        });
        statuses.collect::<Vec<_>>()
    };

    assert_eq!(by_turns(ME, true), [200, 200, 200, 429, 429]);
    assert_eq!(by_turns(PING, false), [200, 200, 200, 429, 429]);
    let refused = clients[1].token("MasterAdmin").get(ME);
    let seconds: u32 = refused.header("Retry-After").unwrap().parse().unwrap();
    assert!((86_000..=86_400).contains(&seconds), "{seconds}");
}

fn each_server_counts_for_itself_in_memory(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &["throttle.user=1/day"]);
    let sibling = service.sibling();

    for server in [&service, &sibling] {
        let caller = server.client().token("MasterAdmin");

        assert_eq!([caller.get(ME).status, caller.get(ME).status], [200, 429]);
    }
}

fn requests_are_refused_while_the_database_of_the_counters_is_down(backend: Backend) {
    let settings = [
        "throttle.store=database",
        "throttle.anon=100/day",
        "database.connect_timeout=1",
    ];
    let mut service = Service::start(backend, Data::Staff, &settings);
    // As in `lifecycle`: the pool must not hold a connection to a deleted file.
    service.lose_database();

    let answer = service.client().anonymous().get(PING);

    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("Retry-After"), Some("1".to_owned()));
}

/// D4
fn guesses_are_counted_by_account_and_an_address_that_cannot_be_chosen(backend: Backend) {
    let settings = [
        "throttle.store=database",
        "throttle.login=2/day",
        "http.trusted_proxies=127.0.0.1",
    ];
    let service = Service::start(backend, Data::Tower, &settings);
    let log_in = |pair: &str, told: &str| {
        let credentials = format!("Basic {}", STANDARD.encode(pair));
        let request = Request::new("GET", "/api/v1/me/").header("X-Forwarded-For", told);
        let client = service.client().authorization(&credentials);
        client.send(request).status
    };

    // The proxy appends the address that it sees to whatever the client made up.
    let spoofed = [
        "203.0.113.1, 192.0.2.1",
        "203.0.113.2, 192.0.2.1",
        "x, 192.0.2.1",
    ];
    let nonsense = ["x", "", "203.0.113.3, unknown"];

    assert_eq!(
        spoofed.map(|told| log_in("alice:guess", told)),
        [401, 401, 429]
    );
    assert_eq!(
        nonsense.map(|told| log_in("alice:guess", told)),
        [401, 401, 429]
    );
    // Not even with the right password there; elsewhere the account is open, and so are others here.
    assert_eq!(log_in("alice:pw-alice", "192.0.2.1"), 429);
    assert_eq!(log_in("alice:pw-alice", "192.0.2.2"), 200);
    assert_eq!(log_in("bob:pw-bob", "192.0.2.1"), 200);
}
