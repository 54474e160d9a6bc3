//! A server that says nothing, is gone, or takes no changes.

use std::net::ToSocketAddrs;

use acceptance::postgres_server::PostgresServer;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use acceptance::tunnel::Tunnel;

use super::asked::{Ask, Asked, assert_all_told_to_wait, until_well};
use super::{assert_reads_are_answered, assert_told_to_wait, reads, writes};

/// Log-ins fail as often as they are tried.
const SETTINGS: &[&str] = &["throttle.login="];
/// Ends all sessions of a database but one's own.
const CUT: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// One of everything that asks the database, but for lists.
fn requests(service: &Service) -> Vec<Ask> {
    let client = service.client();
    let mut all = reads(service);
    all.retain(|(_, request)| request.path != "/live");
    all.extend(writes(service, 3));
    for path in ["/api/auth/token/", "/api/token/"] {
        let body = r#"{"username": "plain", "password": "wrong"}"#;
        all.push((client.anonymous(), Request::json("POST", path, body)));
    }
    all
}

fn lists(service: &Service) -> Vec<Ask> {
    let admin = service.client().token("MasterAdmin");
    let list = |path| (admin.clone(), Request::new("GET", path));
    vec![list("/api/v1/users/"), list("/api/users/")]
}

/// A hundred clients of all kinds. A user has two lists at once and no more.
fn crowd(service: &Service) -> Vec<Ask> {
    let mut all = lists(service);
    all.extend(requests(service).into_iter().cycle().take(98));
    all
}

/// Reads, writes and lists work again, and no restart was needed.
fn assert_recovers(service: &Service) {
    let well = requests(service).into_iter().chain(lists(service));
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
    let direct = Service::start(Backend::Postgres, Data::Staff, SETTINGS);
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
    let service = Service::over(server.database(), Data::Staff, SETTINGS);
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
    let service = Service::over(server.database(), Data::Staff, SETTINGS);
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
    let service = Service::start(Backend::Postgres, Data::Staff, SETTINGS);
    let name = service.session().value("current_database()").unwrap();
    assert_recovers(&service);

    service.execute(&format!(
        "ALTER DATABASE {name} SET default_transaction_read_only = on"
    ));
    // As after the change of a primary, nobody has an old session.
    service.execute(CUT);
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

#[test]
fn requests_whose_connections_are_cut_are_answered_and_the_next_ones_have_new_connections() {
    let test = "lanes::outages::requests_whose_connections_are_cut_are_answered_and_the_next_ones_have_new_connections";
    if !Backend::has_postgres(test) {
        return;
    }
    let service = Service::start(Backend::Postgres, Data::Staff, SETTINGS);
    let mut other = service.session();
    other
        .execute("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE")
        .unwrap();

    let asked = Asked::all(service.address(), crowd(&service));
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted";
    while other.value(waiting).unwrap() == "0" {}
    // All but the one that has the lock.
    other.execute(CUT).unwrap();
    other.execute("ROLLBACK").unwrap();

    for (path, answer) in asked.rest() {
        let is_log_in = path == "/api/auth/token/" || path == "/api/token/";
        if answer.status != 200 && !(is_log_in && matches!(answer.status, 400 | 401)) {
            assert_told_to_wait(&path, &answer);
        }
    }
    assert_recovers(&service);
}
