//! `profiled serve`: start, stop, and what keeps it from starting.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use serde_json::Value;

use crate::sandbox::{Sandbox, read_answer};

#[test]
fn it_tells_where_it_listens_and_answers_there() {
    let sandbox = Sandbox::new();

    let service = sandbox.start(&["serve"]);

    assert_eq!(service.send("GET", "/live", "").0, 200);
    assert_eq!(service.send("GET", "/ready", "").0, 200);
    assert_eq!(service.send("GET", "/api/users/me/", "").0, 401);
}

#[test]
fn every_address_is_told() {
    let sandbox = Sandbox::new();

    let mut service = sandbox.start(&["serve", "--set", "http.bind=127.0.0.1:0,127.0.0.1:0"]);

    let second = service.line();
    let address = second
        .strip_prefix("listening on http://127.0.0.1:")
        .unwrap();
    assert!(address.trim_end().parse::<u16>().is_ok(), "{second}");
}

#[test]
fn programs_are_told_the_address_as_json() {
    let sandbox = Sandbox::new();

    let service = sandbox.start(&["serve", "--json"]);

    assert_eq!(service.send("GET", "/live", "").0, 200);
}

#[test]
fn sigterm_and_sigint_end_it_with_exit_code_0() {
    let sandbox = Sandbox::new();

    for signal in ["TERM", "INT"] {
        let mut service = sandbox.start(&["serve"]);

        service.signal(signal);

        assert_eq!(service.end(), Some(0), "{signal}");
    }
}

#[test]
fn a_request_under_way_is_answered_at_shutdown() {
    let sandbox = Sandbox::new();
    let mut service = sandbox.start(&["serve"]);
    let mut connection = service.connect();
    let head = format!(
        "POST /api/profile/ HTTP/1.1\r\nHost: {}\r\nContent-Length: 5\r\n\
         Expect: 100-continue\r\n\r\n",
        service.address
    );
    connection.write_all(head.as_bytes()).unwrap();
    let mut line = String::new();
    // The server waits for the body now.
    BufReader::new(connection.try_clone().unwrap().take(25))
        .read_line(&mut line)
        .unwrap();

    service.signal("TERM");
    service.log_line("stopping");
    connection.write_all(b"hello").unwrap();
    let (status, body) = read_answer(&mut connection);

    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    assert_eq!(status, 401, "{body}");
    assert_eq!(service.end(), Some(0));
}

#[test]
fn a_port_in_use_is_named() {
    let sandbox = Sandbox::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap();

    let ended = sandbox.run(&["serve", "--set", &format!("http.bind={address}")]);

    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.err,
        format!(
            "profiled: http.bind: cannot listen on {address}: Address already in use (os error 98)\n"
        )
    );
    assert!(
        !sandbox.path().join("data").exists(),
        "the database was touched"
    );
}

#[test]
fn pending_migrations_keep_it_from_starting() {
    let sandbox = Sandbox::new();
    let never = "database.migrate_on_start=never";
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    let count = std::fs::read_dir(migrations).unwrap().count();

    let ended = sandbox.run(&["serve", "--set", "http.bind=127.0.0.1:0", "--set", never]);

    assert_eq!(ended.code, Some(1));
    assert_eq!(
        ended.err,
        format!(
            "profiled: the database sqlite://./data/profiled.sqlite3 lacks {count} migrations, the \
             first is 2026-11-24-000001_create_users: run profiled migrate\n"
        )
    );
    assert!(!sandbox.path().join("data/profiled.sqlite3").exists());
}

#[test]
fn a_request_is_one_line_of_the_log_in_either_form() {
    let sandbox = Sandbox::new();
    let mut text = sandbox.start(&["serve"]);
    let mut json = sandbox.start(&["serve", "--set", "log.format=json"]);

    text.send("GET", "/api/users/me/", "Token secret");
    json.send("GET", "/api/users/me/", "Token secret");

    let line = text.log_line("profiled::request");
    assert!(line.contains("status=401"), "{line}");
    let line: Value = serde_json::from_str(&json.log_line("profiled::request")).unwrap();
    assert_eq!(
        (&line["status"], &line["route"]),
        (&401.into(), &"/api/users/me/".into())
    );
    assert!(!line.to_string().contains("secret"), "{line}");
}

#[test]
fn quiet_leaves_errors_only_in_the_log() {
    let sandbox = Sandbox::new();
    let mut service = sandbox.start(&["serve", "--quiet"]);

    service.send("GET", "/api/users/me/", "");
    service.signal("TERM");

    assert_eq!(service.end(), Some(0));
    assert_eq!(service.rest_of_log(), "");
}
