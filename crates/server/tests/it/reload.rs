//! SIGHUP: what a running service takes over.

use std::io::Write;
use std::net::TcpListener;

use crate::sandbox::{Sandbox, Service, read_answer};

/// Sends the signal, and reads the log until all of it is done.
fn reload(service: &mut Service) -> String {
    service.signal("HUP");
    let mut log = String::new();
    while !log.contains("profiled::reload: reloaded") {
        log.push_str(&service.log_line(""));
    }
    log
}

fn status(service: &Service) -> u16 {
    service.send("GET", "/api/v1/ping/", "").0
}

#[test]
fn level_and_rates_are_taken_over_and_no_connection_ends() {
    let sandbox = Sandbox::migrated();
    let file = sandbox.write(
        "own.toml",
        "[throttle]\nanon = \"1/h\"\n[log]\nlevel = \"error\"",
    );
    let mut service = sandbox.start(&["serve", "--config", &file]);
    assert_eq!([status(&service), status(&service)], [200, 429]);
    let mut connection = service.connect();

    // The log tells of it only because its level has changed.
    sandbox.write(
        "own.toml",
        "[throttle]\nanon = \"\"\n[log]\nlevel = \"info\"",
    );
    let log = reload(&mut service);

    let line = "settings were taken over keys=\"log.level, throttle.anon\"";
    assert!(log.contains(line), "{log}");
    assert_eq!(status(&service), 200);
    let request = b"GET /live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    connection.write_all(request).unwrap();
    assert_eq!(read_answer(&mut connection).0, 200);
}

#[test]
fn what_needs_a_restart_is_named_and_stays() {
    let sandbox = Sandbox::migrated();
    let file = sandbox.write("own.toml", "");
    let mut service = sandbox.start(&["serve", "--config", &file]);

    let key = "k".repeat(40);
    sandbox.write(
        "own.toml",
        &format!("[http]\nkeep_alive = 9\n[auth.jwt]\nsigning_key = \"{key}\""),
    );
    let log = reload(&mut service);

    let line =
        "settings have changed that need a restart keys=\"auth.jwt.signing_key, http.keep_alive\"";
    assert!(log.contains(line) && !log.contains(&key), "{log}");
}

#[test]
fn wrong_settings_change_nothing() {
    let sandbox = Sandbox::migrated();
    let file = sandbox.write("own.toml", "");
    let mut service = sandbox.start(&["serve", "--config", &file]);

    sandbox.write("own.toml", "[log]\nlevel = \"loud\"");
    let log = reload(&mut service);

    assert!(log.contains("settings stay as they are"), "{log}");
    assert!(
        log.contains("own.toml") && log.contains("log.level"),
        "{log}"
    );
    assert_eq!(status(&service), 200);
}

#[test]
fn new_key_is_known_at_once() {
    let mut sandbox = Sandbox::migrated();
    sandbox.set("PROFILED__AUTH__JWT__KEYS_DIR", "keys");
    sandbox.set("PROFILED__AUTH__JWT__KEYS_RELOAD", "3600");
    sandbox.set("PROFILED__AUTH__JWT__KEYS_LEAD_TIME", "7200");
    sandbox.done(&["keys", "generate", "--algorithm", "ES256"]);
    let mut service = sandbox.start(&["serve"]);
    let count = |service: &Service| {
        let (_, body) = service.send("GET", "/.well-known/jwks.json", "");
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        body["keys"].as_array().unwrap().len()
    };
    assert_eq!(count(&service), 1);

    sandbox.done(&["keys", "generate", "--algorithm", "ES256"]);
    let log = reload(&mut service);

    assert!(log.contains("the folder of keys has changed"), "{log}");
    assert_eq!(count(&service), 2);
}

#[test]
fn service_that_still_starts_is_not_ended() {
    let sandbox = Sandbox::new();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = silent.local_addr().unwrap();
    let url = format!("database.url=postgres://nobody@{place}/none");
    let mut service = sandbox.launch(&["serve", "--set", &url]);
    // It waits for a database that says nothing.
    let waiting = silent.accept().unwrap();

    service.signal("HUP");
    drop((waiting, silent));

    // By itself, since there is no database; a signal would leave no exit code.
    assert_eq!(service.end(), Some(4));
}
