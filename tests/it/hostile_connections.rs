//! Clients that do not read, do not end, or come in great number.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use acceptance::connection::Connection;
use acceptance::replay::wire::Request;
use acceptance::service::{Backend, Data, Service};
use profiled::Access;
use serde_json::json;

/// A service that says nothing for so long hangs.
const SILENCE: Duration = Duration::from_secs(30);
const JSON: &str = "Host: localhost\r\nContent-Type: application/json\r\n";
/// More than the operating system keeps of what is sent to a service that does not read.
const FLOOD: usize = 64 * 1024 * 1024;

fn staff(settings: &[&str]) -> Service {
    Service::start(Backend::Sqlite, Data::Staff, settings)
}

fn connect(address: SocketAddr) -> TcpStream {
    let connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(SILENCE)).unwrap();
    connection.set_write_timeout(Some(SILENCE)).unwrap();
    connection
}

/// Sends more and more, reading nothing, until the service has ended the connection.
fn send_until_ended(connection: &mut TcpStream, request: &str) {
    let requests = request.repeat(100);
    let mut sent = 0;
    let error = loop {
        match connection.write(requests.as_bytes()) {
            Ok(length) => sent += length,
            Err(error) => break error.kind(),
        }
        assert!(sent < FLOOD, "the service reads on and on");
    };
    let ended = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
    assert!(ended.contains(&error), "{error}");
}

/// All that comes back until the service ends the connection, which the client leaves open.
pub(crate) fn all_answers(address: SocketAddr, parts: &[&str]) -> String {
    let mut connection = connect(address);
    connection.set_nodelay(true).unwrap();
    for part in parts {
        connection.write_all(part.as_bytes()).unwrap();
    }
    let mut text = Vec::new();
    connection.read_to_end(&mut text).unwrap();
    String::from_utf8(text).unwrap()
}

pub(crate) fn statuses(answers: &str) -> Vec<&str> {
    let heads = answers.split("HTTP/1.").skip(1);
    heads
        .map(|head| head.get(2..5).unwrap_or_default())
        .collect()
}

#[test]
fn requests_behind_answers_that_nobody_takes_are_not_answered() {
    let service = staff(&["http.write_timeout=1"]);
    let caller = service.client().token("MasterAdmin");
    let key = caller.credentials();
    let page = format!(
        "GET /api/users/me/ HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nAuthorization: {key}\r\n\r\n"
    );
    let body = r#"{"first_name":"Unread"}"#;
    let change = format!(
        "PATCH /api/users/me/ HTTP/1.1\r\n{JSON}Authorization: {key}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = connect(service.address());

    connection.write_all(page.repeat(2000).as_bytes()).unwrap();
    connection.write_all(change.as_bytes()).unwrap();
    send_until_ended(&mut connection, &page);

    let me = caller.get("/api/users/me/").json();
    assert_ne!(me["first_name"], "Unread");
    let mut alone = Connection::open(service.address()).unwrap();
    alone.ask(change.as_bytes()).unwrap();
    let me = caller.get("/api/users/me/").json();
    assert_eq!(me["first_name"], "Unread");
}

#[test]
fn a_file_that_nobody_takes_ends_its_connection() {
    let service = staff(&["http.write_timeout=1"]);
    service.write_file("media/large.bin", &vec![0; FLOOD]);
    let mut connection = connect(service.address());

    send_until_ended(
        &mut connection,
        "GET /media/large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n",
    );

    let live = service.client().anonymous().get("/live");
    assert_eq!(live.status, 200);
}

#[test]
fn pipelined_answers_arrive_in_order_when_they_are_read_late() {
    let service = staff(&[]);
    let mut connection = connect(service.address());
    let requests: String = (0..3000)
        .map(|number| match number % 3 {
            0 => format!("GET /nothing/{number} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            1 => "GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
            _ => format!("POST /api/auth/token/ HTTP/1.1\r\n{JSON}Content-Length: 2\r\n\r\n{{}}"),
        })
        .collect();

    let mut writer = connection.try_clone().unwrap();
    let sent = std::thread::spawn(move || writer.write_all(requests.as_bytes()));
    sent.join().unwrap().unwrap();
    let last = b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    connection.write_all(last).unwrap();
    let mut answers = String::new();
    connection.read_to_string(&mut answers).unwrap();

    let expected: Vec<_> = ["404", "200", "400"]
        .into_iter()
        .cycle()
        .take(3000)
        .collect();
    let found = statuses(&answers);
    assert_eq!(found.get(..3000).unwrap(), expected);
    assert_eq!(found.len(), 3001);
}

#[test]
fn an_idle_connection_is_closed_after_its_time() {
    let service = staff(&["http.keep_alive=1"]);

    let answers = all_answers(
        service.address(),
        &["GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    );

    assert_eq!(statuses(&answers), ["200"]);
    assert!(!answers.contains("connection: close"), "{answers}");
}

#[test]
fn a_later_head_that_does_not_arrive_ends_the_connection_as_the_first_one_does() {
    let service = staff(&["http.header_timeout=1"]);
    let mut connection = connect(service.address());
    let mut first = [0; 15];

    connection
        .write_all(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    connection.read_exact(&mut first).unwrap();
    connection.write_all(b"GET /live HTT").unwrap();
    let mut answers = String::new();
    connection.read_to_string(&mut answers).unwrap();

    assert_eq!(&first, b"HTTP/1.1 200 OK");
    assert_eq!(statuses(&answers), ["408"], "{answers}");
}

#[test]
fn a_connection_beyond_those_of_the_workers_waits_for_the_end_of_another() {
    let service = staff(&["http.max_connections=1", "http.workers=1"]);
    let live = b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut first = Connection::open(service.address()).unwrap();
    first.ask(live).unwrap();
    let mut second = Connection::open(service.address()).unwrap();
    second.send(live).unwrap();

    for _ in 0..200 {
        first.ask(live).unwrap();
    }
    let was_early = second.has_answer().unwrap();
    drop(first);
    let answer = second.answer().unwrap();

    assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
    assert!(!was_early, "two connections at a time");
}

#[test]
fn a_connection_beyond_those_of_its_network_is_closed() {
    let limit = "http.max_connections_per_network=2";
    let service = staff(&[limit]);
    let trusting = staff(&[limit, "http.trusted_proxies=127.0.0.1"]);
    let live = b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let open = |service: &Service| {
        let mut connection = Connection::open(service.address()).unwrap();
        let is_answered = connection.ask(live).is_ok();
        (connection, is_answered)
    };

    let limited = [open(&service), open(&service), open(&service)];
    let of_a_proxy = [open(&trusting), open(&trusting), open(&trusting)];

    assert_eq!(limited.each_ref().map(|(_, ok)| *ok), [true, true, false]);
    assert_eq!(of_a_proxy.each_ref().map(|(_, ok)| *ok), [true; 3]);
}

#[test]
fn malformed_chunks_are_answered_400_before_the_connection_ends() {
    let service = staff(&[]);
    let caller = service.client().token("MasterAdmin");
    let key = caller.credentials();
    let heads = [
        "POST /api/auth/token/".to_owned(),
        format!("PATCH /api/users/me/ HTTP/1.1\r\nAuthorization: {key}"),
        "POST /nowhere/".to_owned(),
        "GET /live".to_owned(),
    ];
    for head in heads {
        let version = if head.contains("HTTP/1.1") {
            ""
        } else {
            " HTTP/1.1"
        };
        let head = format!("{head}{version}\r\n{JSON}Transfer-Encoding: chunked\r\n\r\n");
        for chunks in [
            "zz\r\n",
            "5\r\n{\"a\":x",
            "5\nab",
            "ffffffffffffffffff\r\n",
            "-1\r\n",
        ] {
            let together = all_answers(service.address(), &[&format!("{head}{chunks}")]);
            let apart = all_answers(service.address(), &[&head, "2\r\n{ \r\n", chunks]);

            for answers in [together, apart] {
                let found = statuses(&answers);
                // A view that needs no body may have answered before.
                let is_unread = head.starts_with("GET") || head.contains("nowhere");
                let fits = found == ["400"] || is_unread && found.len() == 1;
                assert!(fits, "{head}{chunks}: {answers:?}");
                let end = answers.to_lowercase();
                assert!(
                    end.contains("connection: close"),
                    "{head}{chunks}: {answers:?}"
                );
            }
        }
    }
}

#[test]
fn views_for_everybody_take_64_kib_and_no_files() {
    let service = staff(&["dialects.tower_v2.enabled=true"]);
    let nobody = service.client().anonymous();
    let is_open = |access| matches!(access, Access::Open | Access::Optional);
    let open = service
        .routes()
        .iter()
        .filter(|route| is_open(route.access) && route.allow.to_str().unwrap().contains("POST"));
    let body = |length: usize| format!("a={}", "b".repeat(length - 2));
    let form = |path: &str, body: &str| {
        let request = Request::new("POST", path);
        let request = request.header("Content-Type", "application/x-www-form-urlencoded");
        nobody.send(request.body(body)).status
    };

    let mut count = 0;
    for route in open {
        let path = &route.pattern;
        let multipart = Request::new("POST", path)
            .header("Content-Type", "multipart/form-data; boundary=b")
            .body("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--b--\r\n");

        assert_eq!(nobody.send(multipart).status, 415, "{path}");
        assert_ne!(form(path, &body(64 * 1024)), 413, "{path}");
        assert_eq!(form(path, &body(64 * 1024 + 1)), 413, "{path}");
        count += 1;
    }
    assert!(count >= 8, "{count}");
}

#[test]
fn fields_of_queries_and_values_of_json_are_limited() {
    let service = staff(&["dialects.tower.enabled=true"]);
    let caller = service.client().token("MasterAdmin");
    let query = |count: usize| {
        let fields = "a=1&".repeat(count);
        caller.get(&format!("/api/users/me/?{fields}")).status
    };
    let list = |count: usize| {
        let zeros = vec![0; count];
        let body = json!({ "first_name": "Ada", "x": zeros }).to_string();
        let request = Request::json("PATCH", "/api/users/me/", &body);
        caller.send(request).status
    };

    assert_eq!([query(1000), query(1001)], [200, 400]);
    assert_eq!([list(9000), list(10_000)], [200, 400]);
}
