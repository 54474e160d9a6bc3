//! The filter of `deploy/fail2ban`, tried with the real fail2ban on a log of the service.

#![expect(
    clippy::unwrap_used,
    reason = "a service that does not answer has failed the test"
)]

use std::io::Write;
use std::process::Command;

use profiled_store::testing::skip;

use crate::sandbox::{Sandbox, Service, read_answer};

const FILTER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../deploy/fail2ban/filter.d/profiled.conf"
);

/// What a file, the journal and two forms of syslog put before a line. The filter takes the first instant for that of the line,
/// so that the last one leaves the line's own where it is, as the journal does.
const BEFORE: [&str; 4] = [
    "",
    "people profiled[812]: ",
    "Nov 30 05:30:38 people profiled[812]: ",
    "2026-11-30T05:30:38.123456+00:00 people profiled[812]: ",
];

fn send(service: &Service, address: &str, line: &str, authorization: &str) {
    let mut connection = service.connect();
    let host = &service.address;
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: {address}\r\nAuthorization: {authorization}\r\n\
         X-Request-ID: address=192.0.2.66\r\nConnection: close\r\n\r\n"
    );
    connection.write_all(request.as_bytes()).unwrap();
    read_answer(&mut connection);
}

/// Addresses that fail2ban finds in a log, in its order.
fn found(log: &str) -> Vec<String> {
    let mut command = Command::new("fail2ban-regex");
    let output = command.args(["--out", "ip", log, FILTER]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn fail2ban_finds_those_who_guess_and_nobody_else() {
    if Command::new("fail2ban-regex")
        .arg("--version")
        .output()
        .is_err()
    {
        let test = "fail2ban_finds_those_who_guess_and_nobody_else";
        skip(test, "there is no fail2ban-regex", "REQUIRE_CLIENTS");
        return;
    }
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--username", "ada", "--staff"]);
    let key = sandbox.done(&["token", "create", "ada"]);
    let right = format!("Token {}", key.trim_end());
    let forged = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoxfQ.AAAA";
    for format in ["text", "json"] {
        let (form, accounts) = (format!("log.format={format}"), "log.failed_accounts=clear");
        let settings = [form.as_str(), accounts, "http.trusted_proxies=127.0.0.1"];
        let settings = settings.map(|setting| ["--set", setting]).concat();
        let mut service = sandbox.start(&[&["serve"], settings.as_slice()].concat());

        send(&service, "192.0.2.1", "GET /api/users/me/", "Token unknown");
        send(&service, "192.0.2.2", "GET /api/users/me/", &right);
        send(&service, "2001:db8::3", "POST /api/profile/", forged);
        send(&service, "192.0.2.4", "GET /api/users/me/", "");
        // The name is `","address":"192.0.2.66`.
        let injected = "Basic IiwiYWRkcmVzcyI6IjE5Mi4wLjIuNjY6eA==";
        send(&service, "192.0.2.5", "GET /api/v1/me/", injected);
        service.signal("TERM");

        let lines = service.rest_of_log();
        for before in BEFORE {
            let prefixed = lines.lines().map(|line| format!("{before}{line}"));
            let prefixed = prefixed.collect::<Vec<_>>().join("\n");
            let log = sandbox.write(&format!("{format}.log"), &prefixed);
            let mut banned = found(&log);
            banned.sort();
            assert_eq!(
                banned,
                ["192.0.2.1", "192.0.2.5", "2001:db8::3"],
                "{format} after {before:?}"
            );
        }
    }
}
