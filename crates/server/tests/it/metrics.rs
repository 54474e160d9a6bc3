//! `/metrics`, on a listener of its own.

#![expect(
    clippy::unwrap_used,
    reason = "a service that does not answer has failed the test"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::sandbox::{Sandbox, Service, read_answer};

const DOCUMENT: &str = include_str!("../../../../docs/METRICS.md");
/// A text of clients.
const MARK: &str = "markq7z";

/// A service with the listener for operators, and where that is.
fn started(sandbox: &Sandbox) -> (Service, String) {
    let mut service = sandbox.start(&["serve", "--set", "http.admin_bind=127.0.0.1:0"]);
    let line = service.line();
    let address = line.strip_prefix("admin listening on http://").unwrap();
    let address = address.trim_end().to_owned();
    (service, address)
}

fn get(address: &str, path: &str) -> (u16, String) {
    let mut connection = TcpStream::connect(address).unwrap();
    let head = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    connection.write_all(head.as_bytes()).unwrap();
    read_answer(&mut connection)
}

fn metrics(address: &str) -> String {
    let (status, text) = get(address, "/metrics");
    assert_eq!(status, 200, "{text}");
    text
}

/// Rows of the document: name, type and labels.
fn documented() -> BTreeSet<[String; 3]> {
    let (_, rest) = DOCUMENT.split_once("<!-- metrics -->\n").unwrap();
    let (table, _) = rest.split_once("<!-- end of metrics -->").unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let cells = rows.map(|row| {
        let mut cells = row.trim_matches('|').split('|').map(str::trim);
        [(); 3].map(|()| cells.next().unwrap().replace('`', ""))
    });
    cells.collect()
}

/// Names of labels, but for that of buckets, as they stand in the document.
fn labels(sample: &str) -> String {
    let Some((_, rest)) = sample.split_once('{') else {
        return String::new();
    };
    let names = rest.split("\",").filter_map(|pair| pair.split_once('='));
    let names = names.map(|(name, _)| name).filter(|name| *name != "le");
    names.collect::<Vec<_>>().join(", ")
}

/// The same of what is exported. A family without a sample has the labels that are documented.
fn exported(text: &str) -> BTreeSet<[String; 3]> {
    let known: BTreeMap<String, String> = documented()
        .into_iter()
        .map(|[name, _, labels]| (name, labels))
        .collect();
    let types = text.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let family = |line: &str| {
        let (name, kind) = line.split_once(' ').unwrap();
        let is_own = |sample: &&str| {
            let rest = sample.strip_prefix(name);
            rest.is_some_and(|rest| {
                let rest = rest.trim_start_matches("_bucket");
                rest.starts_with('{') || rest.starts_with(' ')
            })
        };
        let labels = match text.lines().find(is_own) {
            Some(sample) => labels(sample),
            None => known.get(name).cloned().unwrap_or_default(),
        };
        [name.to_owned(), kind.to_owned(), labels]
    };
    types.map(family).collect()
}

#[test]
fn the_document_lists_all_metrics_with_their_types_and_labels() {
    let sandbox = Sandbox::new();
    let (service, admin) = started(&sandbox);
    service.send("GET", "/api/users/me/", "Token x");

    assert_eq!(exported(&metrics(&admin)), documented());
}

#[test]
fn requests_are_counted_by_what_the_service_calls_them() {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--username", "ada", "--staff"]);
    let key = sandbox.done(&["token", "create", "ada"]);
    let (service, admin) = started(&sandbox);
    let token = format!("Token {}", key.trim_end());

    service.send("GET", "/api/users/me/", &token);
    service.send("GET", "/api/users/me/", &format!("Token {MARK}"));
    service.send("POST", "/api/profile/", &format!("Bearer {MARK}"));
    service.send("GET", "/api/v1/me/", "Basic bWFya3E3ejptYXJrcTd6");
    service.send("GET", &format!("/{MARK}"), "");
    service.send(&MARK.to_uppercase(), "/api/users/me/", &token);
    service.send("GET", "/live", "");

    let text = metrics(&admin);
    let drf = "profiled_http_requests_total{route=\"/api/users/me/\",dialect=\"drf\"";
    for line in [
        format!("{drf},method=\"GET\",status=\"200\"}} 1"),
        format!("{drf},method=\"GET\",status=\"401\"}} 1"),
        format!("{drf},method=\"other\",status=\"405\"}} 1"),
    ] {
        assert!(text.contains(&line), "{line}: {text}");
    }
    for line in [
        "{route=\"none\",dialect=\"none\",method=\"GET\",status=\"404\"} 1",
        "{route=\"/live\",dialect=\"none\",method=\"GET\",status=\"200\"} 1",
        "profiled_http_request_duration_seconds_count{route=\"/api/users/me/\",dialect=\"drf\"} 3",
        "profiled_authentications_total{scheme=\"token\",reason=\"accepted\"} 2",
        "profiled_authentications_total{scheme=\"token\",reason=\"unknown_token\"} 1",
        "profiled_authentications_total{scheme=\"bearer\",reason=\"malformed\"} 1",
        "profiled_authentications_total{scheme=\"basic\",reason=\"unknown_user\"} 1",
        "profiled_lane_wait_seconds_count{lane=\"hashing\"} 1",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.to_lowercase().contains(MARK), "{text}");
    assert!(!text.contains(key.trim_end()));
}

#[test]
fn operators_ask_elsewhere_than_clients() {
    let sandbox = Sandbox::new();
    let (service, admin) = started(&sandbox);

    assert_eq!(get(&admin, "/live").0, 200);
    assert_eq!(get(&admin, "/ready").0, 200);
    assert_eq!(get(&admin, "/api/users/me/").0, 404);
    assert_eq!(service.send("GET", "/metrics", "").0, 404);
    assert_eq!(service.send("GET", "/ready", "").0, 200);
}

#[test]
fn malformed_requests_are_counted_and_leave_no_line_above_debug() {
    let sandbox = Sandbox::new();
    let (mut service, admin) = started(&sandbox);
    let large = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(256 * 1024));
    for (request, expected) in [
        ("X\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\u{0}: x\r\n\r\n", 400),
        (&large, 431),
    ] {
        let mut connection = service.connect();
        // It may be refused before it is sent to its end.
        let _ = connection.write_all(request.as_bytes());
        assert_eq!(read_answer(&mut connection).0, expected);
    }

    let counted = metrics(&admin);
    service.signal("TERM");
    let log = service.rest_of_log();

    for line in [
        "profiled_http_malformed_requests_total{status=\"400\"} 2",
        "profiled_http_malformed_requests_total{status=\"431\"} 1",
    ] {
        assert!(counted.contains(line), "{counted}");
    }
    assert!(
        !log.contains("ERROR") && !log.contains("actix_http"),
        "{log}"
    );
}

/// A silent one that is not displaced is answered 408 after some time, and those that come after it would wait for that.
#[test]
fn the_oldest_of_too_many_connections_makes_room_for_a_probe() {
    let sandbox = Sandbox::new();
    let (_service, admin) = started(&sandbox);
    let mut oldest = TcpStream::connect(&admin).unwrap();
    let connect = |_| TcpStream::connect(&admin).unwrap();
    let _silent: Vec<TcpStream> = (0..256).map(connect).collect();

    assert_eq!(get(&admin, "/live").0, 200);

    let mut heard = String::new();
    oldest.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, "");
}

#[test]
fn listener_that_is_in_use_is_taken_when_it_is_free() {
    let sandbox = Sandbox::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = other.local_addr().unwrap().to_string();
    let setting = format!("http.admin_bind={address}");

    let mut service = sandbox.start(&["serve", "--set", &setting]);
    let told = service.log_line("http.admin_bind is in use");
    assert!(told.contains(&address), "{told}");
    assert_eq!(service.send("GET", "/live", "").0, 200);
    drop(other);
    service.log_line("http.admin_bind is free");

    assert_eq!(get(&address, "/live").0, 200);
}

#[test]
fn listener_that_cannot_be_had_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let bind = format!("http.bind={taken}");
    let setting = format!("http.admin_bind={taken}");
    let twice = Sandbox::new().run(&["check", "--set", &bind, "--set", &setting]);
    let line = format!(
        "profiled: http.admin_bind in --set is {taken}, which http.bind has already: take another port, or off\n"
    );
    assert_eq!((twice.code, twice.err), (Some(5), line));

    for (address, code, text) in [
        (
            "192.0.2.1:9000",
            1,
            "http.admin_bind in --set: cannot listen on 192.0.2.1:9000",
        ),
        ("localhost", 5, "write host:port, as 127.0.0.1:9000, or off"),
    ] {
        let setting = format!("http.admin_bind={address}");
        let port = "http.bind=127.0.0.1:0";
        let ended = Sandbox::new().run(&["serve", "--set", port, "--set", &setting]);

        assert_eq!(ended.code, Some(code), "{}", ended.err);
        assert!(ended.err.contains(text), "{}", ended.err);
    }
}
