//! Whoever changes users leaves their files to the sweep.

use std::thread;

use chrono::Duration;
use profiled_domain::{
    MediaRepository, Patch, Precondition, ProfileChange, ProfileRepository, SweepRule, UserId,
    UserRepository,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

use crate::people::{at, operator, person};

profiled_store::database_tests!(
    every_way_to_lose_an_avatar_is_seen,
    the_file_of_another_user_stays,
    of_racing_uploads_all_but_one_are_collected,
    of_racing_reservations_one_wins,
);

/// What a sweep would delete that leaves nothing alone for any time.
fn unneeded(store: &Store) -> Vec<String> {
    let rule = SweepRule {
        now: at(10),
        grace: Duration::zero(),
        retention: Duration::zero(),
        limit: 1000,
    };
    let mut claimed = store.claim_files(&rule).unwrap();
    claimed.sort();
    claimed
}

fn set(store: &Store, user: UserId, key: &str) {
    let change = ProfileChange {
        avatar: Patch::Set(key.to_owned()),
        ..ProfileChange::default()
    };
    store
        .update_profile(user, &change, &Precondition::None, operator(0))
        .unwrap();
}

fn every_way_to_lose_an_avatar_is_seen(database: &TestDatabase) {
    let store = database.store().unwrap();
    for name in ["a", "b", "c", "d"] {
        let user = store.create_user(&person(name), operator(1)).unwrap();
        database
            .execute(&format!(
                "UPDATE users SET avatar = '{name}.png' WHERE id = {}",
                user.id.0
            ))
            .unwrap();
    }
    let long = "x".repeat(4000);

    database
        .execute(&format!(
            "UPDATE users SET avatar = NULL WHERE username = 'a';
             UPDATE users SET avatar = '' WHERE username = 'b';
             DELETE FROM users WHERE username = 'c';
             UPDATE users SET avatar = avatar, first_name = 'same' WHERE username = 'd';
             UPDATE users SET avatar = '{long}' WHERE username = 'b';
             UPDATE users SET avatar = 'short.png' WHERE username = 'b';"
        ))
        .unwrap();

    assert_eq!(unneeded(&store), ["a.png", "b.png", "c.png"]);
}

fn the_file_of_another_user_stays(database: &TestDatabase) {
    let store = database.store().unwrap();
    for name in ["a", "b"] {
        store.create_user(&person(name), operator(1)).unwrap();
    }
    database
        .execute("UPDATE users SET avatar = 'default.png'; UPDATE users SET avatar = NULL WHERE username = 'a'")
        .unwrap();

    assert_eq!(unneeded(&store), Vec::<String>::new());
    database
        .execute("UPDATE users SET avatar = NULL WHERE username = 'b'")
        .unwrap();
    assert_eq!(unneeded(&store), ["default.png"]);
}

fn of_racing_uploads_all_but_one_are_collected(database: &TestDatabase) {
    let store = database.store().unwrap();
    let user = store.create_user(&person("ada"), operator(1)).unwrap().id;
    let keys: Vec<_> = (0..8).map(|number| format!("{number}.png")).collect();

    thread::scope(|scope| {
        for key in &keys {
            let store = &store;
            scope.spawn(move || {
                assert!(store.reserve_file(key).unwrap());
                set(store, user, key);
            });
        }
    });

    let stays = store
        .find_profile(user, profiled_domain::ProfileDepth::Account)
        .unwrap()
        .unwrap()
        .user
        .person
        .avatar
        .unwrap();
    let others: Vec<_> = keys.into_iter().filter(|key| *key != stays).collect();
    assert_eq!(unneeded(&store), others);
}

fn of_racing_reservations_one_wins(database: &TestDatabase) {
    let store = database.store().unwrap();

    let wins: usize = thread::scope(|scope| {
        let racers: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| usize::from(store.reserve_file("a.png").unwrap())))
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).sum()
    });

    assert_eq!(wins, 1);
}
