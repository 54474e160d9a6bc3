//! Locks that somebody else holds.

use acceptance::service::{Backend, Data, Service};
use profiled_store::testing::TestSession;

use super::asked::{
    Asked, assert_all_served, assert_all_served_or_told_to_wait, assert_all_told_to_wait,
};
use super::{assert_reads_wait_for_none_of, writes, writes_of_one_user};
use crate::databases::on_both_databases;

on_both_databases!(
    reads_are_answered_before_writers_that_wait_for_a_lock_are_told_to_come_again,
    writers_that_wait_for_a_lock_are_served_once_it_is_given_back,
);

/// The lock of all writers on SQLite, and of the row of user 1 on PostgreSQL.
pub(super) fn lock(service: &Service) -> TestSession {
    let mut session = service.session();
    let lock = match service.backend() {
        Backend::Sqlite => "BEGIN IMMEDIATE",
        Backend::Postgres => "BEGIN; SELECT FROM users WHERE id = 1 FOR UPDATE",
    };
    session.execute(lock).unwrap();
    session
}

fn reads_are_answered_before_writers_that_wait_for_a_lock_are_told_to_come_again(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let mut other = lock(&service);

    let writers = match backend {
        Backend::Sqlite => writes(&service, 8),
        Backend::Postgres => writes_of_one_user(&service, 10),
    };
    let mut writers = Asked::all(service.address(), writers);
    assert_reads_wait_for_none_of(&mut writers, &service);
    let told = writers.rest();
    other.execute("ROLLBACK").unwrap();

    assert_all_told_to_wait(&told);
    let served = Asked::all(service.address(), writes(&service, 3)).rest();
    assert_all_served(&served);
}

fn writers_that_wait_for_a_lock_are_served_once_it_is_given_back(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let mut other = lock(&service);

    let mut writers = Asked::all(service.address(), writes_of_one_user(&service, 8));
    assert_reads_wait_for_none_of(&mut writers, &service);
    other.execute("ROLLBACK").unwrap();

    assert_all_served_or_told_to_wait(&writers.rest());
}
