//! A database file that is moved away, or replaced, under who has opened it.

use std::fs;

use profiled_domain::{
    FileMoved, ProfileDepth, ProfileRepository, RepositoryError, UserLookup, UserRepository,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

use crate::events::lines_with;
use crate::people::{operator, person};

fn assert_moved<T: std::fmt::Debug>(outcome: Result<T, RepositoryError>) {
    match outcome {
        Err(RepositoryError::Unavailable(source)) if source.is::<FileMoved>() => {}
        other => panic!("{other:?}"),
    }
}

fn has_user(store: &Store, name: &str) -> bool {
    let key = UserLookup::Username(name.to_owned());
    store.find_user(&key).unwrap().is_some()
}

#[test]
fn nothing_is_written_to_a_file_that_was_moved_until_it_is_back() {
    let database = TestDatabase::sqlite().unwrap();
    let file = database.url().strip_prefix("sqlite://").unwrap();
    let lines = lines_with(file);
    let store = database.store().unwrap();
    let ada = store.create_user(&person("ada"), operator(1)).unwrap().id;
    let elsewhere = format!("{file}.away");

    fs::rename(file, &elsewhere).unwrap();
    assert_moved(store.create_user(&person("bob"), operator(1)));
    assert_moved(store.create_user(&person("bob"), operator(1)));
    assert_moved(store.ping());
    let found = store.find_profile(ada, ProfileDepth::Groups).unwrap();
    fs::rename(&elsewhere, file).unwrap();

    assert!(found.is_some());
    store.ping().unwrap();
    assert!(!has_user(&store, "bob"));
    store.create_user(&person("bob"), operator(1)).unwrap();
    let told: Vec<String> = lines.try_iter().collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("was moved away or replaced"), "{told:?}");
    assert!(told[1].contains("is there again"), "{told:?}");
}

#[test]
fn a_file_that_took_the_place_of_another_is_not_opened_by_who_knows_the_first() {
    let database = TestDatabase::sqlite().unwrap();
    let file = database.url().strip_prefix("sqlite://").unwrap();
    let store = database.store().unwrap();
    let copy = TestDatabase::sqlite().unwrap();
    let copy = copy.url().strip_prefix("sqlite://").unwrap();
    store.create_user(&person("ada"), operator(1)).unwrap();

    fs::rename(file, format!("{file}.old")).unwrap();
    fs::copy(copy, file).unwrap();

    assert_moved(store.create_user(&person("bob"), operator(1)));
    assert_moved(store.ping());
    // The connection that is there reads what it read before.
    assert!(has_user(&store, "ada"));
    let fresh = store.lane("fresh", 1, std::time::Duration::from_secs(1));
    let key = UserLookup::Username("ada".to_owned());
    let refused = fresh.find_user(&key).unwrap_err();
    assert!(
        matches!(refused, RepositoryError::Unavailable(_)),
        "{refused:?}"
    );
}

#[test]
fn nothing_is_written_once_the_log_or_its_index_was_removed() {
    for gone in [&["-wal"][..], &["-shm"], &["-wal", "-shm"]] {
        let database = TestDatabase::sqlite().unwrap();
        let file = database.url().strip_prefix("sqlite://").unwrap();
        let lines = lines_with(file);
        let store = database.store().unwrap();
        store.create_user(&person("ada"), operator(1)).unwrap();
        store.ping().unwrap();

        for end in gone {
            fs::rename(format!("{file}{end}"), format!("{file}.away{end}")).unwrap();
        }
        assert_moved(store.create_user(&person("bob"), operator(1)));
        assert_moved(store.ping());
        let fresh = store.lane("fresh", 1, std::time::Duration::from_secs(1));
        let key = UserLookup::Username("ada".to_owned());
        assert!(fresh.find_user(&key).is_err(), "{gone:?}");
        assert!(
            gone.iter()
                .all(|end| !fs::exists(format!("{file}{end}")).unwrap())
        );
        for end in gone {
            fs::rename(format!("{file}.away{end}"), format!("{file}{end}")).unwrap();
        }

        store.ping().unwrap();
        assert!(!has_user(&store, "bob"));
        let told: Vec<String> = lines.try_iter().collect();
        assert!(told[0].contains("was moved away or replaced"), "{told:?}");
    }
}

#[test]
fn a_file_that_was_deleted_takes_nothing() {
    let database = TestDatabase::sqlite().unwrap();
    let file = database.url().strip_prefix("sqlite://").unwrap();
    let store = database.store().unwrap();
    store.create_user(&person("ada"), operator(1)).unwrap();

    fs::remove_file(file).unwrap();

    assert_moved(store.create_user(&person("bob"), operator(1)));
    assert_moved(store.ping());
    assert!(has_user(&store, "ada"));
}
