//! Locks that somebody else holds.

use acceptance::service::{Backend, Data, Service};
use profiled_store::testing::TestSession;

use super::asked::{Asked, assert_all_told_to_wait};
use super::{assert_reads_are_answered, assert_told_to_wait, writes, writes_of_one_user};
use crate::databases::on_both_databases;

on_both_databases!(
    reads_are_answered_while_a_lock_is_held_and_writers_are_told_to_come_again,
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

fn reads_are_answered_while_a_lock_is_held_and_writers_are_told_to_come_again(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let mut other = lock(&service);

    let writers = Asked::all(match backend {
        Backend::Sqlite => writes(&service, 8),
        Backend::Postgres => writes_of_one_user(&service, 10),
    });
    let answers = writers.beside(|| assert_reads_are_answered(&service));
    other.execute("ROLLBACK").unwrap();

    assert_all_told_to_wait(&answers);
    for (path, answer) in Asked::all(writes(&service, 3)).rest() {
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

fn writers_that_wait_for_a_lock_are_served_once_it_is_given_back(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let mut other = lock(&service);

    let writers = Asked::all(writes_of_one_user(&service, 8));
    assert_reads_are_answered(&service);
    other.execute("ROLLBACK").unwrap();
    let answers = writers.rest();

    for (path, answer) in &answers {
        if answer.status != 200 {
            assert_told_to_wait(path, answer);
        }
    }
}
