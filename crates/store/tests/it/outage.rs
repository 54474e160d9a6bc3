//! A database that goes away and comes back.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use profiled_domain::{ProfileDepth, ProfileRepository, RepositoryError, UserRepository};
use profiled_store::testing::{TestDatabase, database_settings};
use profiled_store::{DatabaseSettings, OpenError, Store};

use crate::events::lines_with;
use crate::people::{operator, person};
use crate::proxy::Proxy;

const SECOND: Duration = Duration::from_secs(1);

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
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        cause.contains("127.0.0.1") && !cause.contains('\n'),
        "{cause:?}"
    );
    assert!(!error.is_of_url());
}

#[test]
fn a_url_that_the_client_library_cannot_read_is_told_from_a_server_that_is_away() {
    for parameter in ["sslmode=sometimes", "color=red", "connect_timeout=never"] {
        let settings = database_settings(&format!("postgres://127.0.0.1:1/nothing?{parameter}"));

        let error = Store::open(&settings).err().unwrap();

        assert!(error.is_of_url(), "{parameter}: {error:?}");
    }
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

#[test]
fn of_connections_that_died_together_one_fails() {
    let test = "outage::of_connections_that_died_together_one_fails";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    let store = database.store().unwrap();
    let lanes = ["a", "b", "c"].map(|name| store.lane(name, 1, SECOND));
    for (number, lane) in lanes.iter().enumerate() {
        let user = person(&format!("user{number}"));
        lane.create_user(&user, operator(1)).unwrap();
    }
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";

    database.execute(cut).unwrap();
    let outcomes = ["x", "y", "z"].map(person);
    let outcomes: Vec<_> = lanes
        .iter()
        .zip(&outcomes)
        .map(|(lane, user)| lane.create_user(user, operator(1)).is_ok())
        .collect();

    assert_eq!(outcomes, [false, true, true]);
}

#[test]
fn while_the_database_is_away_its_idle_connections_serve_and_others_fail() {
    let database = TestDatabase::sqlite().unwrap();
    let file = database.url().strip_prefix("sqlite://").unwrap();
    let lines = lines_with(file);
    let store = database.store().unwrap();
    let user = store.create_user(&person("ada"), operator(1)).unwrap().id;
    let [connected, new, newer] = ["a", "b", "c"].map(|name| store.lane(name, 1, SECOND));
    let find = |lane: &Store| lane.find_profile(user, ProfileDepth::Groups);
    find(&connected).unwrap();

    let elsewhere = format!("{file}.away");
    fs::rename(file, &elsewhere).unwrap();
    let errors = [&new, &new, &newer].map(|lane| find(lane).unwrap_err());
    let found = find(&connected).unwrap();
    fs::rename(&elsewhere, file).unwrap();

    for error in errors {
        let is_unavailable = matches!(error, RepositoryError::Unavailable(_));
        assert!(is_unavailable, "{error:?}");
    }
    assert!(found.is_some());
    let (gone, back) = (lines.recv().unwrap(), lines.recv().unwrap());
    assert!(
        gone.starts_with("WARN message=the database is away"),
        "{gone}"
    );
    assert!(
        back.starts_with("INFO message=the database is back"),
        "{back}"
    );
    assert!(find(&new).unwrap().is_some());
    assert!(find(&newer).unwrap().is_some());
    assert_eq!(lines.try_iter().count(), 0);
}

#[test]
fn one_looks_for_a_database_that_is_away_and_all_find_it_again() {
    const REQUESTS: usize = 20;
    let test = "outage::one_looks_for_a_database_that_is_away_and_all_find_it_again";
    let Some(database) = TestDatabase::postgres(test).unwrap() else {
        return;
    };
    let proxy = Proxy::before(&database);
    let log = lines_with(proxy.place());
    let settings = DatabaseSettings {
        connect_timeout: 1,
        ..database_settings(&proxy.url(&database))
    };
    let store = Store::open(&settings).unwrap();
    let stores = ["a", "b"].map(|name| store.lane(name, 1, 3 * SECOND));

    proxy.set_silent(true);
    for _ in 0..REQUESTS / stores.len() {
        for lane in &stores {
            let error = lane.miscounted_groups().unwrap_err();
            let is_unavailable = matches!(error, RepositoryError::Unavailable(_));
            assert!(is_unavailable, "{error:?}");
        }
    }
    let attempts = proxy.unanswered();
    proxy.set_silent(false);

    assert!(attempts < REQUESTS, "{attempts} attempts");
    assert!(log.recv().unwrap().contains("is away"));
    assert!(log.recv().unwrap().contains("is back"));
    for lane in &stores {
        assert_eq!(lane.miscounted_groups().unwrap(), []);
    }
}

/// A server that speaks no word, or only its greeting.
fn silent_server(greeting: &'static [u8]) -> DatabaseSettings {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _asked = stream.read(&mut [0; 1024]).unwrap();
            stream.write_all(greeting).unwrap();
            kept.push(stream);
        }
    });
    let url = format!("postgres://127.0.0.1:{port}/x?sslmode=disable&gssencmode=disable");
    DatabaseSettings {
        connect_timeout: 1,
        ..database_settings(&url)
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    // That the password is right, and that it is ready.
    let greeting = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";

    for greeting in [b"".as_slice(), greeting] {
        let settings = silent_server(greeting);

        let outcome = Store::open(&settings);

        assert!(matches!(outcome, Err(OpenError::Connect { .. })));
    }
}
