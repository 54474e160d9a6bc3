//! Where connections begin and end (RFC 9112, section 9; RFC 9110, sections 7.8 and 9.3.6).

use acceptance::connection::Connection;
use acceptance::service::{Backend, Data, Service};

use crate::hostile_connections::{all_answers, statuses};

fn staff(settings: &[&str]) -> Service {
    Service::start(Backend::Sqlite, Data::Staff, settings)
}

#[test]
fn tunnels_and_other_protocols_are_requests_like_others() {
    let service = staff(&[]);
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let cases = [
        (
            format!("GET /live HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\n"),
            "200",
        ),
        (
            format!("GET /api/users/me/ HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\n"),
            "401",
        ),
        (
            format!("GET /nowhere HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\n"),
            "404",
        ),
        (
            "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n".to_owned(),
            "404",
        ),
    ];

    for (request, expected) in cases {
        let answers = all_answers(service.address(), &[&request, "\u{1}\u{2}"]);

        assert_eq!(statuses(&answers), [expected], "{request}");
        let head = answers.to_ascii_lowercase();
        assert!(head.contains("connection: close"), "{answers}");
    }
}

/// As Java's client offers HTTP/2, and as proxies are told to speak to sites with WebSocket.
#[test]
fn wishes_for_other_protocols_are_ignored_and_the_connection_goes_on() {
    let service = staff(&[]);
    for upgrade in [
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAA",
        "Connection: upgrade",
        "Upgrade: TLS/1.2\r\nConnection: keep-alive, Upgrade",
    ] {
        let request = format!("GET /live HTTP/1.1\r\nHost: localhost\r\n{upgrade}\r\n\r\n");
        let mut connection = Connection::open(service.address()).unwrap();
        for _ in 0..3 {
            let answer = connection.ask(request.as_bytes()).unwrap();

            let answer = String::from_utf8_lossy(answer).to_ascii_lowercase();
            assert!(answer.starts_with("http/1.1 200 "), "{answer}");
            assert!(!answer.contains("\r\nconnection:"), "{answer}");
        }
    }
}

#[test]
fn a_body_beside_a_wish_for_websocket_is_that_of_the_request() {
    let service = staff(&[]);
    let caller = service.client().token("MasterAdmin");
    let body = r#"{"first_name":"Web"}"#;
    let request = format!(
        "PATCH /api/users/me/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Upgrade: websocket\r\nConnection: Upgrade\r\nAuthorization: {}\r\nContent-Length: {}\r\n\r\n{body}",
        caller.credentials(),
        body.len()
    );

    let answers = all_answers(service.address(), &[&request]);

    assert_eq!(statuses(&answers), ["200"], "{answers}");
    assert!(answers.contains(r#""first_name":"Web""#), "{answers}");
}

#[test]
fn nothing_after_the_last_answer_is_carried_out() {
    let service = staff(&[]);
    let caller = service.client().token("MasterAdmin");
    let body = r#"{"first_name":"Late"}"#;
    let change = format!(
        "PATCH /api/users/me/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Authorization: {}\r\nContent-Length: {}\r\n\r\n{body}",
        caller.credentials(),
        body.len()
    );
    let last = [
        "GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "GET /live HTTP/1.0\r\n\r\n",
        "GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "CONNECT /live HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}",
        "CONNECT /live HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ];

    for last in last {
        let together = format!("{last}{}", change.repeat(20));
        for parts in [[together.as_str(), ""], [last, &change]] {
            let answers = all_answers(service.address(), &parts);

            let expected = if last.starts_with("GET") {
                "200"
            } else {
                "405"
            };
            assert_eq!(statuses(&answers), [expected], "{answers}");
        }
    }

    let me = caller.get("/api/users/me/").json();
    assert_ne!(me["first_name"], "Late");
}

#[test]
fn request_without_a_host_is_one_of_http_1_0() {
    let service = staff(&["http.allowed_hosts=example.com"]);
    let caller = service.client().token("MasterAdmin");
    let key = caller.credentials();
    let me = |version| format!("GET /api/users/me/ HTTP/{version}\r\nAuthorization: {key}\r\n\r\n");

    let old = all_answers(service.address(), &[&me("1.0")]);
    let strange = "GET /api/users/me/ HTTP/1.0\r\nHost: localhost\r\n\r\n";
    let strange = all_answers(service.address(), &[strange]);
    let close = me("1.1").replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    let new = all_answers(service.address(), &[&close]);

    let found = [old, strange, new].map(|answers| answers.get(9..12).map(str::to_owned));
    assert_eq!(found.map(Option::unwrap), ["200", "400", "400"]);
}

/// curl and small devices send what is typed.
#[test]
fn bytes_that_have_no_place_in_a_url_are_taken_as_if_they_were_escaped() {
    let service = staff(&[]);
    let caller = service.client().token("MasterAdmin");
    let answer = |query: &str| {
        let request = format!(
            "GET /api/users/?{query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Authorization: {}\r\n\r\n",
            caller.credentials()
        );
        let answers = all_answers(service.address(), &[&request]);
        answers.split_once("\r\n\r\n").unwrap().1.to_owned()
    };

    for (raw, escaped) in [
        ("page_size=1&page=۲", "page_size=1&page=%DB%B2"),
        ("page_size=\"2\"", "page_size=%222%22"),
        ("page=<1>", "page=%3C1%3E"),
    ] {
        assert_eq!(answer(raw), answer(escaped), "{raw}");
    }
}
