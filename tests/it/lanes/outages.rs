//! A server that says nothing, is gone, or takes no changes.

use std::net::ToSocketAddrs;

use acceptance::postgres_server::PostgresServer;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use acceptance::tunnel::Tunnel;

use super::asked::{Ask, Asked, assert_all_told_to_wait, until_well};
use super::{assert_reads_are_answered, reads, writes};

/// One of everything that asks the database.
fn requests(service: &Service) -> Vec<Ask> {
    let client = service.client();
    let mut all = reads(service);
    all.retain(|(_, request)| request.path != "/live");
    all.extend(writes(service, 3));
    let admin = client.token("MasterAdmin");
    for path in ["/api/v1/users/", "/api/users/", "/api/groups/"] {
        all.push((admin.clone(), Request::new("GET", path)));
    }
    for path in ["/api/auth/token/", "/api/token/"] {
        let body = r#"{"username": "plain", "password": "wrong"}"#;
        all.push((client.anonymous(), Request::json("POST", path, body)));
    }
    all
}

/// A hundred clients of all kinds.
fn crowd(service: &Service) -> Vec<Ask> {
    requests(service).into_iter().cycle().take(100).collect()
}

/// Reads, writes and lists work again, and no restart was needed.
fn assert_recovers(service: &Service) {
    let well = requests(service).into_iter();
    // Log-ins with a wrong password are refused.
    for ask in well.filter(|(caller, _)| !caller.credentials().is_empty()) {
        until_well(&ask);
    }
    let ready = (service.client().anonymous(), Request::new("GET", "/ready"));
    until_well(&ready);
}

#[test]
fn while_the_way_to_the_server_swallows_everything_all_are_told_to_come_again() {
    let test = "lanes::outages::while_the_way_to_the_server_swallows_everything_all_are_told_to_come_again";
    if !Backend::has_postgres(test) {
        return;
    }
    let direct = Service::start(Backend::Postgres, Data::Staff, &[]);
    let behind = Behind::tunnel(&direct);
    let (service, tunnel) = (&behind.service, &behind.tunnel);
    // Connections of each kind are open when the way falls silent.
    assert_recovers(service);

    tunnel.fall_silent();
    let first = Asked::all(service.address(), crowd(service)).rest();
    let second = Asked::all(service.address(), crowd(service)).rest();
    tunnel.let_new_connections_through();

    assert_all_told_to_wait(&first);
    assert_all_told_to_wait(&second);
    assert_recovers(service);
}

/// A service and the only way to its database. A failed test cuts the way first: whoever waits behind it would keep
/// the service from its end.
struct Behind {
    tunnel: Tunnel,
    service: Service,
}

impl Behind {
    fn tunnel(direct: &Service) -> Self {
        let mut settings = direct.overrides().iter();
        let url = settings.find_map(|setting| setting.strip_prefix("database.url="));
        let (user, rest) = url.unwrap().split_once('@').unwrap();
        let (place, name) = rest.split_once('/').unwrap();
        let target = place.to_socket_addrs().unwrap().next().unwrap();
        let tunnel = Tunnel::to(target).unwrap();
        let url = format!("database.url={user}@{}/{name}", tunnel.address());
        let service = direct.sibling_with(&[&url]);
        Self { tunnel, service }
    }
}

#[test]
fn while_the_server_stands_still_a_hundred_clients_are_told_to_come_again() {
    let test =
        "lanes::outages::while_the_server_stands_still_a_hundred_clients_are_told_to_come_again";
    let Some(server) = PostgresServer::start(test) else {
        return;
    };
    let service = Service::over(server.database(), Data::Staff, &[]);
    assert_recovers(&service);

    let frozen = server.freeze();
    let answers = Asked::all(service.address(), crowd(&service)).rest();
    drop(frozen);

    assert_all_told_to_wait(&answers);
    assert_recovers(&service);
}

#[test]
fn while_the_server_is_gone_a_hundred_clients_are_told_to_come_again() {
    let test = "lanes::outages::while_the_server_is_gone_a_hundred_clients_are_told_to_come_again";
    let Some(server) = PostgresServer::start(test) else {
        return;
    };
    let service = Service::over(server.database(), Data::Staff, &[]);
    assert_recovers(&service);

    server.stop();
    let answers = Asked::all(service.address(), crowd(&service)).rest();
    server.restart();

    assert_all_told_to_wait(&answers);
    assert_recovers(&service);
}

#[test]
fn a_server_that_takes_no_changes_answers_reads_and_is_used_for_writes_once_it_does() {
    let test = "lanes::outages::a_server_that_takes_no_changes_answers_reads_and_is_used_for_writes_once_it_does";
    if !Backend::has_postgres(test) {
        return;
    }
    let service = Service::start(Backend::Postgres, Data::Staff, &[]);
    let name = service.session().value("current_database()").unwrap();
    assert_recovers(&service);

    service.execute(&format!(
        "ALTER DATABASE {name} SET default_transaction_read_only = on"
    ));
    // As after the change of a primary, nobody has an old session.
    service.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    );
    assert_reads_are_answered(&service);
    let answers = Asked::all(service.address(), writes(&service, 6)).rest();
    assert_reads_are_answered(&service);
    let mut other = service.session();
    other
        .execute("SET default_transaction_read_only = off")
        .unwrap();
    let reset = format!("ALTER DATABASE {name} RESET default_transaction_read_only");
    other.execute(&reset).unwrap();

    assert_all_told_to_wait(&answers);
    assert_recovers(&service);
}
