//! Requests that are sent before the answers to earlier ones have come.

use std::io::{Cursor, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use acceptance::connection::Connection;
use acceptance::service::{Backend, Data, Service};
use image::{ImageFormat, Rgb, RgbImage};

/// A service that says nothing for so long hangs.
const SILENCE: Duration = Duration::from_secs(30);

fn request(line: &str, fields: &str, body: &str) -> String {
    format!("{line}\r\nHost: localhost\r\n{fields}\r\n{body}")
}

/// The lines of all answers to `requests`, which are sent at once. Fields come in any order; dates and ids of requests
/// are left out.
fn answers(address: SocketAddr, requests: &str) -> Vec<String> {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(SILENCE)).unwrap();
    connection.write_all(requests.as_bytes()).unwrap();
    connection.shutdown(Shutdown::Write).unwrap();
    let mut text = String::new();
    connection.read_to_string(&mut text).unwrap();
    let text = text.replace("HTTP/1.", "\r\n\r\nHTTP/1.");
    let parts = text.split("\r\n\r\n").filter(|part| !part.is_empty());
    let in_order = |part: &str| {
        let differ = ["date: ", "x-request-id: "];
        let is_constant = |line: &&str| !differ.iter().any(|name| line.starts_with(name));
        let mut lines: Vec<_> = part.split("\r\n").filter(is_constant).collect();
        lines.sort_unstable();
        lines.join("\n")
    };
    parts.map(in_order).collect()
}

#[test]
fn each_request_is_answered_as_if_it_had_come_alone() {
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let caller = service.client().token("MasterAdmin");
    let json = format!(
        "Authorization: {}\r\nContent-Type: application/json\r\n",
        caller.credentials()
    );
    let sized = format!("{json}Content-Length: 2\r\n");
    let chunked = format!("{json}Transfer-Encoding: chunked\r\n");
    let (me, token) = ("/api/users/me/", "/api/auth/token/");
    let requests = [
        request(&format!("HEAD {me} HTTP/1.1"), &json, ""),
        request(&format!("GET {me} HTTP/1.1"), &json, ""),
        request(
            &format!("PATCH {me} HTTP/1.1"),
            &chunked,
            "2\r\n{}\r\n0\r\n\r\n",
        ),
        request("HEAD /live HTTP/1.1", "", ""),
        request(&format!("POST {token} HTTP/1.1"), &sized, "{}"),
        request(
            &format!("GET {me} HTTP/1.0"),
            "Connection: keep-alive\r\n",
            "",
        ),
        request("GET /nothing HTTP/1.1", "", ""),
        request(&format!("HEAD {me} HTTP/1.1"), &json, ""),
        request("GET /live HTTP/1.1", "Connection: close\r\n", ""),
    ];

    let alone = requests
        .each_ref()
        .map(|one| answers(service.address(), one));
    let together = answers(service.address(), &requests.concat());

    assert_eq!(together, alone.concat());
}

#[test]
fn nothing_is_answered_behind_a_request_that_ends_the_connection() {
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let key = service.client().token("MasterAdmin");
    let fields = format!("Authorization: {}\r\n", key.credentials());
    let line = "GET /api/users/me/ HTTP/1.1";
    let last = request(line, &format!("{fields}Connection: close\r\n"), "");
    let behind = request(line, &fields, "");

    let alone = answers(service.address(), &last);
    let together = answers(service.address(), &(last + &behind));

    assert_eq!(together, alone);
}

/// It is sent bit by bit, long after its request was answered.
#[test]
fn nothing_is_answered_behind_a_file_that_ends_the_connection() {
    let service = Service::start(Backend::Sqlite, Data::Staff, &[]);
    let mut noise = 1_u32;
    let picture = RgbImage::from_fn(700, 700, |_, _| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, red, green, blue] = noise.to_le_bytes();
        Rgb([red, green, blue])
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Jpeg).unwrap();
    let caller = service.client().token("MasterAdmin");
    let sent = caller.send(crate::avatars::form("noise.jpg", file.get_ref()));
    let path = crate::avatars::avatar(&sent);
    let stored = caller.get(&path).body;
    assert!(stored.len() > 128 * 1024, "{}", stored.len());
    let behind = request("GET /live HTTP/1.1", "", "");

    for (line, fields) in [
        ("HTTP/1.1", "Connection: close\r\n"),
        ("HTTP/1.0", "Connection: close\r\n"),
        ("HTTP/1.0", ""),
    ] {
        let last = request(&format!("GET {path} {line}"), fields, "");
        let mut connection = TcpStream::connect(service.address()).unwrap();
        connection.set_read_timeout(Some(SILENCE)).unwrap();
        connection.write_all((last + &behind).as_bytes()).unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        assert!(answer.ends_with(&stored), "{line} {fields}");
    }

    let next = request(&format!("GET {path} HTTP/1.1"), "", "");
    let mut connection = Connection::open(service.address()).unwrap();
    let both = connection.ask((next + &behind).as_bytes()).unwrap();
    assert!(both.ends_with(&stored));
    let second = connection.answer().unwrap();
    assert!(second.starts_with(b"HTTP/1.1 200 OK"));
}

/// The head of a request had come in time, whatever time its answer took.
#[test]
fn a_request_is_in_time_after_one_whose_answer_took_long() {
    let settings = ["http.header_timeout=1", "database.deadline=3"];
    let service = Service::start(Backend::Sqlite, Data::Staff, &settings);
    let key = service.client().token("MasterAdmin");
    let fields = format!(
        "Authorization: {}\r\nContent-Type: application/json\r\n",
        key.credentials()
    );
    let fields = format!("{fields}Content-Length: 18\r\n");
    let change = request(
        "PATCH /api/users/me/ HTTP/1.1",
        &fields,
        r#"{"first_name":"A"}"#,
    );
    let mut connection = Connection::open(service.address()).unwrap();
    let mut status = || {
        let answer = connection.ask(change.as_bytes()).unwrap();
        String::from_utf8(answer.get(9..12).unwrap().to_vec()).unwrap()
    };

    let first = status();
    let mut other = service.session();
    other.execute("BEGIN IMMEDIATE").unwrap();
    let late = status();
    other.execute("ROLLBACK").unwrap();
    let next = status();

    assert_eq!([first, late, next], ["200", "503", "200"]);
}
