//! Clients that go away, queues that are full, and the end of the service.

use std::net::SocketAddr;
use std::path::Path;

use acceptance::process::Process;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};

use super::asked::{
    Answered, Ask, Asked, Taken, assert_all_served, assert_all_served_or_told_to_wait,
};
use super::locks::lock;
use super::{assert_reads_are_answered, assert_told_to_wait, writes, writes_of_one_user};
use crate::databases::on_both_databases;

on_both_databases!(
    a_queue_that_is_full_refuses_at_once,
    what_was_taken_is_answered_before_the_service_ends,
);

/// More than any queue takes.
const CROWD: usize = 600;

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

/// The last one of many has its answer, while the first one, which would have to give up before, still waits.
fn a_queue_that_is_full_refuses_at_once(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let mut other = lock(&service);

    let mut crowd = taken(service.address(), writes_of_one_user(&service, CROWD));
    let (path, refused) = crowd.pop().unwrap().answered().unwrap();
    let is_first_waiting = !crowd[0].has_answer();
    assert_reads_are_answered(&service);
    other.execute("ROLLBACK").unwrap();

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
    let mut other = lock(&service);

    let mut crowd = taken(address, writes_of_one_user(&service, 100));
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
