//! A database that goes away and comes back.

use profiled_domain::{ProfileDepth, ProfileRepository, RepositoryError, UserRepository};
use profiled_store::Store;
use profiled_store::testing::{TestDatabase, database_settings};

use crate::people::{operator, person};

#[test]
fn a_read_survives_a_connection_that_was_cut() {
    let test = "outage::a_read_survives_a_connection_that_was_cut";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    let store = database.store().unwrap();
    let user = store.create_user(&person("ada"), operator(1)).unwrap();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";

    for _ in 0..3 {
        database.execute(cut).unwrap();
        let found = store.find_profile(user.id, ProfileDepth::Groups).unwrap();

        assert_eq!(found.map(|profile| profile.user.id), Some(user.id));
    }
}

#[test]
fn a_write_on_a_cut_connection_is_unavailable_and_not_repeated() {
    let test = "outage::a_write_on_a_cut_connection_is_unavailable_and_not_repeated";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    let store = database.store().unwrap();
    store.create_user(&person("ada"), operator(1)).unwrap();
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";

    database.execute(cut).unwrap();
    let error = store.create_user(&person("bob"), operator(1)).unwrap_err();
    let next = store.create_user(&person("bob"), operator(1));

    assert!(
        matches!(error, RepositoryError::Unavailable(_)),
        "{error:?}"
    );
    assert!(next.is_ok(), "{next:?}");
}

#[test]
fn unreachable_server_is_reported_without_the_password() {
    let settings = database_settings("postgres://me:secret@127.0.0.1:1/nothing");

    let error = Store::open(&settings).err().unwrap();

    assert_eq!(
        error.to_string(),
        "the database postgres://127.0.0.1:1/nothing cannot be reached"
    );
}

#[test]
fn a_file_that_vanished_is_unavailable() {
    let database = TestDatabase::sqlite().unwrap();
    let store = database.store().unwrap();
    drop(database);

    let error = store.ping().unwrap_err();

    assert!(
        matches!(error, RepositoryError::Unavailable(_)),
        "{error:?}"
    );
}
