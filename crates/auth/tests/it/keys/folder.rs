//! The folder: what is written, and what is read.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use chrono::TimeDelta;
use profiled_auth::{Algorithm, KeyRing, KeyState};
use serde_json::{Value, json};

use super::{Keys, LIFE, later, secret};
use crate::people::now;

fn open(keys: &Keys) -> Result<KeyRing, String> {
    let ring = KeyRing::open(None, keys.folder(), TimeDelta::seconds(LIFE));
    ring.map_err(|error| error.to_string())
}

fn file(keys: &Keys, name: &str) -> std::path::PathBuf {
    keys.folder.path().join(name)
}

#[test]
fn key_is_two_files_that_only_their_owner_reads() {
    for (algorithm, ending) in [(Algorithm::EdDSA, "pem"), (Algorithm::HS256, "secret")] {
        let keys = Keys::new();

        let kid = keys.add(algorithm, 60);

        let mut names: Vec<String> = fs::read_dir(keys.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, [format!("{kid}.json"), format!("{kid}.{ending}")]);
        for name in &names {
            let mode = fs::metadata(file(&keys, name))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        let record = fs::read(file(&keys, &format!("{kid}.json"))).unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        let expected = json!({
            "kid": kid,
            "algorithm": algorithm,
            "created": "2027-01-15T08:00:00Z",
            "signs_from": "2027-01-15T08:01:00Z",
        });
        assert_eq!(record, expected);
    }
}

#[test]
fn folder_that_is_not_there_is_empty_and_made_for_its_owner() {
    let parent = Keys::new();
    let path = file(&parent, "a/b");
    let folder = profiled_auth::KeyFolder::new(&path);
    let empty = KeyRing::open(None, folder.clone(), TimeDelta::seconds(LIFE)).unwrap();

    folder.add(Algorithm::ES256, now(), now()).unwrap();

    assert!(!empty.can_sign(now()) && empty.list(now()).is_empty());
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    assert!(empty.reload(now()).unwrap());
    assert!(empty.can_sign(now()));
}

#[test]
fn unusable_key_is_refused_with_its_file() {
    let record = |kid: &str, algorithm: &str| {
        let times = r#""created":"2027-01-01T00:00:00Z","signs_from":"2027-01-01T00:00:00Z""#;
        format!(r#"{{"kid":"{kid}","algorithm":"{algorithm}",{times}}}"#)
    };
    let name = "must be the name of the file, of letters, digits, - and _";
    let cases = [
        ("a.json", "{".to_owned(), "EOF while parsing"),
        ("a.json", record("a", "none"), "unknown variant `none`"),
        ("a.json", record("b", "ES256"), name),
        ("..json", record("../a", "ES256"), name),
        ("a.json", record("a", "ES256"), "a.pem: No such file"),
        (
            "a.json",
            record("a", "HS256"),
            "a.secret has 5 bytes: use at least 32 random ones",
        ),
    ];

    for (file_name, text, expected) in cases {
        let keys = Keys::new();
        fs::write(file(&keys, file_name), text).unwrap();
        fs::write(file(&keys, "a.secret"), "short\n").unwrap();

        // Names that begin with a dot are those of unfinished files.
        if file_name.starts_with('.') {
            assert!(open(&keys).is_ok());
            continue;
        }
        let error = open(&keys).err().unwrap();
        assert!(error.contains(expected), "{error}");
        assert!(
            error.contains(keys.folder.path().to_str().unwrap()),
            "{error}"
        );
    }
}

#[test]
fn public_key_verifies_and_never_signs() {
    let (home, guest) = (Keys::new(), Keys::new());
    let kid = home.add(Algorithm::ES256, 0);
    let issuer = home.server();
    let published = serde_json::to_value(issuer.jwt.jwks(now())).unwrap();
    let point = ["x", "y"].map(|name| published["keys"][0][name].as_str().unwrap().to_owned());
    let public = public_pem(&point);
    let record = json!({
        "kid": kid, "algorithm": "ES256", "created": "2027-01-01T00:00:00Z", "signs_from": null
    });
    fs::write(file(&guest, &format!("{kid}.json")), record.to_string()).unwrap();
    fs::write(file(&guest, &format!("{kid}.pem")), public).unwrap();

    let server = guest.server_with(Some(secret()));

    let token = issuer.mint(now());
    assert_eq!(server.verify(&token, now()), Ok(()));
    assert_eq!(server.jwt.jwks(now()), issuer.jwt.jwks(now()));
    let states: Vec<_> = server
        .keys
        .list(later(LIFE * 99))
        .into_iter()
        .map(|key| key.state)
        .collect();
    assert_eq!(states, [KeyState::Signing, KeyState::Verifying]);
    assert!(!guest.server().keys.can_sign(now()));
}

/// The form that openssl writes a P-256 key in (RFC 5480).
fn public_pem(point: &[String; 2]) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    let mut der = hex::decode("3059301306072a8648ce3d020106082a8648ce3d03010703420004").unwrap();
    for coordinate in point {
        der.extend(URL_SAFE_NO_PAD.decode(coordinate).unwrap());
    }
    let body = STANDARD.encode(der);
    format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n")
}

#[test]
fn removed_key_is_gone_with_all_its_files() {
    let keys = Keys::new();
    let first = keys.add(Algorithm::ES256, 0);
    let second = keys.add(Algorithm::HS256, 60);

    keys.folder().remove(&first).unwrap();
    keys.folder().remove("nobody").unwrap();

    let left: Vec<_> = open(&keys)
        .unwrap()
        .list(now())
        .into_iter()
        .map(|key| key.kid)
        .collect();
    assert_eq!(left, [Some(second)]);
    assert_eq!(fs::read_dir(keys.folder.path()).unwrap().count(), 2);
}
