//! Attack cases of connections: slow, ambiguous and oversized requests; what a log may take from them.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use acceptance::service::{Backend, Data, Service};

/// A service that says nothing for so long hangs.
const SILENCE: Duration = Duration::from_secs(30);
const JSON: &str = "Host: localhost\r\nContent-Type: application/json\r\n";

fn staff(settings: &[&str]) -> Service {
    Service::start(Backend::Sqlite, Data::Staff, settings)
}

/// All that comes back until the service closes the connection, which the client leaves open.
fn all_answers(address: SocketAddr, bytes: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(SILENCE)).unwrap();
    // It may close before it has read everything.
    let _ = connection.write_all(bytes);
    let mut text = Vec::new();
    let end = connection.read_to_end(&mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    let is_reset = |error: &std::io::Error| error.kind() == std::io::ErrorKind::ConnectionReset;
    assert!(
        end.as_ref().err().is_none_or(is_reset),
        "{end:?} after {text:?}"
    );
    text
}

fn statuses(answers: &str) -> Vec<&str> {
    let heads = answers.split("HTTP/1.1 ").skip(1);
    heads
        .map(|head| head.get(..3).unwrap_or_default())
        .collect()
}

fn key(service: &Service) -> String {
    let caller = service.client().token("MasterAdmin");
    caller.credentials().to_owned()
}

#[test]
fn h2_a_body_that_does_not_arrive_is_answered_408_in_the_shape_of_its_dialect() {
    let service = staff(&["http.body_timeout=0.05"]);
    let token = key(&service);
    let bearer = service.client().bearer(1).credentials().to_owned();
    let requests = [
        ("PATCH /api/users/me/", &token, r#"{"detail":"The"#),
        ("PUT /api/profile/1/update/", &bearer, r#"{"detail":"The"#),
        (
            "POST /api/v1/authtoken/",
            &String::new(),
            r#"{"detail": "The"#,
        ),
    ];

    for (line, credentials, start) in requests {
        for half in [
            "Content-Length: 100\r\n\r\n{\"first_name\":",
            "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"fir\r\n",
        ] {
            let bytes = format!("{line} HTTP/1.1\r\n{JSON}Authorization: {credentials}\r\n{half}");

            let answers = all_answers(service.address(), bytes.as_bytes());

            assert_eq!(statuses(&answers), ["408"], "{line} {half:?}: {answers}");
            assert!(
                answers.to_lowercase().contains("connection: close"),
                "{answers}"
            );
            assert!(answers.contains(start), "{answers}");
        }
    }
}

#[test]
fn h2_slow_unread_body_ends_with_its_answer() {
    let service = staff(&["http.body_timeout=0.05"]);

    for (line, status) in [
        ("POST /api/profile/", "401"),
        ("POST /nowhere/", "404"),
        ("GET /live", "200"),
    ] {
        for half in [
            "Content-Length: 9\r\n\r\na",
            "Transfer-Encoding: chunked\r\n\r\n5\r\na",
        ] {
            let bytes = format!("{line} HTTP/1.1\r\n{JSON}{half}");

            let answers = all_answers(service.address(), bytes.as_bytes());

            assert_eq!(statuses(&answers), [status], "{line} {half:?}: {answers}");
        }
    }
}

#[test]
fn h2_others_are_served_while_heads_bodies_and_answers_are_slow() {
    let service = staff(&[]);
    let token = key(&service);
    let begun = [
        "GET /api/users/me/ HTT".to_owned(),
        format!(
            "PATCH /api/users/me/ HTTP/1.1\r\n{JSON}Authorization: {token}\r\nContent-Length: 9\r\n\r\n{{"
        ),
        // Answers that are never read.
        format!("GET /api/users/me/ HTTP/1.1\r\n{JSON}Authorization: {token}\r\n\r\n").repeat(500),
        String::new(),
    ];
    let connections: Vec<_> = (0..100)
        .flat_map(|_| &begun)
        .map(|bytes| {
            let mut connection = TcpStream::connect(service.address()).unwrap();
            connection.set_nonblocking(true).unwrap();
            // As much as the service takes.
            let _ = connection.write(bytes.as_bytes());
            connection
        })
        .collect();

    let me = service.client().token("MasterAdmin").get("/api/users/me/");

    assert_eq!((me.status, connections.len()), (200, 400));
}

#[test]
fn h2_a_head_that_does_not_arrive_ends_the_connection() {
    let service = staff(&["http.header_timeout=1"]);

    let answers = all_answers(
        service.address(),
        b"GET /api/users/me/ HTTP/1.1\r\nHost: loc",
    );

    assert_eq!(statuses(&answers), ["408"], "{answers}");
}

#[test]
fn h1_no_second_request_hides_in_the_body_of_a_first_one() {
    let service = staff(&[]);
    let token = key(&service);
    let hidden =
        format!("GET /api/users/me/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token}\r\n\r\n");
    let length = hidden.len();
    let heads = [
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        format!("Transfer-Encoding: chunked\r\nContent-Length: {length}\r\n\r\n0\r\n\r\n"),
        format!("Transfer-Encoding: chunked\nContent-Length: {length}\r\n\r\n0\r\n\r\n"),
        format!("Content-Length: {length}\r\nContent-Length: 0\r\n\r\n"),
        format!("Content-Length: 0, {length}\r\n\r\n"),
        format!("Content-Length: 0x{length:x}\r\n\r\n"),
        "Content-Length: -1\r\n\r\n".to_owned(),
        "Content-Length:\r\n\r\n".to_owned(),
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n".to_owned(),
        "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n".to_owned(),
        "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n".to_owned(),
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n".to_owned(),
        "X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n".to_owned(),
        "Transfer-Encoding: chunked\r\n\r\n-1\r\n".to_owned(),
    ];

    for head in heads {
        let bytes = format!("POST /api/profile/ HTTP/1.1\r\nHost: localhost\r\n{head}{hidden}");

        let answers = all_answers(service.address(), bytes.as_bytes());

        assert_eq!(statuses(&answers).len(), 1, "{head:?}: {answers}");
        assert!(!answers.contains("MasterAdmin"), "{head:?}: {answers}");
    }
}

#[test]
fn h4_a_head_of_many_or_long_headers_is_refused() {
    let service = staff(&[]);
    let many = "X-Header: a\r\n".repeat(97);
    let long = format!("X: {}\r\n", "a".repeat(128 * 1024));
    let long_line = "a".repeat(128 * 1024);
    let heads = [
        format!("GET /live HTTP/1.1\r\nHost: localhost\r\n{many}\r\n"),
        format!("GET /live HTTP/1.1\r\nHost: localhost\r\n{long}\r\n"),
        format!("GET /{long_line} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        format!("{long_line} /live HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    ];

    for head in heads {
        let answers = all_answers(service.address(), head.as_bytes());

        let seen = statuses(&answers);
        let is_refused = seen.iter().all(|status| status.starts_with('4')) && seen.len() <= 1;
        assert!(is_refused, "{:?}: {answers}", head.get(..40));
    }
    assert_eq!(service.client().anonymous().get("/live").status, 200);
}

#[test]
fn j3_j4_answers_name_no_server_and_echo_plain_request_ids_alone() {
    let service = staff(&[]);
    let heads = [
        "GET /live",
        "GET /api/users/me/",
        "GET /api/v1/",
        "GET /nowhere",
        "POST /%ff",
    ];

    for head in heads {
        let ask = |id: &str| {
            let bytes =
                format!("{head} HTTP/1.1\r\n{JSON}X-Request-Id: {id}\r\nConnection: close\r\n\r\n");
            all_answers(service.address(), bytes.as_bytes()).to_lowercase()
        };
        let too_long = "from-outside".repeat(100);

        let plain = ask("from-outside");
        let odd = ["from-outside\"<b>", "from-outside ;=", &too_long].map(ask);

        assert!(
            plain.contains("\r\nx-request-id: from-outside\r\n"),
            "{plain}"
        );
        for answers in odd {
            assert!(!answers.contains("from-outside"), "{head}: {answers}");
        }
        for word in ["\r\nserver:", "powered-by", "actix", "profiled"] {
            assert!(!plain.contains(word), "{head} {word}: {plain}");
        }
    }
}
