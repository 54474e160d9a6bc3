//! Kinds of work that do not wait for each other.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use profiled_domain::{
    GroupRepository, ProfileDepth, ProfileRepository, RepositoryError, UserRepository,
};
use profiled_store::testing::{TestDatabase, database_settings};
use profiled_store::{DatabaseSettings, Lanes};

use crate::people::{at, group, operator, person};

const PATIENCE: Duration = Duration::from_mins(1);
/// As many as a lane for one thread has connections.
const WRITERS: usize = 4;

profiled_store::database_tests!(reads_and_signs_of_life_do_not_wait_for_writes);

/// A connection of another process, which keeps all writers waiting until it is dropped.
fn block_writes(database: &TestDatabase) -> Box<dyn SimpleConnection> {
    let url = database.url();
    if let Some(file) = url.strip_prefix("sqlite://") {
        let mut other = SqliteConnection::establish(file).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();
        Box::new(other)
    } else {
        let mut other = PgConnection::establish(url).unwrap();
        let lock = "BEGIN; LOCK TABLE groups IN EXCLUSIVE MODE";
        other.batch_execute(lock).unwrap();
        Box::new(other)
    }
}

fn reads_and_signs_of_life_do_not_wait_for_writes(database: &TestDatabase) {
    let settings = DatabaseSettings {
        deadline: 60,
        ..database.settings()
    };
    let store = profiled_store::Store::open(&settings).unwrap();
    let ada = store.create_user(&person("ada"), operator(1)).unwrap().id;
    let readers = store.lane("readers", 1, PATIENCE);
    let writers = store.lane("writers", 1, PATIENCE);
    let mut other = block_writes(database);

    thread::scope(|scope| {
        let (begun, begins) = mpsc::channel();
        let waiting: Vec<_> = (0..WRITERS)
            .map(|number| {
                let (writers, begun) = (&writers, begun.clone());
                scope.spawn(move || {
                    begun.send(()).unwrap();
                    writers.create_group(&group(&format!("group{number}")), operator(1))
                })
            })
            .collect();
        begins.iter().take(WRITERS).for_each(drop);

        // The writes cannot end before the other connection does.
        let found = readers.find_profile(ada, ProfileDepth::Groups).unwrap();
        assert!(found.is_some());
        writers.ping().unwrap();

        assert!(waiting.iter().all(|write| !write.is_finished()));
        other.batch_execute("ROLLBACK").unwrap();
        for write in waiting {
            write.join().unwrap().unwrap();
        }
    });
}

#[test]
fn all_lanes_of_a_file_and_its_imports_have_one_writer_among_them() {
    let database = TestDatabase::sqlite().unwrap();
    let store = database.store().unwrap();
    let writers = store.lane("writers", 1, Duration::from_millis(100));

    let outcome: Result<RepositoryError, RepositoryError> = store.import(
        true,
        at(1),
        |_| String::new(),
        |_| {
            Ok(writers
                .create_group(&group("staff"), operator(1))
                .unwrap_err())
        },
    );

    let error = outcome.unwrap();
    let waited = matches!(&error, RepositoryError::Unavailable(cause) if cause.to_string() == "another write takes too long");
    assert!(waited, "{error:?}");
    writers.create_group(&group("staff"), operator(1)).unwrap();
}

#[test]
fn a_file_that_another_process_writes_to_is_unavailable_in_the_lane_s_time() {
    let database = TestDatabase::sqlite().unwrap();
    let store = database.store().unwrap();
    let writers = store.lane("writers", 1, Duration::from_millis(100));
    let mut other = block_writes(&database);

    let error = writers
        .create_group(&group("staff"), operator(1))
        .unwrap_err();

    assert!(
        matches!(error, RepositoryError::Unavailable(_)),
        "{error:?}"
    );
    other.batch_execute("ROLLBACK").unwrap();
    writers.create_group(&group("staff"), operator(1)).unwrap();
}

#[test]
fn the_connections_are_shared_out_with_one_for_each_lane_at_least() {
    let lanes = |url: &str, pool_size| {
        let settings = DatabaseSettings {
            pool_size,
            ..database_settings(url)
        };
        settings.lanes()
    };
    let of = |readers, details, writers, lists, logins| Lanes {
        readers,
        details,
        writers,
        lists,
        logins,
    };

    assert_eq!(lanes("postgres://x/y", 5), of(1, 1, 1, 1, 1));
    assert_eq!(lanes("postgres://x/y", 8), of(2, 1, 2, 2, 1));
    assert_eq!(lanes("postgres://x/y", 40), of(10, 5, 10, 10, 5));
    let file = lanes("sqlite://data/x.sqlite3", 40);
    assert_eq!((file.writers, file.lists), (1, 10));
    let cores = thread::available_parallelism().unwrap().get();
    assert!(usize::try_from(file.readers).unwrap() <= cores);
}
