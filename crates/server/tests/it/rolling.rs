//! The next process starts before the last one stops, on the same port: no client notices.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::sandbox::Sandbox;
use crate::stops::Connection;

/// What is to be right must not be told to come again on a busy machine.
const SHARED: [&str; 4] = [
    "--set",
    "http.reuse_port=true",
    "--set",
    "database.deadline=30",
];
const CLIENTS: usize = 4;
const RESTARTS: usize = 4;
/// Answers that each client has after the signal, of which the first tells the one whose connection ends.
const ANSWERS: usize = 5;

/// Asks over and over, on one connection as long as the server lets it, or on a new one for each request; tells of each
/// answer, and of what was lost.
fn client(
    address: &str,
    token: &str,
    keeps_alive: bool,
    is_over: &AtomicBool,
    tell: &Sender<Result<(), String>>,
) {
    let mut open = None;
    while !is_over.load(Ordering::SeqCst) {
        let connection = open.take().or_else(|| Connection::open(address));
        let Some(mut connection) = connection else {
            tell.send(Err("nobody listens".to_owned())).unwrap();
            return;
        };
        let outcome = connection.ask_as(token, "/api/users/me/");
        match &outcome {
            Ok(answer) if answer.status != 200 => {
                tell.send(Err(format!("status {}", answer.status))).unwrap();
            }
            Ok(_) => tell.send(Ok(())).unwrap(),
            Err(problem) => tell.send(Err(problem.clone())).unwrap(),
        }
        if let Ok(answer) = outcome
            && keeps_alive
            && !answer.is_last
        {
            open = Some(connection);
        }
    }
}

fn users(sandbox: &Sandbox) -> String {
    sandbox.done(&["user", "create", "--username", "ada", "--staff"]);
    let made = sandbox.json(&["token", "create", "ada"]);
    made["key"].as_str().unwrap().to_owned()
}

/// One client's answers, counted from anywhere.
fn wait_for(answers: usize, told: &Receiver<Result<(), String>>, lost: &mut Vec<String>) {
    let mut left = answers;
    while left > 0 {
        match told.recv().unwrap() {
            Ok(()) => left -= 1,
            Err(problem) => {
                lost.push(problem);
                return;
            }
        }
    }
}

#[test]
fn a_process_that_takes_the_place_of_another_under_load_loses_no_request() {
    let sandbox = Sandbox::migrated();
    let token = users(&sandbox);
    let serve = |port: &str| {
        let bind = format!("http.bind={port}");
        let delay = ["serve", "--set", "http.drain_delay=3600", "--set", &bind];
        sandbox.start(&[&delay, &SHARED[..], &["--quiet"]].concat())
    };
    let mut current = serve("127.0.0.1:0");
    let address = current.address.clone();
    let (is_over, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    let mut lost = Vec::new();

    thread::scope(|scope| {
        let (mut clients, is_over) = (Vec::new(), &is_over);
        for number in 0..CLIENTS {
            let (tell, told) = channel();
            let (address, token) = (&address, &token);
            scope.spawn(move || client(address, token, number % 2 == 0, is_over, &tell));
            clients.push(told);
        }
        for _ in 0..RESTARTS {
            let next = serve(&address);
            current.signal("TERM");
            for told in &clients {
                // What was answered before the signal does not count.
                lost.extend(told.try_iter().filter_map(Result::err));
                wait_for(ANSWERS, told, &mut lost);
            }
            answered.fetch_add(ANSWERS * CLIENTS, Ordering::SeqCst);
            current.signal("TERM");
            assert_eq!(current.end(), Some(0));
            current = next;
        }
        is_over.store(true, Ordering::SeqCst);
        for told in clients {
            lost.extend(told.iter().filter_map(Result::err));
        }
    });

    assert_eq!(lost, Vec::<String>::new());
    assert_eq!(answered.into_inner(), RESTARTS * CLIENTS * ANSWERS);
}

#[test]
fn a_process_that_cannot_start_gets_no_client() {
    let sandbox = Sandbox::migrated();
    let token = users(&sandbox);
    let serve = ["serve", "--set", "http.bind=127.0.0.1:0"];
    let service = sandbox.start(&[&serve, &SHARED[..]].concat());

    let bind = format!("http.bind={}", service.address);
    let wrong = ["--set", &bind, "--set", "database.migrate_on_start=never"];
    let other = ["--set", "database.url=sqlite://data/other.sqlite3"];
    let failed = sandbox.run(&[&["serve"], &wrong[..], &other[..], &SHARED[..]].concat());

    assert_eq!(failed.code, Some(1), "{}", failed.err);
    for _ in 0..20 {
        let mut connection = Connection::open(&service.address).unwrap();
        let answer = connection.ask_as(&token, "/api/users/me/").unwrap();
        assert_eq!(answer.status, 200);
    }
}

#[test]
fn a_port_that_is_not_shared_is_refused_to_a_second_process() {
    let sandbox = Sandbox::migrated();
    let service = sandbox.start(&["serve"]);

    let bind = format!("http.bind={}", service.address);
    let second = sandbox.run(&[&["serve", "--set", &bind], &SHARED[..]].concat());

    assert_eq!(second.code, Some(1), "{}", second.err);
    let start = format!(
        "profiled: http.bind in --set: cannot listen on {}: ",
        service.address
    );
    assert!(second.err.starts_with(&start), "{}", second.err);
}
