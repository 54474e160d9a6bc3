//! What operators do to files and disks under a running service.

#![expect(
    clippy::unwrap_used,
    reason = "a file that is not there has failed the test"
)]

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_store::testing::skip;
use serde_json::Value;

use crate::sandbox::{Sandbox, Service, read_answer};

const BOUNDARY: &str = "part";
/// A picture of one pixel.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// Sends a body; the status of the answer, and the body.
fn patch(service: &Service, token: &str, kind: &str, body: &[u8]) -> (u16, String) {
    let mut connection = service.connect();
    let head = format!(
        "PATCH /api/users/me/ HTTP/1.1\r\nHost: {}\r\nAuthorization: Token {token}\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        service.address,
        body.len()
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(body).unwrap();
    read_answer(&mut connection)
}

fn rename(service: &Service, token: &str, name: &str) -> u16 {
    let body = format!(r#"{{"first_name": "{name}"}}"#);
    patch(service, token, "application/json", body.as_bytes()).0
}

fn upload(service: &Service, token: &str) -> u16 {
    let mut body = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"a.png\"\r\n\
         Content-Type: image/png\r\n\r\n"
    )
    .into_bytes();
    body.extend(STANDARD.decode(PICTURE).unwrap());
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    patch(service, token, &kind, &body).0
}

#[test]
fn a_database_file_that_is_moved_away_is_noticed_and_nothing_is_acknowledged() {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--username", "ada", "--superuser"]);
    let token = sandbox.done(&["token", "create", "ada"]);
    let token = token.trim_end();
    let mut service = sandbox.start(&["serve"]);
    let file = sandbox.path().join("data/profiled.sqlite3");
    let elsewhere = sandbox.path().join("elsewhere.sqlite3");
    assert_eq!(rename(&service, token, "First"), 200);
    assert_eq!(service.send("GET", "/ready", "").0, 200);

    fs::rename(&file, &elsewhere).unwrap();
    let refused = rename(&service, token, "Second");
    let (status, body) = service.send("GET", "/ready", "");
    let profile = service.send("GET", "/api/users/me/", &format!("Token {token}"));
    fs::rename(&elsewhere, &file).unwrap();

    assert_eq!((refused, status, profile.0), (503, 503, 200), "{profile:?}");
    let body: Value = serde_json::from_str(&body).unwrap();
    let note = "the file of the database, or its log, was moved away or replaced: put it back, or stop the service and start it \
                anew";
    assert_eq!(
        body,
        serde_json::json!({ "status": "not ready", "note": note })
    );
    let line = service.log_line(note);
    assert!(
        line.contains("ERROR") && line.contains("file=./data/profiled.sqlite3"),
        "{line}"
    );
    assert_eq!(service.send("GET", "/ready", "").0, 200);
    assert_eq!(rename(&service, token, "Third"), 200);
    let shown = sandbox.json(&["user", "show", "ada"]);
    assert!(shown.to_string().contains("Third"), "{shown}");
}

/// A file that takes all the room of a file system that only the service sees.
struct Filler(PathBuf);

impl Filler {
    fn new(sandbox: &Sandbox, service: &Service) -> Self {
        let root = format!("/proc/{}/root", service.id());
        let folder = sandbox.path().join("data");
        let file = PathBuf::from(root)
            .join(folder.strip_prefix("/").unwrap())
            .join("filler");
        let mut out = File::create(&file).unwrap();
        while out.write_all(&[0; 4096]).is_ok() {}
        Self(file)
    }
}

impl Drop for Filler {
    fn drop(&mut self) {
        fs::remove_file(&self.0).unwrap();
    }
}

/// A service on a small disk, with a token of its first user; `None` where there can be no such disk.
fn on_a_small_disk(test: &str, options: &[&str]) -> Option<(Sandbox, Service, String)> {
    let mut sandbox = Sandbox::new();
    fs::create_dir(sandbox.path().join("data")).unwrap();
    if !sandbox.set_small_disk() {
        skip(test, "no file system can be mounted", "REQUIRE_MOUNTS");
        return None;
    }
    let service = sandbox.start(&[&["quickstart"], options].concat());
    let words: Vec<&str> = service.greeting.split_whitespace().collect();
    let at = words.iter().position(|word| *word == "token").unwrap();
    let token = (*words.get(at + 1).unwrap()).to_owned();
    Some((sandbox, service, token))
}

#[test]
fn a_full_disk_of_the_database_is_told_as_full_with_its_place_and_passes() {
    let test = "surroundings::a_full_disk_of_the_database";
    let Some((sandbox, mut service, token)) = on_a_small_disk(test, &[]) else {
        return;
    };
    assert_eq!(rename(&service, &token, "First"), 200);

    let filler = Filler::new(&sandbox, &service);
    // The log of the database may have room for some.
    let mut names = (0..1000).map(|number| rename(&service, &token, &format!("Name{number}")));
    let refused = names.find(|status| *status != 200);
    let ready = service.send("GET", "/ready", "").0;
    let profile = service.send("GET", "/api/users/me/", &format!("Token {token}"));
    drop(filler);

    assert_eq!((refused, ready, profile.0), (Some(503), 503, 200));
    assert_eq!(rename(&service, &token, "Last"), 200);
    assert_eq!(service.send("GET", "/ready", "").0, 200);
    let line = service.log_line("the disk of the database is full: make room");
    assert!(
        line.contains("ERROR") && line.contains("url=sqlite://./data/profiled.sqlite3"),
        "{line}"
    );
    service.log_line("the disk of the database has room again");
}

#[test]
fn a_full_disk_of_the_media_is_told_as_full_with_its_place_and_passes() {
    let test = "surroundings::a_full_disk_of_the_media";
    let elsewhere = ["--set", "database.url=sqlite://other/profiled.sqlite3"];
    let Some((sandbox, mut service, token)) = on_a_small_disk(test, &elsewhere) else {
        return;
    };

    let filler = Filler::new(&sandbox, &service);
    let refused = upload(&service, &token);
    drop(filler);

    assert_eq!((refused, upload(&service, &token)), (503, 200));
    let line = service.log_line("the disk of /");
    assert!(line.contains("/data/media is full: make room"), "{line}");
}
