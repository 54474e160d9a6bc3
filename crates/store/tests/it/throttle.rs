//! Counters in a database: rows that have ended go, whoever counts at the same time.

use std::thread;

use profiled_domain::{Admission, RepositoryError, ThrottleKey, ThrottleRepository};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

use crate::people::at;

profiled_store::database_tests!(
    ended_rows_are_swept_a_few_at_a_time,
    parallel_sweepers_do_not_stop_each_other,
    undecodable_counter_is_a_failure,
);

fn key(number: u32) -> ThrottleKey {
    let mut key = [7; 32];
    key[..4].copy_from_slice(&number.to_be_bytes());
    ThrottleKey(key)
}

fn hit(store: &Store, number: u32, seconds: i64) {
    let admission = store.hit(&key(number), "5/s".parse().unwrap(), at(seconds));
    assert_eq!(admission.unwrap(), Admission::Admitted, "{number}");
}

fn ended_rows_are_swept_a_few_at_a_time(database: &TestDatabase) {
    let store = database.store().unwrap();
    for number in 0..20 {
        hit(&store, number, 0);
    }

    let counts = [100, 101, 102].map(|number| {
        hit(&store, number, 60);
        database.count("throttle_hits").unwrap()
    });

    // One more, and eight fewer.
    assert_eq!(counts, [13, 6, 3]);
}

fn parallel_sweepers_do_not_stop_each_other(database: &TestDatabase) {
    let store = database.store().unwrap();
    for number in 0..100 {
        hit(&store, number, 0);
    }

    thread::scope(|scope| {
        for thread in 1..=8 {
            let store = &store;
            scope.spawn(move || (0..10).for_each(|n| hit(store, thread * 1000 + n, 60)));
        }
    });
    (0..20).for_each(|n| hit(&store, 50_000 + n, 60));

    assert_eq!(database.count("throttle_hits").unwrap(), 100);
}

fn undecodable_counter_is_a_failure(database: &TestDatabase) {
    let store = database.store().unwrap();
    hit(&store, 0, 0);
    let strange = |value: &str| format!("UPDATE throttle_hits SET hits = {value}");
    // 2^63 - 1 microseconds are in no year that there is.
    let beyond = "7fffffffffffffff00000001";
    let written = database.execute(&strange(&format!("x'{beyond}'")));
    written
        .or_else(|_| database.execute(&strange(&format!("'\\x{beyond}'"))))
        .unwrap();

    let error = store
        .hit(&key(0), "5/s".parse().unwrap(), at(0))
        .unwrap_err();

    assert!(matches!(error, RepositoryError::Failed(_)), "{error:?}");
}
