//! `profiled serve`: start, stop, and what keeps it from starting.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use serde_json::Value;

use crate::sandbox::{Sandbox, audit_trail, read_answer};

#[test]
fn service_prints_its_address_and_answers_there() {
    let sandbox = Sandbox::new();

    let service = sandbox.start(&["serve"]);

    assert_eq!(service.send("GET", "/live", "").0, 200);
    assert_eq!(service.send("GET", "/ready", "").0, 200);
    assert_eq!(service.send("GET", "/api/users/me/", "").0, 401);
}

#[test]
fn service_prints_every_address() {
    let sandbox = Sandbox::new();

    let mut service = sandbox.start(&["serve", "--set", "http.bind=127.0.0.1:0,127.0.0.1:0"]);

    let second = service.line();
    let address = second
        .strip_prefix("listening on http://127.0.0.1:")
        .unwrap();
    assert!(address.trim_end().parse::<u16>().is_ok(), "{second}");
}

#[test]
fn service_prints_its_address_as_json_on_request() {
    let sandbox = Sandbox::new();

    let service = sandbox.start(&["serve", "--json"]);

    assert_eq!(service.send("GET", "/live", "").0, 200);
}

#[test]
fn sigterm_and_sigint_end_the_service_with_exit_code_0() {
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
            "profiled: http.bind in --set: cannot listen on {address}: Address already in use (os error 98): end what has it, or \
             name another address\n"
        )
    );
    assert!(
        !sandbox.path().join("data").exists(),
        "the database was touched"
    );
}

#[test]
fn service_with_pending_migrations_does_not_start() {
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
fn log_names_the_pattern_of_a_route_with_its_mount_and_no_id() {
    let sandbox = Sandbox::new();
    let mut json = sandbox.start(&["serve", "--set", "log.format=json"]);

    json.send("GET", "/api/v1/users/8642/", "Token secret");

    let line: Value = serde_json::from_str(&json.log_line("profiled::request")).unwrap();
    assert_eq!(line["route"], "/api/v1/users/{id}/");
}

#[test]
fn j1_control_characters_of_clients_add_no_log_line_and_long_text_is_cut() {
    let large = "x".repeat(40_000);
    let injected = "x\", status=200 {\"user_id\":1} \\x1b[31m";
    let heads = [
        format!("GET /%0aINFO%20profiled::request HTTP/1.1\r\nUser-Agent: {injected}\r\n"),
        format!("GET /{large} HTTP/1.1\r\nUser-Agent: {large}\r\n"),
        format!("{large} /api/users/me/ HTTP/1.1\r\n"),
        format!(
            "POST /api/v1/authtoken/ HTTP/1.1\r\nContent-Type: {injected}\r\nContent-Length: 1\r\n"
        ),
        format!(
            "POST /api/v1/authtoken/ HTTP/1.1\r\nContent-Type: a/{large}\r\nContent-Length: 1\r\n"
        ),
        format!(
            "GET /api/v1/me/ HTTP/1.1\r\nX-Request-Id: {injected}\r\nAuthorization: Basic XG4bWzMxbTp4\r\n"
        ),
    ];

    for format in ["text", "json"] {
        let sandbox = Sandbox::new();
        let mut service = sandbox.start(&["serve", "--set", &format!("log.format={format}")]);
        // No HTTP: refused before there is a request.
        let escape = "GET /\u{1b}[31m HTTP/1.1\r\nUser-Agent: \u{1b}[31m\r\n".to_owned();
        for head in heads.iter().chain([&escape]) {
            let mut connection = service.connect();
            let body = if head.contains("Length") { "a" } else { "" };
            let host = &service.address;
            let request = format!("{head}Host: {host}\r\nConnection: close\r\n\r\n{body}");
            connection.write_all(request.as_bytes()).unwrap();
            read_answer(&mut connection);
        }
        service.signal("TERM");
        let log = service.rest_of_log();

        let lines = log
            .lines()
            .filter(|line| line.contains("profiled::request"));
        assert_eq!(lines.count(), heads.len(), "{log}");
        assert!(log.lines().all(|line| line.len() < 1000), "{log}");
        assert!(!log.contains('\u{1b}') && !log.contains("%0a"), "{log}");
        if format == "json" {
            for line in log.lines() {
                let line: Value = serde_json::from_str(line).unwrap();
                assert_ne!(line["status"], 200, "{line}");
            }
        }
    }
}

#[test]
fn quiet_leaves_errors_only_in_the_log() {
    let sandbox = Sandbox::new();
    let mut service = sandbox.start(&["serve", "--quiet"]);

    service.send("GET", "/api/users/me/", "");
    service.signal("TERM");

    assert_eq!(service.end(), Some(0));
    // The audit trail is no matter of levels: development has made itself a key.
    let (_, rest) = audit_trail(&service.rest_of_log());
    assert_eq!(rest, "");
}
