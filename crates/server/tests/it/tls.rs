//! TLS of the service's own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::sandbox::{Sandbox, Service};

type Connection = StreamOwned<ClientConnection, TcpStream>;

/// Puts a new certificate for `localhost`, and its key, into the files of the settings.
fn certify(sandbox: &Sandbox) -> CertifiedKey<KeyPair> {
    let made = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    sandbox.write("tls.crt", &made.cert.pem());
    sandbox.write("tls.key", &made.signing_key.serialize_pem());
    made
}

const ON: [&str; 4] = [
    "--set",
    "http.tls.certificate_file=tls.crt",
    "--set",
    "http.tls.key_file=tls.key",
];

fn start(sandbox: &Sandbox, more: &[&str]) -> Service {
    sandbox.start(&[&["serve"], &ON[..], more].concat())
}

/// A connection of a client that trusts this certificate alone. The handshake comes with its first bytes.
fn connect(service: &Service, trusted: &CertifiedKey<KeyPair>) -> Connection {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.cert.der().clone()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let session = ClientConnection::new(Arc::new(config), name).unwrap();
    StreamOwned::new(session, service.connect())
}

fn get(path: &str, more: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n").into_bytes()
}

/// Head and body of the next answer.
fn answer(connection: &mut impl BufRead) -> (String, Vec<u8>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        assert!(connection.read_until(b'\n', &mut head).unwrap() > 0);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let field = |name| head.lines().find_map(|line| line.strip_prefix(name));
    let length = field("content-length: ").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    connection.read_exact(&mut body).unwrap();
    (head, body)
}

#[test]
fn requests_of_one_connection_are_answered_pipelined_ones_too() {
    let sandbox = Sandbox::migrated();
    let certificate = certify(&sandbox);
    let service = start(&sandbox, &[]);
    let mut connection = connect(&service, &certificate);
    let asked = get("/live", "").repeat(200);

    connection.write_all(&asked).unwrap();

    let mut answers = BufReader::new(connection);
    for _ in 0..200 {
        assert!(answer(&mut answers).0.starts_with("http/1.1 200 "));
    }
}

#[test]
fn urls_and_cookies_are_those_of_tls() {
    let sandbox = Sandbox::migrated();
    let certificate = certify(&sandbox);
    let service = start(&sandbox, &[]);
    let mut connection = BufReader::new(connect(&service, &certificate));

    let accept = "Accept: text/html\r\n";
    connection
        .get_mut()
        .write_all(&get("/api/login/", accept))
        .unwrap();
    let (head, _) = answer(&mut connection);

    assert!(head.starts_with("http/1.1 200 "), "{head}");
    assert!(head.contains("; secure"), "{head}");
}

#[test]
fn body_in_small_records_and_large_answers_come_whole() {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--username", "ada", "--superuser"]);
    let token = sandbox.json(&["token", "create", "ada"])["key"].clone();
    let certificate = certify(&sandbox);
    let service = start(&sandbox, &[]);
    let mut connection = BufReader::new(connect(&service, &certificate));
    let name = "x".repeat(200);
    let body = format!("{{\"first_name\": \"{name}\"}}");
    let head = format!(
        "PATCH /api/users/me/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        token.as_str().unwrap(),
        body.len()
    );

    let stream = connection.get_mut();
    for part in (head + &body).as_bytes().chunks(7) {
        stream.write_all(part).unwrap();
        stream.flush().unwrap();
    }

    // Too long a name, which is said only once all of it has come.
    let (head, _) = answer(&mut connection);
    assert!(head.starts_with("http/1.1 400 "), "{head}");
    let authorization = format!(
        "Accept: text/html\r\nAuthorization: Token {}\r\n",
        token.as_str().unwrap()
    );
    let page = get("/api/v1/me/", &authorization);
    connection.get_mut().write_all(&page.repeat(20)).unwrap();
    let pages: Vec<_> = (0..20).map(|_| answer(&mut connection).1).collect();
    assert!(
        pages
            .iter()
            .all(|page| page.ends_with(b"</html>\n") || page.ends_with(b"</html>"))
    );
}

#[test]
fn who_speaks_plain_http_is_told_so() {
    let sandbox = Sandbox::migrated();
    certify(&sandbox);
    let service = start(&sandbox, &[]);
    let mut plain = service.connect();

    plain.write_all(&get("/live", "")).unwrap();

    let mut answer = String::new();
    plain.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 400 Bad Request\r\n"),
        "{answer}"
    );
    let (_, text) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(text, "This port speaks TLS: ask with https://.\r\n");
}

#[test]
fn another_certificate_is_shown_after_a_reload_and_connections_go_on() {
    let sandbox = Sandbox::migrated();
    let first = certify(&sandbox);
    let mut service = start(&sandbox, &[]);
    let mut before = BufReader::new(connect(&service, &first));
    before.get_mut().write_all(&get("/live", "")).unwrap();
    answer(&mut before);

    let second = certify(&sandbox);
    service.signal("HUP");
    service.log_line("the certificate has changed");

    let mut after = connect(&service, &first);
    let refused = after
        .write_all(&get("/live", ""))
        .and_then(|()| after.flush());
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidData);
    let mut after = BufReader::new(connect(&service, &second));
    for connection in [&mut before, &mut after] {
        connection.get_mut().write_all(&get("/live", "")).unwrap();
        assert!(answer(connection).0.starts_with("http/1.1 200 "));
    }
}

#[test]
fn certificate_that_cannot_be_read_any_more_stays() {
    let sandbox = Sandbox::migrated();
    let certificate = certify(&sandbox);
    let mut service = start(&sandbox, &[]);

    sandbox.write("tls.crt", "");
    service.signal("HUP");
    let line = service.log_line("the former certificate stays");

    assert!(
        line.contains("http.tls.certificate_file: tls.crt: "),
        "{line}"
    );
    let mut connection = BufReader::new(connect(&service, &certificate));
    connection.get_mut().write_all(&get("/live", "")).unwrap();
    assert!(answer(&mut connection).0.starts_with("http/1.1 200 "));
}

#[test]
fn healthcheck_reaches_a_service_with_tls() {
    let sandbox = Sandbox::migrated();
    certify(&sandbox);
    let service = start(&sandbox, &[]);
    let bind = format!("http.bind={}", service.address);

    let told = sandbox.done(&[&["healthcheck", "--set", &bind], &ON[..]].concat());

    assert_eq!(told, "ready\n");
}

#[test]
fn mistakes_in_files_are_told_in_one_line() {
    let sandbox = Sandbox::migrated();
    certify(&sandbox);
    let other = generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    sandbox.write("other.key", &other.signing_key.serialize_pem());
    sandbox.write("empty", "");
    let cases = [
        (
            "tls.crt",
            "",
            "http.tls.key_file in --set is empty: http.tls.certificate_file needs",
        ),
        (
            "",
            "tls.key",
            "http.tls.certificate_file in --set is empty: http.tls.key_file needs",
        ),
        (
            "none",
            "tls.key",
            "http.tls.certificate_file in --set: none: No such file",
        ),
        (
            "empty",
            "tls.key",
            "http.tls.certificate_file in --set: empty: there is no certificate in PEM in it",
        ),
        ("tls.crt", "empty", "http.tls.key_file in --set: empty: "),
        (
            "tls.crt",
            "other.key",
            "http.tls.key_file in --set: other.key: it is not the key of the certificate",
        ),
    ];
    for (certificate, key, expected) in cases {
        let certificate = format!("http.tls.certificate_file={certificate}");
        let key = format!("http.tls.key_file={key}");
        let ended = sandbox.run(&["serve", "--set", &certificate, "--set", &key]);
        assert_eq!(ended.code, Some(5), "{expected}: {}", ended.err);
        assert!(
            ended.err.starts_with(&format!("profiled: {expected}")),
            "{}",
            ended.err
        );
        assert_eq!(ended.err.lines().count(), 1, "{}", ended.err);
    }
}

#[test]
fn slow_handshakes_end() {
    let sandbox = Sandbox::migrated();
    certify(&sandbox);
    let service = start(&sandbox, &["--set", "http.header_timeout=1"]);
    let mut silent = service.connect();

    let mut nothing = Vec::new();
    let ended = silent.read_to_end(&mut nothing);

    assert!(ended.is_ok() && nothing.is_empty());
}
