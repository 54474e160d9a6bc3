//! No answer shows what was so before: a change on one server is seen on every other one by each request that
//! begins after the change was acknowledged. Without a cache there is nothing to invalidate.

mod subjects;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use acceptance::connection::Connection;
use acceptance::process::Process;
use acceptance::service::{Backend, Data, Service};
use profiled_store::testing::TestSession;

use crate::replicas::Pair;
use subjects::{Subject, dump, subjects};

/// Connections that read.
const READERS: usize = 8;
/// Of each subject.
const CHANGES: u64 = 20;
/// Answers that are waited for between two changes.
const READS: u64 = 345;
/// The same beside a replica, where each write makes both servers look.
const READS_OF_REPLICA: u64 = 69;
/// Tokens are used from wherever the test runs. What is to be right must not be told to come again on a busy machine.
const SETTINGS: &[&str] = &["dialects.tower.bind_tokens=false", "database.deadline=30"];

#[test]
fn what_one_server_has_acknowledged_no_answer_of_another_one_on_postgresql_contradicts() {
    let test = "exact::what_one_server_has_acknowledged_no_answer_of_another_one_on_postgresql_contradicts";
    if !Backend::has_postgres(test) {
        return;
    }
    let service = Service::start(Backend::Postgres, Data::Dump(&dump(CHANGES)), SETTINGS);
    let other = service.sibling();

    let checked = check(&service, service.address(), other.address(), READS);

    assert!(checked >= 50_000, "{checked} answers are too few");
}

#[test]
fn what_one_process_has_acknowledged_no_answer_of_another_one_on_sqlite_contradicts() {
    let program = Path::new(env!("CARGO_BIN_EXE_profiled-of-acceptance"));
    let service = Service::start(Backend::Sqlite, Data::Dump(&dump(CHANGES)), SETTINGS);
    let (_one, changed) = Process::serve(program, service.overrides());
    let (_other, read) = Process::serve(program, service.overrides());

    let checked = check(&service, changed, read, READS);

    assert!(checked >= 50_000, "{checked} answers are too few");
}

/// Nor does what a replica has to say: it may be behind by any time.
#[test]
fn with_a_replica_no_answer_contradicts_what_another_server_has_acknowledged() {
    let test = "exact::with_a_replica_no_answer_contradicts_what_another_server_has_acknowledged";
    let Some(pair) = Pair::with(test, Data::Dump(&dump(CHANGES)), SETTINGS) else {
        return;
    };
    let other = pair.service.sibling();

    let checked = check(
        &pair.service,
        pair.service.address(),
        other.address(),
        READS_OF_REPLICA,
    );

    assert!(checked >= 10_000, "{checked} answers are too few");
    let scans =
        "SELECT sum(idx_scan) FROM pg_stat_user_tables WHERE relname IN ('tokens', 'users')";
    let database = pair.service.session().value("current_database()").unwrap();
    let standby = TestSession::of_server(&pair.standby.url_of(&database));
    let scans = standby.unwrap().value(scans).unwrap();
    assert!(scans.parse::<u64>().unwrap() > 0, "{scans}");
}

/// Goes through all subjects, and returns how many answers were checked.
fn check(service: &Service, changed: SocketAddr, read: SocketAddr, reads: u64) -> u64 {
    let all = subjects(&service.client(), changed, CHANGES);
    all.iter()
        .map(|subject| watch(subject, changed, read, reads))
        .sum()
}

/// What is wrong with an answer.
type Outcome = Result<(), String>;

/// How many changes of a subject were begun, and how many of these acknowledged.
#[derive(Default)]
struct Progress {
    begun: AtomicU64,
    acknowledged: AtomicU64,
}

/// Changes a subject step by step at one address, while it is read at another one.
fn watch(subject: &Subject, changed: SocketAddr, read: SocketAddr, reads: u64) -> u64 {
    let progress = Progress::default();
    thread::scope(|scope| {
        let (sender, answers) = mpsc::channel();
        for number in 0..READERS {
            let (sender, progress) = (sender.clone(), &progress);
            scope.spawn(move || read_on(subject, progress, number, read, &sender));
        }
        drop(sender);
        // The readers end when nobody takes their answers any more, also after a panic.
        change_all(subject, &progress, changed, &answers, reads)
    })
}

fn change_all(
    subject: &Subject,
    progress: &Progress,
    address: SocketAddr,
    answers: &Receiver<Outcome>,
    reads: u64,
) -> u64 {
    let mut checked = take(answers, reads);
    for (number, change) in (1..).zip(&subject.changes) {
        // One that has waited for so many answers may have been closed as idle.
        let mut connection = Connection::open(address).unwrap();
        progress.begun.store(number, Ordering::SeqCst);
        let answer = connection.ask(change).unwrap();
        let is_done = answer.starts_with(b"HTTP/1.1 2") || answer.starts_with(b"HTTP/1.1 302");
        assert!(
            is_done,
            "{}: {}",
            subject.name,
            String::from_utf8_lossy(answer)
        );
        progress.acknowledged.store(number, Ordering::SeqCst);
        checked += answers.try_iter().map(Result::unwrap).count() as u64;
        checked += take(answers, reads);
    }
    checked
}

/// Waits for so many answers, all of them right.
fn take(answers: &Receiver<Outcome>, count: u64) -> u64 {
    for _ in 0..count {
        answers.recv().unwrap().unwrap();
    }
    count
}

/// Reads until nobody wants to know. An answer shows one of the states that were there between its request and
/// itself.
fn read_on(
    subject: &Subject,
    progress: &Progress,
    number: usize,
    address: SocketAddr,
    answers: &Sender<Outcome>,
) {
    let mut connection = Connection::open(address).unwrap();
    for turn in number.. {
        let before = progress.acknowledged.load(Ordering::SeqCst);
        let probe = subject.probe(turn, before);
        let answer = connection.ask(&probe.request).unwrap();
        let after = progress.begun.load(Ordering::SeqCst);
        let is_right = (before..=after).any(|state| (probe.shows)(answer, state));
        let outcome = if is_right {
            Ok(())
        } else {
            let text = String::from_utf8_lossy(answer);
            Err(format!(
                "{}: no state of {before} to {after} in {text}",
                subject.name
            ))
        };
        if answers.send(outcome).is_err() {
            return;
        }
    }
}
