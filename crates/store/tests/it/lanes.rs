//! Kinds of work that do not wait for each other.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use profiled_domain::{
    GroupRepository, ProfileDepth, ProfileRepository, RepositoryError, UserRepository, deadline,
};
use profiled_store::testing::{TestDatabase, database_settings};
use profiled_store::{DatabaseSettings, LaneSizes, Store};

use crate::people::{at, group, operator, person};

const PATIENCE: Duration = Duration::from_mins(1);
/// As many as a lane for one thread has connections.
const WRITERS: usize = 4;

/// What nobody would wait for.
const HOUR: Duration = Duration::from_hours(1);

profiled_store::database_tests!(
    reads_and_signs_of_life_do_not_wait_for_writes,
    nothing_begins_after_the_end_of_its_job,
);

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
    let store = Store::open(&settings).unwrap();
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

/// Why a write of a job is unavailable that ends after a moment.
fn refused(store: &Store) -> String {
    let end = Instant::now() + Duration::from_millis(20);
    let write = || store.create_group(&group("late"), operator(1));
    match deadline::within(end, write) {
        Err(RepositoryError::Unavailable(cause)) => cause.to_string(),
        outcome => panic!("{outcome:?}"),
    }
}

fn nothing_begins_after_the_end_of_its_job(database: &TestDatabase) {
    let store = database.store().unwrap();
    let ada = store.create_user(&person("ada"), operator(1)).unwrap().id;

    let (read, write) = deadline::within(Instant::now(), || {
        (
            store.find_profile(ada, ProfileDepth::Groups).map(drop),
            store.create_group(&group("late"), operator(1)).map(drop),
        )
    });

    for outcome in [read, write] {
        let is_unavailable = matches!(outcome, Err(RepositoryError::Unavailable(_)));
        assert!(is_unavailable, "{outcome:?}");
    }
    assert_eq!(database.count("groups").unwrap(), 0);
    store.create_group(&group("late"), operator(1)).unwrap();
}

#[test]
fn the_turn_to_write_is_waited_for_until_the_end_of_the_job() {
    let database = TestDatabase::sqlite().unwrap();
    let store = database.store().unwrap();
    let writers = store.lane("writers", 1, HOUR);

    let late: Result<String, RepositoryError> =
        store.import(true, at(1), |_| String::new(), |_| Ok(refused(&writers)));

    assert_eq!(late.unwrap(), "another write takes too long");
}

#[test]
fn the_lock_of_a_file_is_waited_for_until_the_end_of_the_job_and_by_later_jobs_as_before() {
    let database = TestDatabase::sqlite().unwrap();
    let store = database.store().unwrap();
    let writers = store.lane("writers", 1, HOUR);
    let mut other = block_writes(&database);

    assert_eq!(refused(&writers), "database is locked");
    thread::scope(|scope| {
        let (begun, begins) = mpsc::channel();
        let writers = &writers;
        let later = scope.spawn(move || {
            begun.send(()).unwrap();
            writers.create_group(&group("staff"), operator(1))
        });
        begins.recv().unwrap();
        // Until the later one has the turn to write, and waits for the lock.
        while refused(writers) != "another write takes too long" {}
        other.batch_execute("ROLLBACK").unwrap();

        later.join().unwrap().unwrap();
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
    let lanes = |url: &str, pool_size, counts| {
        let settings = DatabaseSettings {
            pool_size,
            ..database_settings(url)
        };
        settings.lanes(counts)
    };
    let of = |readers, details, writers, lists, counters| LaneSizes {
        readers,
        details,
        writers,
        lists,
        counters,
    };

    assert_eq!(lanes("postgres://x/y", 5, true), of(1, 1, 1, 1, 1));
    assert_eq!(lanes("postgres://x/y", 8, true), of(2, 1, 2, 2, 1));
    assert_eq!(lanes("postgres://x/y", 8, false), of(3, 1, 2, 2, 0));
    assert_eq!(lanes("postgres://x/y", 40, true), of(10, 5, 10, 10, 5));
    let file = lanes("sqlite://data/x.sqlite3", 40, false);
    assert_eq!((file.writers, file.lists), (1, 10));
    let cores = thread::available_parallelism().unwrap().get();
    assert!(usize::try_from(file.readers).unwrap() <= cores);
}
