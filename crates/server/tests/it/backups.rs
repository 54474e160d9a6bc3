//! The restore drill: what was answered before a backup is there after its restore elsewhere, and works.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::io::{Read, Write};
use std::sync::mpsc;
use std::thread;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use profiled_store::testing::TestDatabase;
use serde_json::{Value, json};

use crate::sandbox::{Sandbox, Service};

/// A picture of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const ME: &str = "/api/users/me/";
const PASSWORD: &str = "correct horse battery";

/// Sends a request with a body; status and body of the answer.
pub fn send(
    address: &str,
    line: &str,
    authorization: &str,
    content_type: &str,
    body: &[u8],
) -> (u16, Vec<u8>) {
    let mut connection = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "{line} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {authorization}\r\nContent-Type: {content_type}\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(body).unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
    (status, answer[end + 4..].to_vec())
}

fn send_json(service: &Service, line: &str, authorization: &str, body: &Value) -> (u16, Value) {
    let (address, body) = (&service.address, body.to_string());
    let (status, answer) = send(
        address,
        line,
        authorization,
        "application/json",
        body.as_bytes(),
    );
    (status, serde_json::from_slice(&answer).unwrap_or_default())
}

/// What a client has of ada, who has a password and a picture.
struct Client {
    token: String,
    access: String,
    refresh: String,
    avatar: String,
    picture: Vec<u8>,
}

impl Client {
    fn of(sandbox: &Sandbox, service: &Service) -> Self {
        let create = [
            "user",
            "create",
            "--username",
            "ada",
            "--staff",
            "--password-stdin",
        ];
        let created = sandbox.run_with_input(&create, PASSWORD);
        assert_eq!(created.code, Some(0), "{}", created.err);
        let key = sandbox.json(&["token", "create", "ada"]);
        let token = format!("Token {}", key["key"].as_str().unwrap());
        let log_in = json!({ "username": "ada", "password": PASSWORD });
        let (_, pair) = send_json(service, "POST /api/token/", "", &log_in);
        let form = [
            &b"--b\r\nContent-Disposition: form-data; name=\"avatar\"; filename=\"a.png\"\r\n\r\n"
                [..],
            &STANDARD.decode(PNG).unwrap(),
            b"\r\n--b--\r\n",
        ];
        let line = format!("PATCH {ME}");
        let kind = "multipart/form-data; boundary=b";
        let (status, body) = send(&service.address, &line, &token, kind, &form.concat());
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        let body: Value = serde_json::from_slice(&body).unwrap();
        let url = body["avatar"].as_str().unwrap();
        let avatar = url.split_once("/media/").unwrap().1.to_owned();
        let mut client = Self {
            token,
            access: format!("Bearer {}", pair["access"].as_str().unwrap()),
            refresh: pair["refresh"].as_str().unwrap().to_owned(),
            avatar,
            picture: Vec::new(),
        };
        client.picture = client.picture_of(service);
        client
    }

    fn picture_of(&self, service: &Service) -> Vec<u8> {
        let line = format!("GET /media/{}", self.avatar);
        let (status, body) = send(&service.address, &line, "", "", b"");
        assert_eq!(status, 200);
        body
    }

    /// Changes the first name, and says that it was done.
    fn call(&self, address: &str, number: u32) {
        let (line, body) = (
            format!("PATCH {ME}"),
            json!({ "first_name": number.to_string() }),
        );
        let body = body.to_string();
        let (status, _) = send(
            address,
            &line,
            &self.token,
            "application/json",
            body.as_bytes(),
        );
        assert_eq!(status, 200);
    }

    /// Takes everything to a service, and returns the first name.
    fn is_known_to(&self, service: &Service) -> u32 {
        let get =
            |line: &str, authorization: &str| send_json(service, line, authorization, &Value::Null);
        let (status, me) = get(&format!("GET {ME}"), &self.token);
        assert_eq!(status, 200, "{me}");
        assert_eq!(get("POST /api/profile/", &self.access).0, 200);
        let refresh = json!({ "refresh": self.refresh });
        let refreshed = send_json(service, "POST /api/token/refresh/", "", &refresh);
        assert_eq!(refreshed.0, 200, "{}", refreshed.1);
        let log_in = json!({ "username": "ada", "password": PASSWORD });
        assert_eq!(send_json(service, "POST /api/token/", "", &log_in).0, 200);
        assert_eq!(self.picture_of(service), self.picture);
        me["first_name"].as_str().unwrap().parse().unwrap()
    }
}

#[test]
fn a_backup_under_writes_is_restored_elsewhere_and_serves() {
    let old = Sandbox::migrated();
    let service = old.start(&["serve"]);
    let client = Client::of(&old, &service);
    let archive = old.path().join("backup.tar.gz");
    let archive = archive.to_str().unwrap();
    let (done, acknowledged) = mpsc::channel();
    let (stop, stopped) = mpsc::channel::<()>();

    let (before, report, last) = thread::scope(|scope| {
        let (client, address) = (&client, &service.address);
        let writer = scope.spawn(move || {
            let mut number = 0;
            while stopped.try_recv().is_err() {
                number += 1;
                client.call(address, number);
                done.send(number).unwrap();
            }
            number
        });
        let before = (0..5).map(|_| acknowledged.recv().unwrap()).max().unwrap();
        let report = old.json(&["backup", archive]);
        // Those that came in the meantime, and some more.
        let during = acknowledged.try_iter().max().unwrap_or(before);
        while acknowledged.recv().unwrap() < during + 5 {}
        stop.send(()).unwrap();
        (before, report, writer.join().unwrap())
    });
    let in_use = old.run(&["restore", archive, "--yes"]);

    assert_eq!((&report["media"], &report["keys"]), (&json!(1), &json!(1)));
    assert_eq!(report["missing"], json!([]));
    assert_eq!(in_use.code, Some(3), "{}", in_use.err);
    assert!(
        in_use.err.contains("is in use: stop the service first"),
        "{}",
        in_use.err
    );
    assert_eq!(client.is_known_to(&service), last);
    drop(service);
    let postgres = TestDatabase::postgres("backups").unwrap();
    let urls = [None, postgres.as_ref().map(|it| it.url().to_owned())];
    for url in urls
        .into_iter()
        .filter(|url| url.is_none() || postgres.is_some())
    {
        let mut new = Sandbox::new();
        if let Some(url) = &url {
            new.set("PROFILED__DATABASE__URL", url);
        }
        let restored = new.json(&["restore", archive]);
        assert_eq!(restored["rows"], report["rows"]);
        let again = new.run(&["restore", archive]);
        assert_eq!(again.code, Some(3), "{}", again.err);
        let service = new.start(&["serve"]);

        let name = client.is_known_to(&service);

        assert!(name >= before && name < last, "{before} {name} {last}");
        new.done(&["check"]);
    }
}

#[test]
fn a_restore_takes_the_place_of_what_is_there_and_leaves_nothing_beside() {
    let sandbox = Sandbox::migrated();
    let archive = sandbox.path().join("backup.tar.gz");
    let archive = archive.to_str().unwrap();
    sandbox.done(&["user", "create", "--username", "ada"]);
    sandbox.done(&["jwt", "create", "ada"]);
    sandbox.done(&["backup", archive]);
    let key = std::fs::read(sandbox.path().join("data/signing.key")).unwrap();
    sandbox.done(&["user", "create", "--username", "eve"]);
    std::fs::write(
        sandbox.path().join("data/signing.key"),
        "another key of more than 32 bytes",
    )
    .unwrap();
    let refused = sandbox.run(&["restore", archive]);

    let told = sandbox.done(&["restore", archive, "--yes"]);

    assert!(
        told.contains("who was deleted or erased since is back"),
        "{told}"
    );
    assert_eq!(refused.code, Some(3));
    assert!(
        refused.err.contains("add --yes to replace"),
        "{}",
        refused.err
    );
    let users = sandbox.done(&["user", "list"]);
    assert!(users.contains("ada") && !users.contains("eve"), "{users}");
    assert_eq!(
        std::fs::read(sandbox.path().join("data/signing.key")).unwrap(),
        key
    );
    let entries = std::fs::read_dir(sandbox.path().join("data")).unwrap();
    let mut names: Vec<_> = entries
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
    names.sort();
    assert_eq!(names, ["media", "profiled.sqlite3", "signing.key"]);
    sandbox.done(&["check"]);
    // The next identifier is not one that eve had: it was never given in this store.
    assert_eq!(
        sandbox.json(&["user", "create", "--username", "bob"])["id"],
        2
    );
}

#[test]
fn a_folder_of_keys_comes_back_and_its_tokens_with_it() {
    let old = Sandbox::migrated();
    let keys = ["--set", "auth.jwt.keys_dir={data_dir}/keys"];
    let with_keys = |arguments: &[&'static str]| [&keys[..], arguments].concat();
    old.done(&with_keys(&["keys", "generate", "--algorithm", "ES256"]));
    old.done(&["user", "create", "--username", "ada"]);
    let token = old.done(&with_keys(&["jwt", "create", "ada"]));
    let archive = old
        .path()
        .join("backup.tar.gz")
        .to_str()
        .unwrap()
        .to_owned();
    old.done(&[&keys[..], &["backup", &archive]].concat());
    let new = Sandbox::new();

    let without = new.run(&["restore", &archive]);
    new.done(&[&keys[..], &["restore", &archive]].concat());

    assert_eq!(without.code, Some(5), "{}", without.err);
    let service = new.start(&with_keys(&["serve"]));
    let bearer = format!("Bearer {}", token.trim());
    let answer = send_json(&service, "POST /api/profile/", &bearer, &Value::Null);
    assert_eq!(answer.0, 200, "{}", answer.1);
}

#[test]
fn pictures_of_those_who_are_replaced_go_with_the_purge() {
    let empty = Sandbox::migrated();
    let archive = empty.path().join("backup.tar.gz");
    let archive = archive.to_str().unwrap();
    empty.done(&["backup", archive]);
    let sandbox = Sandbox::migrated();
    let service = sandbox.start(&["serve"]);
    let client = Client::of(&sandbox, &service);
    drop(service);
    let picture = sandbox.path().join("data/media").join(&client.avatar);

    sandbox.done(&["restore", archive, "--yes"]);

    assert!(picture.exists());
    let at_once = ["--set", "media.sweep_grace=0", "purge", "--yes"];
    let purged = sandbox.json(&at_once);
    assert_eq!(purged["files"], 1, "{purged}");
    assert!(!picture.exists());
}

#[test]
fn pictures_that_cannot_be_looked_for_leave_the_last_archive_in_place() {
    let sandbox = Sandbox::migrated();
    let service = sandbox.start(&["serve"]);
    let client = Client::of(&sandbox, &service);
    drop(service);
    sandbox.done(&["backup", "good"]);
    let good = std::fs::read(sandbox.path().join("good")).unwrap();
    let media = sandbox.path().join("data/media");
    let first = client.avatar.split('/').next().unwrap();
    let parent = media.join(first);

    std::fs::remove_dir_all(&parent).unwrap();
    std::fs::write(&parent, "").unwrap();
    let no_folder = sandbox.run(&["backup", "good", "--overwrite"]);
    std::fs::remove_dir_all(&media).unwrap();
    let unmounted = sandbox.run(&["backup", "good", "--overwrite"]);

    assert_eq!(no_folder.code, Some(1), "{no_folder:?}");
    assert!(no_folder.err.contains(&client.avatar), "{no_folder:?}");
    assert_eq!(unmounted.code, Some(1), "{unmounted:?}");
    assert!(
        unmounted.err.contains("users have 1 files in it: mount it"),
        "{unmounted:?}"
    );
    assert_eq!(std::fs::read(sandbox.path().join("good")).unwrap(), good);
}

#[test]
fn a_missing_picture_is_told_and_no_hindrance() {
    let sandbox = Sandbox::migrated();
    let service = sandbox.start(&["serve"]);
    let client = Client::of(&sandbox, &service);
    let own = sandbox.done(&["user", "export", "ada"]);
    let own: Value = serde_json::from_str(&own).unwrap();
    let stored = std::fs::read(sandbox.path().join("data/media").join(&client.avatar)).unwrap();
    assert_eq!(own["files"][0]["content"], STANDARD.encode(stored));
    std::fs::remove_file(sandbox.path().join("data/media").join(&client.avatar)).unwrap();
    let archive = sandbox.path().join("backup.tar.gz");
    let archive = archive.to_str().unwrap();

    let told = sandbox.done(&["backup", archive]);
    let again = sandbox.run(&["backup", archive]);
    let over = sandbox.json(&["backup", archive, "--overwrite"]);
    let pipe = sandbox.run(&["backup", "-"]);

    assert!(
        told.contains(&format!("missing: {}", client.avatar)),
        "{told}"
    );
    assert_eq!((again.code, pipe.code), (Some(3), Some(2)));
    let without = sandbox.json(&["user", "export", "ada"]);
    assert_eq!(without["files"][0]["content"], Value::Null);
    assert_eq!(over["missing"], json!([client.avatar]));
}
