//! Signing keys and files of secrets.

use std::os::unix::fs::PermissionsExt;

use profiled::{Settings, Sources};

use crate::sandbox::Sandbox;

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn load(overrides: Vec<String>) -> Result<Settings, String> {
    let sources = Sources {
        overrides,
        ..Sources::default()
    };
    Settings::load(&sources).map_err(|failure| failure.to_string())
}

#[test]
fn a_secret_comes_from_a_file_without_the_end_of_its_line() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("url", "postgres://user:secret@db.example/profiled\n");

    let settings = load(vec![format!("database.url_file={file}")]).unwrap();

    assert_eq!(
        settings.database.url,
        "postgres://user:secret@db.example/profiled"
    );
}

#[test]
fn a_secret_and_its_file_at_once_are_refused() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("key", KEY);
    let both = vec![
        format!("auth.jwt.signing_key_file={file}"),
        format!("auth.jwt.signing_key={KEY}"),
    ];

    let complaint = load(both).unwrap_err();

    assert_eq!(
        complaint,
        "auth.jwt.signing_key in --set and auth.jwt.signing_key_file in --set are both set: \
         remove one of them"
    );
}

#[test]
fn a_file_of_a_secret_that_is_missing_or_empty_is_named() {
    let sandbox = Sandbox::new();
    let empty = sandbox.write("empty", "\n");
    let complaint =
        |file: &str| load(vec![format!("auth.jwt.signing_key_file={file}")]).unwrap_err();

    assert_eq!(
        complaint("/nowhere/key"),
        "auth.jwt.signing_key_file in --set: /nowhere/key does not exist: correct the path, or make the file"
    );
    assert_eq!(
        complaint(&empty),
        format!("auth.jwt.signing_key_file in --set: {empty} is empty: write the secret into it")
    );
}

#[test]
fn a_short_signing_key_is_refused() {
    let sandbox = Sandbox::new();

    let ended = sandbox.run(&[
        "serve",
        "--set",
        "auth.jwt.signing_key=0123456789abcdef0123456789abcde",
    ]);

    assert_eq!(ended.code, Some(5));
    assert_eq!(
        ended.err,
        "profiled: auth.jwt.signing_key in --set has 31 bytes: use at least 32 random ones\n"
    );
}

#[test]
fn development_makes_a_key_that_only_its_owner_reads_and_keeps_it() {
    let sandbox = Sandbox::migrated();
    sandbox.done(&["user", "create", "--username", "ada"]);
    let key = || std::fs::read_to_string(sandbox.path().join("data/signing.key")).unwrap();

    sandbox.done(&["jwt", "create", "ada"]);
    let first = key();
    sandbox.done(&["jwt", "create", "ada"]);

    let file = sandbox.path().join("data/signing.key").metadata().unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert!(first.len() > 64, "{}", first.len());
    assert_eq!(key(), first);
}

#[test]
fn production_does_not_start_without_a_signing_key() {
    let sandbox = Sandbox::migrated();
    let hosts = "http.allowed_hosts=api.example.com";

    let ended = sandbox.run(&["--profile", "production", "--set", hosts, "serve"]);

    assert_eq!(ended.code, Some(5));
    assert_eq!(
        ended.err,
        "profiled: auth.jwt.signing_key is not set: give at least 32 random bytes, or a file of \
         them in auth.jwt.signing_key_file\n"
    );
    assert!(!sandbox.path().join("data/signing.key").exists());
}

#[test]
fn check_and_settings_show_no_secret() {
    let sandbox = Sandbox::new();
    let url = "database.url=postgres://user:hunter2@127.0.0.1:1/profiled?password=hunter3";
    let key = format!("auth.jwt.signing_key={KEY}");

    let keys = "auth.jwt.jwk_url=http://user:hunter4@127.0.0.1:1/keys?apikey=hunter5";

    let read_only = ["--set", keys, "--set", "auth.jwt.algorithm=RS256"];
    let runs = |command: &[&str]| {
        let ended = sandbox.run(&[command, &["--set", url, "--set", &key]].concat());
        let fetched = sandbox.run(&[command, &["-v"], &read_only[..]].concat());
        [ended, fetched]
    };
    let [ended, fetched] = runs(&["check"]);
    let [shown_key, shown_url] = runs(&["settings"]);

    let shown = "auth.jwt.jwk_url = \"http://127.0.0.1:1/keys\"";
    assert!(shown_url.out.contains(shown), "{shown_url:?}");
    assert_eq!(ended.code, Some(4));
    assert!(
        shown_key.out.contains("auth.jwt.signing_key = \"***\""),
        "{shown_key:?}"
    );
    let all = format!("{ended:?} {fetched:?} {shown_key:?} {shown_url:?}");
    for secret in [KEY, "hunter2", "hunter3", "hunter4", "hunter5"] {
        assert!(!all.contains(secret), "{all}");
    }
}

#[test]
fn counters_that_servers_share_need_a_secret_that_they_share() {
    let mut sandbox = Sandbox::migrated();
    sandbox.set("PROFILED__AUTH__JWT__KEYS_DIR", "keys");
    sandbox.done(&["keys", "generate", "--algorithm", "ES256"]);
    let shared = ["check", "--set", "throttle.store=database"];
    let with_key = format!("auth.jwt.signing_key={KEY}");

    let alone = sandbox.run(&["check"]);
    let without = sandbox.run(&shared);
    let with = sandbox.run(&[&shared[..], &["--set", &with_key]].concat());

    assert_eq!(
        (alone.code, with.code),
        (Some(0), Some(0)),
        "{alone:?} {with:?}"
    );
    assert_eq!(without.code, Some(5));
    assert!(
        without.err.contains(
            "throttle.store in --set is database, which needs auth.jwt.signing_key, the same on all servers: set it"
        ),
        "{without:?}"
    );
}

/// The complaint about these clients.
fn clients(list: &str) -> String {
    let setting = format!("auth.introspection.clients={list}");
    Sandbox::new().run(&["check", "--set", &setting]).err
}

#[test]
fn clients_of_introspection_have_a_name_and_a_long_secret() {
    let secret = "0123456789abcdef0123456789abcdef";
    let client = |id: &str, secret: &str| format!(r#"{{"id": "{id}", "secret": "{secret}"}}"#);
    let refused = [
        (client("", secret), "has an id that is none"),
        (client("a:b", secret), "has an id that is none"),
        (client("a", "short"), "with a secret of less than 32 bytes"),
        (client("a", ""), "with a secret of less than 32 bytes"),
        (
            format!("{}, {}", client("a", secret), client("a", secret)),
            "has \"a\" twice",
        ),
        (
            r#"{"id": "a", "secret_file": "/nowhere"}"#.to_owned(),
            "secret_file /nowhere does not exist",
        ),
    ];

    for (list, wanted) in refused {
        let told = clients(&format!("[{list}]"));
        let begin = "profiled: auth.introspection.clients in --set";
        assert!(told.starts_with(begin) && told.contains(wanted), "{told}");
        assert!(!told.contains(secret), "{told}");
    }
    let told = clients(&format!("[{}]", client("a", secret)));
    assert!(!told.contains("introspection"), "{told}");
}

#[test]
fn the_secret_of_a_client_may_be_in_a_file_and_is_not_shown() {
    let sandbox = Sandbox::migrated();
    let secret = "0123456789abcdef0123456789abcdef";
    let file = sandbox.write("secret", &format!("{secret}\n"));
    let list = format!(r#"auth.introspection.clients=[{{"id": "a", "secret_file": "{file}"}}]"#);

    let shown = sandbox.run(&["settings", "--set", &list]);

    assert_eq!(shown.code, Some(0), "{}", shown.err);
    assert!(shown.out.contains("\"secret\":\"***\""), "{}", shown.out);
    assert!(!shown.out.contains(secret));
}
