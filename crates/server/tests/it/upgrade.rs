//! The version before this one works on the schema of this one, beside it. `make test-upgrade` builds it and names it in
//! `PREVIOUS_PROFILED`.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::path::PathBuf;

use profiled_store::testing::{TestDatabase, database_settings, skip};
use profiled_store::{MigrationState, revert, status};

use crate::sandbox::{Sandbox, Service};

/// The program of the version before, or the test is told as skipped.
fn previous(test: &str) -> Option<PathBuf> {
    let program = std::env::var_os("PREVIOUS_PROFILED").map(PathBuf::from);
    if program.is_none() {
        skip(
            test,
            "PREVIOUS_PROFILED is not set: make test-upgrade",
            "REQUIRE_UPGRADE",
        );
    }
    program
}

/// A sandbox of each version at one database.
struct Versions {
    old: Sandbox,
    new: Sandbox,
}

impl Versions {
    fn of(url: &str, program: &std::path::Path) -> Self {
        let [mut old, mut new] = [Sandbox::new(), Sandbox::new()];
        old.set_program(program);
        // A setting that it may not know.
        old.unset("PROFILED__HTTP__ADMIN_BIND");
        for sandbox in [&mut old, &mut new] {
            sandbox.set("PROFILED__DATABASE__URL", url);
            // What is to be right must not be told to come again on a busy machine.
            sandbox.set("PROFILED__DATABASE__DEADLINE", "30");
            let key = "a-key-that-both-versions-know-and-nobody-else";
            sandbox.set("PROFILED__AUTH__JWT__SIGNING_KEY", key);
        }
        Self { old, new }
    }
}

fn token(sandbox: &Sandbox, name: &str) -> String {
    sandbox.done(&["user", "create", "--username", name, "--superuser"]);
    let made = sandbox.json(&["token", "create", name]);
    format!("Token {}", made["key"].as_str().unwrap())
}

/// Each server takes what commands of the other version have made, and what one ends has ended for the other.
fn assert_work_together(versions: &Versions, servers: [&Service; 2], round: &str) {
    for (number, maker) in [&versions.old, &versions.new].into_iter().enumerate() {
        let name = format!("{round}{number}");
        let token = token(maker, &name);
        for server in servers {
            for path in ["/api/users/me/", "/api/v1/me/", "/api/v1/users/"] {
                let (status, body) = server.send("GET", path, &token);
                assert_eq!(status, 200, "{path}: {body}");
                assert!(body.contains(&name), "{path}: {body}");
            }
        }
        maker.done(&["user", "set", &name, "--first-name", "Changed"]);
        let (ends, shows) = if number == 0 {
            (servers[0], servers[1])
        } else {
            (servers[1], servers[0])
        };
        assert!(
            shows
                .send("GET", "/api/users/me/", &token)
                .1
                .contains("Changed")
        );
        assert_eq!(ends.send("POST", "/api/auth/logout/", &token).0, 204);
        assert_eq!(shows.send("GET", "/api/users/me/", &token).0, 401);
        confirmed(maker, &["user", "delete", &name]);
        confirmed(maker, &["purge", "--set", "accounts.deletion_grace=0"]);
    }
}

/// Runs a command that wants `--yes`, of a version that may not know it.
fn confirmed(maker: &Sandbox, command: &[&str]) {
    if maker.run(command).code == Some(3) {
        maker.done(&[command, &["--yes"]].concat());
    }
}

fn upgrade(versions: &Versions) {
    versions.old.done(&["migrate"]);
    let token = token(&versions.old, "ada");
    let old = versions.old.start(&["serve"]);
    assert_eq!(old.send("GET", "/api/users/me/", &token).0, 200);

    eprint!("{}", versions.new.done(&["migrate"]));
    assert_eq!(old.send("GET", "/api/users/me/", &token).0, 200);
    let new = versions.new.start(&["serve"]);
    assert_work_together(versions, [&old, &new], "together");
    drop(old);
    // It starts on the new schema as well, if the upgrade is taken back.
    let old = versions.old.start(&["serve"]);
    assert_work_together(versions, [&old, &new], "again");

    assert_eq!(new.send("GET", "/api/users/me/", &token).0, 200);
    versions.new.done(&["check"]);
}

#[test]
fn the_version_before_works_on_the_schema_of_this_one_on_sqlite() {
    let test = "upgrade::the_version_before_works_on_the_schema_of_this_one_on_sqlite";
    let Some(program) = previous(test) else {
        return;
    };
    let folder = Sandbox::new();
    let file = folder.path().join("upgraded.sqlite3");

    upgrade(&Versions::of(
        &format!("sqlite://{}", file.display()),
        &program,
    ));
}

#[test]
fn the_version_before_works_on_the_schema_of_this_one_on_postgresql() {
    let test = "upgrade::the_version_before_works_on_the_schema_of_this_one_on_postgresql";
    let Some(program) = previous(test) else {
        return;
    };
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    let settings = database_settings(database.url());
    let all = status(&settings).unwrap();
    revert(&settings, all.len()).unwrap();
    let is_pending = |one: &profiled_store::MigrationStatus| one.state == MigrationState::Pending;
    assert!(status(&settings).unwrap().iter().all(is_pending));

    upgrade(&Versions::of(database.url(), &program));
}
