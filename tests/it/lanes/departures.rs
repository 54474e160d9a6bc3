//! Clients that go away, queues that are full, and the end of the service.

use std::net::SocketAddr;
use std::path::Path;

use acceptance::process::Process;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use profiled_store::testing::TestSession;

use super::asked::{
    Answered, Ask, Asked, Taken, assert_all_served, assert_all_served_or_told_to_wait,
};
use super::locks::lock;
use super::{assert_reads_are_answered, assert_told_to_wait, reads, writes, writes_of_one_user};
use crate::databases::on_both_databases;

on_both_databases!(
    a_queue_that_is_full_refuses_at_once,
    what_was_taken_is_answered_before_the_service_ends,
);

/// More than any queue takes.
const CROWD: usize = 400;
/// Enough time for all of a crowd to come, and too little room.
const PATIENT: &[&str] = &[
    "database.deadline=25",
    "database.statement_timeout=25",
    "database.queue=100",
];

fn taken(address: SocketAddr, asks: Vec<Ask>) -> Vec<Taken> {
    let asks = asks.into_iter();
    asks.map(|ask| Taken::by(address, ask)).collect()
}

fn answers(taken: &mut [Taken]) -> Vec<Answered> {
    taken
        .iter_mut()
        .map(|one| one.answered().unwrap())
        .collect()
}

/// The lock of all users, for which reads wait as well.
fn lock_users(service: &Service) -> TestSession {
    let mut session = service.session();
    let lock = "BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE";
    session.execute(lock).unwrap();
    session
}

fn a_queue_that_is_full_refuses_at_once(backend: Backend) {
    let service = Service::start(backend, Data::Staff, PATIENT);
    let other = lock(&service);
    let crowd = taken(service.address(), writes_of_one_user(&service, CROWD));
    assert_last_is_refused(crowd, other, || assert_reads_are_answered(&service));
}

#[test]
fn a_queue_of_reads_that_is_full_refuses_at_once() {
    let test = "lanes::departures::a_queue_of_reads_that_is_full_refuses_at_once";
    if !Backend::has_postgres(test) {
        return;
    }
    let service = Service::start(Backend::Postgres, Data::Staff, PATIENT);
    let other = lock_users(&service);
    let crowd = reads_of_users(&service, CROWD);
    let live = || assert_eq!(service.client().anonymous().get("/live").status, 200);
    assert_last_is_refused(taken(service.address(), crowd), other, live);
}

fn reads_of_users(service: &Service, count: usize) -> Vec<Ask> {
    let all = reads(service).into_iter();
    let known = all.filter(|(caller, _)| !caller.credentials().is_empty());
    let known: Vec<_> = known.collect();
    known.into_iter().cycle().take(count).collect()
}

/// The last one of many has its answer, while the first one, which would have to give up before, still waits.
fn assert_last_is_refused(mut crowd: Vec<Taken>, mut lock: TestSession, meanwhile: impl Fn()) {
    let (path, refused) = crowd.pop().unwrap().answered().unwrap();
    let is_first_waiting = !crowd[0].has_answer();
    meanwhile();
    lock.execute("ROLLBACK").unwrap();

    assert!(
        is_first_waiting,
        "the last one was told after the first one"
    );
    assert_told_to_wait(&path, &refused);
    assert_all_served_or_told_to_wait(&answers(&mut crowd));
}

fn what_was_taken_is_answered_before_the_service_ends(backend: Backend) {
    let program = Path::new(env!("CARGO_BIN_EXE_profiled-of-acceptance"));
    let service = Service::start(backend, Data::Staff, &[]);
    let (mut process, address) = Process::serve(program, service.overrides());
    let mut other = match backend {
        Backend::Sqlite => lock(&service),
        Backend::Postgres => lock_users(&service),
    };

    let mut asks = writes_of_one_user(&service, 50);
    asks.extend(reads_of_users(&service, 100));
    let mut crowd = taken(address, asks);
    process.signal("TERM");
    other.execute("ROLLBACK").unwrap();
    let answers = answers(&mut crowd);

    assert_all_served_or_told_to_wait(&answers);
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
    let list = (caller.clone(), Request::new("GET", "/api/v1/teams/"));
    let mut other = service.session();
    other
        .execute("BEGIN; LOCK TABLE teams IN ACCESS EXCLUSIVE MODE")
        .unwrap();
    let mut row = lock(&service);

    let lists = taken(service.address(), vec![list.clone(); 2]);
    let changes = taken(service.address(), writes_of_one_user(&service, 50));
    drop((lists, changes));
    assert_reads_are_answered(&service);
    other.execute("ROLLBACK").unwrap();
    row.execute("ROLLBACK").unwrap();

    // Places are free once their work has ended, of which nobody is told any more.
    while caller.send(list.1.clone()).status == 429 {}
    let mut all = writes(&service, 3);
    all.push(list);
    assert_all_served(&Asked::all(service.address(), all).rest());
}
