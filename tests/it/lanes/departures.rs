//! Clients that go away, queues that are full, and the end of the service.

use std::path::Path;

use acceptance::client::Caller;
use acceptance::connection::Connection;
use acceptance::process::Process;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};

use super::asked::Asked;
use super::locks::lock;
use super::{assert_reads_are_answered, writes};
use crate::databases::on_both_databases;

on_both_databases!(
    a_queue_that_is_full_refuses_at_once,
    what_was_taken_is_answered_before_the_service_ends,
);

/// More than any queue takes.
const CROWD: usize = 600;
const RETRY_AFTER: &str = "retry-after: ";

/// The bytes of a request. Its sender learns when it was taken: `100 Continue` comes then, and not before.
fn announced(caller: &Caller, request: Request) -> Vec<u8> {
    let request = request
        .header("Host", "localhost")
        .header("Expect", "100-continue");
    let request = request.header("Authorization", caller.credentials());
    request.bytes().unwrap()
}

fn change(service: &Service) -> Vec<u8> {
    let caller = service.client().token("MasterAdmin");
    let body = r#"{"first_name": "n"}"#;
    announced(&caller, Request::json("PATCH", "/api/users/me/", body))
}

/// Sends requests on connections of their own, each of them when the service has taken the one before.
fn taken(address: std::net::SocketAddr, request: &[u8], count: usize) -> Vec<Connection> {
    let open = |_| {
        let mut connection = Connection::open(address).unwrap();
        connection.send(request).unwrap();
        let announced = connection.answer().unwrap();
        assert!(announced.starts_with(b"HTTP/1.1 100 "));
        connection
    };
    (0..count).map(open).collect()
}

fn text(connection: &mut Connection) -> String {
    String::from_utf8_lossy(connection.answer().unwrap()).into_owned()
}

/// The last one of many has its answer, while the first one, which would have to give up before, still waits.
fn a_queue_that_is_full_refuses_at_once(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let mut other = lock(&service);

    let mut crowd = taken(service.address(), &change(&service), CROWD);
    let refused = text(crowd.last_mut().unwrap());
    let is_first_waiting = !crowd[0].has_answer().unwrap();
    assert_reads_are_answered(&service);
    other.execute("ROLLBACK").unwrap();

    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains(RETRY_AFTER), "{refused}");
    assert!(
        is_first_waiting,
        "the last one was told as late as the first one"
    );
    for connection in &mut crowd[..CROWD - 1] {
        let answer = text(connection);
        let is_told = answer.starts_with("HTTP/1.1 503 ") && answer.contains(RETRY_AFTER);
        assert!(is_told || answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}

fn what_was_taken_is_answered_before_the_service_ends(backend: Backend) {
    let program = Path::new(env!("CARGO_BIN_EXE_profiled-of-acceptance"));
    let service = Service::start(backend, Data::Staff, &[]);
    let (mut process, address) = Process::serve(program, service.overrides());
    let mut other = lock(&service);

    let mut crowd = taken(address, &change(&service), 100);
    process.signal("TERM");
    other.execute("ROLLBACK").unwrap();
    let answers: Vec<_> = crowd.iter_mut().map(text).collect();

    for answer in answers {
        let is_told = answer.starts_with("HTTP/1.1 503 ") && answer.contains(RETRY_AFTER);
        assert!(is_told || answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    drop(crowd);
    assert_eq!(process.end(), Some(0));
}

#[test]
fn clients_that_went_away_leave_no_place_taken() {
    let test = "lanes::departures::clients_that_went_away_leave_no_place_taken";
    if !Backend::has_postgres(test) {
        return;
    }
    let service = Service::start(Backend::Postgres, Data::Staff, &[]);
    let caller = service.client().token("MasterAdmin");
    let list = Request::new("GET", "/api/v1/teams/");
    let mut other = service.session();
    other
        .execute("BEGIN; LOCK TABLE teams IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    let mut row = lock(&service);

    let lists = taken(service.address(), &announced(&caller, list.clone()), 2);
    let changes = taken(service.address(), &change(&service), 50);
    drop((lists, changes));
    assert_reads_are_answered(&service);
    other.execute("ROLLBACK").unwrap();
    row.execute("ROLLBACK").unwrap();

    // Places are free once their work has ended, of which nobody is told any more.
    while caller.send(list.clone()).status == 429 {}
    let mut all = writes(&service, 3);
    all.push((caller, list));
    for (path, answer) in Asked::all(all).rest() {
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}
