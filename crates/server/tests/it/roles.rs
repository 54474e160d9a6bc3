//! What the service may do in a database: rows, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use profiled_store::testing::TestDatabase;

use crate::sandbox::{Sandbox, fixture};

/// The statements that the operator runs, for roles of a name of their own.
fn statements(suffix: &str) -> String {
    let sql = include_str!("../../../../deploy/postgresql/roles.sql");
    let values = [
        (":'owner_password'", "'first-secret'".to_owned()),
        (":'service_password'", "'second-secret'".to_owned()),
        ("profiled_owner", format!("profiled_owner{suffix}")),
        ("profiled_service", format!("profiled_service{suffix}")),
    ];
    values.iter().fold(sql.to_owned(), |sql, (name, value)| {
        sql.replace(name, value)
    })
}

/// The URL of a database for one of the roles.
fn url(database: &TestDatabase, role: &str, password: &str) -> String {
    let (scheme, rest) = database.url().split_once("://").unwrap();
    let place = rest.split_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{role}:{password}@{place}")
}

#[test]
fn a_role_that_changes_rows_alone_serves_what_its_owner_has_migrated() {
    let test = "roles::a_role_that_changes_rows_alone_serves_what_its_owner_has_migrated";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    let suffix = format!("_{}", std::process::id());
    let (owner, service) = (
        format!("profiled_owner{suffix}"),
        format!("profiled_service{suffix}"),
    );
    let empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;";
    database.execute(empty).unwrap();
    database.execute(&statements(&suffix)).unwrap();
    let mut sandbox = Sandbox::new();
    sandbox.set(
        "PROFILED__DATABASE__URL",
        &url(&database, &service, "second-secret"),
    );
    let owner_url = format!("database.url={}", url(&database, &owner, "first-secret"));
    // Nothing of production is needed to migrate.
    let migrate = ["migrate", "--profile", "production", "--set", &owner_url];

    let early = sandbox.run(&["serve", "--set", "http.bind=127.0.0.1:0"]);
    let refused = sandbox.run(&["migrate"]);
    let migrated = sandbox.run(&migrate);
    let again = sandbox.done(&["migrate"]);

    assert_eq!(early.code, Some(1), "{}", early.err);
    assert!(early.err.contains("run profiled migrate"), "{}", early.err);
    assert_eq!(refused.code, Some(1), "{}", refused.err);
    assert_eq!(migrated.code, Some(0), "{}", migrated.err);
    assert_eq!(again, "nothing to do\n");
    sandbox.done(&["check"]);
    sandbox.done(&["import", "people", &fixture("tower.json")]);
    sandbox.done(&["user", "create", "--username", "grace", "--staff"]);
    let token = sandbox.json(&["token", "create", "grace"]);
    let token = format!("Token {}", token["key"].as_str().unwrap());
    sandbox.done(&["backup", "backup.tar.gz"]);
    sandbox.done(&["restore", "backup.tar.gz", "--yes"]);
    let server = sandbox.start(&["serve"]);
    assert_eq!(server.send("GET", "/ready", "").0, 200);
    assert_eq!(server.send("GET", "/api/users/me/", &token).0, 200);
    assert_eq!(server.send("POST", "/api/auth/logout/", &token).0, 204);
    assert_eq!(server.send("GET", "/api/users/me/", &token).0, 401);
    sandbox.done(&["purge", "--yes"]);
    drop(server);
    let gone =
        format!("DROP OWNED BY {owner}; DROP OWNED BY {service}; DROP ROLE {owner}, {service};");
    database.execute(&gone).unwrap();
}
