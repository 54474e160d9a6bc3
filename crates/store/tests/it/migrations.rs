//! The schema: mirrored, reversible, applied once.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::thread;

use profiled_domain::UserRepository;
use profiled_store::testing::TestDatabase;
use profiled_store::{DatabaseSettings, Store, migrate, pending, revert, status};

use crate::people::{at, person};

#[test]
fn both_databases_have_the_same_migrations() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let names = |folder: &str| -> BTreeSet<_> {
        let entries = fs::read_dir(root.join(folder)).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    };

    assert!(!names("sqlite").is_empty());
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn a_database_that_is_not_there_is_pending_and_not_created() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new.sqlite3");
    let settings = DatabaseSettings::new(format!("sqlite://{}", file.display()));

    let missing = pending(&settings).unwrap();
    let opened = Store::open(&settings);

    assert!(!missing.is_empty());
    assert!(opened.is_err());
    assert!(!file.exists());
}

profiled_store::database_tests!(
    migrations_go_down_and_up_again,
    racing_migrators_both_succeed,
);

fn migrations_go_down_and_up_again(database: &TestDatabase) {
    let settings = database.settings();
    let all = status(&settings).unwrap();
    assert!(all.iter().all(|migration| migration.is_applied));

    let reverted = revert(&settings, all.len()).unwrap();
    let missing = pending(&settings).unwrap();
    let applied = migrate(&settings).unwrap();
    let store = database.store().unwrap();
    store.create_user(&person("ada"), at(1)).unwrap();

    assert_eq!(reverted.len(), all.len());
    assert_eq!(missing, applied);
    assert_eq!(migrate(&settings).unwrap(), Vec::<String>::new());
}

fn racing_migrators_both_succeed(database: &TestDatabase) {
    let settings = database.settings();
    let count = status(&settings).unwrap().len();
    revert(&settings, count).unwrap();

    let applied: usize = thread::scope(|scope| {
        let racers: Vec<_> = (0..4).map(|_| scope.spawn(|| migrate(&settings))).collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap().unwrap().len())
            .sum()
    });

    assert_eq!(applied, count);
    assert_eq!(pending(&settings).unwrap(), Vec::<String>::new());
}
