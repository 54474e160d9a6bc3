//! An import beside the service.

use std::path::{Path, PathBuf};
use std::thread;

use acceptance::process::Process;
use acceptance::service::{Backend, Data, Service};
use profiled_store::testing::TestSession;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::asked::{Asked, assert_all_told_to_wait};
use super::{assert_reads_wait_for_none_of, writes_of_one_user};
use crate::databases::on_both_databases;

on_both_databases!(reads_are_answered_while_the_transaction_of_an_import_is_open);

/// Users of an import that takes its time.
const USERS: u64 = 4000;

/// A dump that changes the user 1 first, and brings many more.
fn dump(folder: &TempDir) -> PathBuf {
    let user = |id: u64, username: &str| {
        let fields = json!({
            "password": "!", "last_login": null, "is_superuser": id == 1, "is_staff": id == 1,
            "is_active": true, "username": username, "first_name": "Imported", "last_name": "",
            "email": "", "date_joined": "2025-11-22T13:15:20Z", "groups": [],
            "user_permissions": [],
        });
        json!({ "model": "auth.user", "pk": id, "fields": fields })
    };
    let more = (1000..1000 + USERS).map(|id| user(id, &format!("imported{id}")));
    let records: Value = std::iter::once(user(1, "MasterAdmin"))
        .chain(more)
        .collect();
    let file = folder.path().join("import.json");
    std::fs::write(&file, records.to_string()).unwrap();
    file
}

/// Whether somebody has begun to change users.
fn is_writing(backend: Backend, other: &mut TestSession) -> bool {
    match backend {
        // Waits for nobody.
        Backend::Sqlite => other.execute("BEGIN IMMEDIATE; ROLLBACK").is_err(),
        Backend::Postgres => {
            let writers = "SELECT count(*) FROM pg_locks WHERE relation = 'users'::regclass \
                           AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()";
            other.value(writers).unwrap() != "0"
        }
    }
}

/// The import stands still in the middle of its transaction, so that it lasts as long as the test wants.
fn reads_are_answered_while_the_transaction_of_an_import_is_open(backend: Backend) {
    let service = Service::start(backend, Data::Staff, &[]);
    let folder = tempfile::tempdir().unwrap();
    let file = dump(&folder).display().to_string();
    let mut other = service.session();
    let program = Path::new(env!("CARGO_BIN_EXE_profiled-of-acceptance"));

    let command = ["import", "django", &file];
    let mut import = Process::run(program, service.overrides(), &command);
    while !is_writing(backend, &mut other) {
        thread::yield_now();
    }
    assert!(import.freeze(), "the import is too short");
    assert!(is_writing(backend, &mut other), "the import is too short");
    let mut writers = Asked::all(service.address(), writes_of_one_user(&service, 8));
    assert_reads_wait_for_none_of(&mut writers, &service);
    let told = writers.rest();
    import.signal("CONT");

    assert_eq!(import.end(), Some(0));
    assert_all_told_to_wait(&told);
    let name = other.value("SELECT first_name FROM users WHERE id = 1");
    assert_eq!(name.unwrap(), "Imported");
}
