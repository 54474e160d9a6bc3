//! Throttling with counters that servers share.

use acceptance::service::{Backend, Data, Service};

use crate::databases::on_both_databases;

on_both_databases!(
    servers_share_the_counters_of_their_database,
    each_server_counts_for_itself_in_memory,
    without_their_database_counters_admit_nobody,
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

fn without_their_database_counters_admit_nobody(backend: Backend) {
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
