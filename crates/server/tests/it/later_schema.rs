//! A later version migrates the database of a running service, which goes on and tells.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on has failed"
)]

use std::thread;
use std::time::{Duration, Instant};

use profiled_store::testing::TestDatabase;

use crate::sandbox::{Sandbox, Service};

profiled_store::database_tests!(
    a_migration_of_a_later_version_is_noticed_while_running_and_everything_goes_on,
);

/// What has not been noticed after so long never is.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a later release may do: it adds.
const EXPANDED: &str = "ALTER TABLE users ADD COLUMN nickname TEXT; \
     ALTER TABLE tokens ADD COLUMN level INTEGER NOT NULL DEFAULT 0; \
     CREATE TABLE pets (id INTEGER NOT NULL PRIMARY KEY, user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE); \
     CREATE INDEX users_nickname_idx ON users (nickname); \
     INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000001')";
const BROKEN: &str = "INSERT INTO breaking_migrations (version) VALUES ('99990101000001')";
const NOTE: &str =
    "a later version has migrated the database: this one does not know 1 of its migrations";

/// Until the service says of itself what it is to say.
fn until_ready_is(service: &Service, expected: &(u16, String)) {
    let end = Instant::now() + PATIENCE;
    loop {
        let ready = service.send("GET", "/ready", "");
        if ready == *expected {
            return;
        }
        assert!(Instant::now() < end, "still {ready:?}");
        thread::yield_now();
    }
}

/// Reads, lists and writes of requests and commands.
fn assert_works(sandbox: &Sandbox, service: &Service, name: &str) {
    let user = ["user", "create", "--username", name, "--superuser"];
    sandbox.done(&user);
    let made = sandbox.json(&["token", "create", name]);
    let token = format!("Token {}", made["key"].as_str().unwrap());
    for path in [
        "/api/users/me/",
        "/api/v1/me/",
        "/api/v1/users/",
        "/api/users/",
    ] {
        let (status, body) = service.send("GET", path, &token);
        assert_eq!(status, 200, "{path}: {body}");
        assert!(body.contains(name), "{path}: {body}");
    }
    sandbox.done(&["user", "set", name, "--first-name", "Changed"]);
    assert!(
        service
            .send("GET", "/api/users/me/", &token)
            .1
            .contains("Changed")
    );
    assert_eq!(service.send("POST", "/api/auth/logout/", &token).0, 204);
    assert_eq!(service.send("GET", "/api/users/me/", &token).0, 401);
    sandbox.done(&["user", "delete", name, "--yes"]);
    sandbox.done(&["purge", "--yes", "--set", "accounts.deletion_grace=0"]);
}

fn a_migration_of_a_later_version_is_noticed_while_running_and_everything_goes_on(
    database: &TestDatabase,
) {
    let mut sandbox = Sandbox::new();
    sandbox.set("PROFILED__DATABASE__URL", database.url());
    // One superuser has to stay.
    sandbox.done(&["user", "create", "--username", "root", "--superuser"]);
    // What is to be right must not be told to come again on a busy machine.
    let mut service = sandbox.start(&["serve", "--set", "database.deadline=30"]);
    assert_works(&sandbox, &service, "before");

    database.execute(EXPANDED).unwrap();
    // Sessions with prepared statements among them.
    assert_works(&sandbox, &service, "between");
    let noted = format!(r#"{{"note":"{NOTE}","status":"ready"}}"#);
    until_ready_is(&service, &(200, noted));
    service.log_line(NOTE);
    assert_works(&sandbox, &service, "after");
    // Others may read the file of a test's database, which is told as well.
    let examined = sandbox.run(&["check"]).out;
    assert!(examined.contains(&format!("warning: {NOTE}")), "{examined}");

    database.execute(BROKEN).unwrap();
    let broken = r#"{"note":"the schema of the database does not fit this version: the log tells why","status":"not ready"}"#;
    let broken = broken.to_owned();
    until_ready_is(&service, &(503, broken));
    service.log_line("has the migration 99990101000001, with which this version cannot work");
}
