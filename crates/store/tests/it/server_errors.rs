//! Errors of a server are told apart whatever language it speaks.

use std::thread;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use profiled_domain::{GroupRepository, NewGroup, RepositoryError};
use profiled_store::testing::{TestDatabase, skip};
use profiled_store::{DatabaseSettings, Store};

use crate::people::{group, operator};

/// A function that a trigger runs before a group is added.
fn before_groups(body: &str) -> String {
    format!(
        "CREATE FUNCTION before_groups() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NEW; END $$; \
         CREATE TRIGGER before_groups BEFORE INSERT ON groups FOR EACH ROW EXECUTE FUNCTION before_groups()"
    )
}

/// Until an advisory lock of this database is held by somebody, or somebody waits for it.
fn until(lock: i64, granted: bool) -> String {
    let not = if granted { "" } else { "NOT " };
    format!(
        "WHILE NOT EXISTS (SELECT FROM pg_locks JOIN pg_database d ON d.oid = database \
         WHERE locktype = 'advisory' AND objid = {lock} AND {not}granted AND datname = current_database()) \
         LOOP PERFORM pg_sleep(0.01); END LOOP;"
    )
}

fn open(database: &TestDatabase) -> Store {
    let settings = DatabaseSettings {
        statement_timeout: 1,
        ..database.settings()
    };
    Store::open(&settings).unwrap()
}

fn add(store: &Store) -> Result<(), RepositoryError> {
    store.create_group(&group("staff"), operator(1)).map(drop)
}

fn assert_unavailable(outcome: &Result<(), RepositoryError>) {
    let is_unavailable = matches!(outcome, Err(RepositoryError::Unavailable(_)));
    assert!(is_unavailable, "{outcome:?}");
}

fn a_statement_that_takes_too_long_is_unavailable(database: &TestDatabase) {
    let slow = before_groups("PERFORM pg_sleep(3600);");
    database.execute(&slow).unwrap();

    assert_unavailable(&add(&open(database)));
}

fn a_lock_that_is_not_given_in_time_is_unavailable(database: &TestDatabase) {
    let mut other = PgConnection::establish(database.url()).unwrap();
    other.batch_execute("BEGIN; LOCK TABLE groups").unwrap();

    assert_unavailable(&add(&open(database)));
}

fn a_statement_that_an_administrator_cancels_is_unavailable(database: &TestDatabase) {
    let cancel = "PERFORM pg_cancel_backend(pg_backend_pid()); PERFORM pg_sleep(3600);";
    database.execute(&before_groups(cancel)).unwrap();
    let store = open(database).lane("writers", 1, std::time::Duration::from_hours(1));

    assert_unavailable(&add(&store));
}

fn a_deadlock_is_unavailable(database: &TestDatabase) {
    let (held, wanted) = (until(1, true), until(2, false));
    let body = format!(
        "{held} PERFORM pg_advisory_xact_lock(2); {wanted} PERFORM pg_advisory_xact_lock(1);"
    );
    database.execute(&before_groups(&body)).unwrap();
    let mut other = PgConnection::establish(database.url()).unwrap();
    let store = {
        let eager = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = 1', current_database()); END $$";
        database.execute(eager).unwrap();
        open(database)
    };

    thread::scope(|scope| {
        let held = until(2, true);
        scope.spawn(move || {
            // The other one of the two is the one to be ended.
            other
                .batch_execute(&format!(
                    "SET deadlock_timeout = '1h'; DO $$ BEGIN PERFORM pg_advisory_xact_lock(1); {held} \
                     PERFORM pg_advisory_xact_lock(2); END $$"
                ))
                .unwrap();
        });
        let store = store.lane("writers", 1, std::time::Duration::from_mins(1));
        assert_unavailable(&add(&store));
    });
}

fn a_session_that_is_ended_is_unavailable_and_replaced(database: &TestDatabase) {
    let end = before_groups("PERFORM pg_terminate_backend(pg_backend_pid());");
    database.execute(&end).unwrap();
    let store = open(database);

    assert_unavailable(&add(&store));
    database
        .execute("DROP TRIGGER before_groups ON groups")
        .unwrap();
    add(&store).unwrap();
}

fn a_full_disk_is_unavailable_and_remembered_until_a_write_succeeds(database: &TestDatabase) {
    // As the server tells it, in a language that it does not speak.
    let full = before_groups(
        "RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'ne eblis pligrandigi \"base/5/16391\": plena', \
         HINT = 'rigardu la diskon';",
    );
    database.execute(&full).unwrap();
    let store = open(database);
    let lane = store.lane("writers", 1, std::time::Duration::from_secs(1));

    assert!(!store.disk_is_full());
    assert_unavailable(&add(&lane));
    assert!(store.disk_is_full());
    database
        .execute("DROP TRIGGER before_groups ON groups")
        .unwrap();
    add(&lane).unwrap();
    assert!(!store.disk_is_full());
}

fn a_server_that_takes_no_writes_is_unavailable_until_it_does(database: &TestDatabase) {
    let read_only = |value: &str| {
        let change = format!(
            "BEGIN READ WRITE; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = {value}', \
             current_database()); END $$; COMMIT"
        );
        database.execute(&change).unwrap();
    };
    read_only("on");
    let store = open(database);
    store.miscounted_groups().unwrap();

    assert_unavailable(&add(&store));
    read_only("off");
    add(&store).unwrap();
}

fn a_value_that_does_not_fit_is_a_failure(database: &TestDatabase) {
    let long = NewGroup {
        name: "x".repeat(10_000),
        notes: None,
    };

    let outcome = open(database).create_group(&long, operator(1));

    assert!(
        matches!(outcome, Err(RepositoryError::Failed(_))),
        "{outcome:?}"
    );
}

/// Makes new sessions speak German; `false` if the server cannot, and the test is skipped.
fn speak_german(test: &str, database: &TestDatabase) -> bool {
    let german = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lc_messages = %L', current_database(), 'de_DE.UTF-8'); END $$";
    if database.execute(german).is_ok() {
        let error = database.execute("SELECT 1/0").unwrap_err().to_string();
        if error == "Division durch Null" {
            return true;
        }
    }
    let reason = "the server does not speak de_DE.UTF-8";
    skip(test, reason, "REQUIRE_GERMAN");
    false
}

macro_rules! in_each_language {
    ($($name:ident),* $(,)?) => {
        mod as_it_is {
            $(
                #[test]
                fn $name() {
                    let test = concat!(module_path!(), "::", stringify!($name));
                    if let Some(database) = super::TestDatabase::postgres(test).unwrap() {
                        super::$name(&database);
                    }
                }
            )*
        }

        mod in_german {
            $(
                #[test]
                fn $name() {
                    let test = concat!(module_path!(), "::", stringify!($name));
                    let database = super::TestDatabase::postgres(test).unwrap();
                    if let Some(database) = database.filter(|database| super::speak_german(test, database)) {
                        super::$name(&database);
                    }
                }
            )*
        }
    };
}

in_each_language!(
    a_statement_that_takes_too_long_is_unavailable,
    a_lock_that_is_not_given_in_time_is_unavailable,
    a_statement_that_an_administrator_cancels_is_unavailable,
    a_deadlock_is_unavailable,
    a_session_that_is_ended_is_unavailable_and_replaced,
    a_full_disk_is_unavailable_and_remembered_until_a_write_succeeds,
    a_server_that_takes_no_writes_is_unavailable_until_it_does,
    a_value_that_does_not_fit_is_a_failure,
);

#[test]
fn sqlite_s_full_disk_and_read_only_file_are_unavailable() {
    for (text, is_full) in [
        ("database or disk is full", true),
        ("attempt to write a readonly database", false),
    ] {
        let database = TestDatabase::sqlite().unwrap();
        let store = database.store().unwrap();
        let refuse = format!(
            "CREATE TRIGGER refuse BEFORE INSERT ON groups BEGIN SELECT RAISE(ABORT, '{text}'); END"
        );
        database.execute(&refuse).unwrap();

        assert_unavailable(&add(&store));
        assert_eq!(store.disk_is_full(), is_full, "{text}");
        database.execute("DROP TRIGGER refuse").unwrap();
        add(&store).unwrap();
        assert!(!store.disk_is_full());
    }
}
