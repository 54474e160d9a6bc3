//! Many writers at once: none fails for another's sake, and counts stay exact.

use std::sync::Barrier;
use std::thread;

use profiled_domain::{
    CredentialRef, CredentialRepository, Extension, Gender, GroupRepository, NewToken, NewUser,
    PasswordHash, Patch, Person, Precondition, ProfileChange, RepositoryError, TokenRepository,
    TokenUse, UniqueKey, UserRepository,
};
use profiled_store::testing::TestDatabase;

use crate::people::{at, group, operator, person, token};

const WRITERS: usize = 8;
const ROUNDS: usize = 20;

profiled_store::database_tests!(
    writers_wait_for_each_other,
    of_racing_values_exactly_one_wins,
    counts_stay_exact_under_parallel_changes,
    a_deleted_user_leaves_the_counts_of_its_groups,
    of_racing_upgrades_of_a_hash_exactly_one_is_written,
    an_upgrade_never_brings_an_old_password_back,
    no_token_of_a_former_epoch_outlives_the_revocation,
    uses_noted_by_several_servers_hold_up_no_revocation_and_lose_no_extension,
);

fn writers_wait_for_each_other(database: &TestDatabase) {
    let store = database.store().unwrap();
    let ids: Vec<_> = (0..WRITERS)
        .map(|n| {
            store
                .create_user(&person(&format!("user{n}")), operator(1))
                .unwrap()
                .id
        })
        .collect();
    let change = ProfileChange {
        gender: Patch::Set(Gender::Other),
        ..ProfileChange::default()
    };

    let failures: usize = thread::scope(|scope| {
        let writers = ids.iter().map(|id| {
            let (store, change) = (&store, &change);
            scope.spawn(move || {
                let outcomes = (0..ROUNDS)
                    .map(|_| store.update_profile(*id, change, &Precondition::None, operator(0)));
                outcomes.filter(Result::is_err).count()
            })
        });
        let writers: Vec<_> = writers.collect();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .sum()
    });

    assert_eq!(failures, 0);
}

fn of_racing_values_exactly_one_wins(database: &TestDatabase) {
    let store = database.store().unwrap();
    let named = NewUser {
        person: Person {
            username: Some("ada".to_owned()),
            ..Person::default()
        },
        ..NewUser::default()
    };

    let outcomes: Vec<_> = thread::scope(|scope| {
        let racers: Vec<_> = (0..WRITERS)
            .map(|_| scope.spawn(|| store.create_user(&named, operator(1))))
            .collect();
        racers
            .into_iter()
            .map(|racer| racer.join().unwrap())
            .collect()
    });

    let winners = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(winners, 1);
    for error in outcomes.into_iter().filter_map(Result::err) {
        assert!(
            matches!(error, RepositoryError::Conflict(UniqueKey::Username)),
            "{error:?}"
        );
    }
}

fn counts_stay_exact_under_parallel_changes(database: &TestDatabase) {
    let store = database.store().unwrap();
    let groups: Vec<_> = (0..3)
        .map(|n| {
            store
                .create_group(&group(&format!("group{n}")), operator(1))
                .unwrap()
                .id
        })
        .collect();
    let users: Vec<_> = (0..WRITERS)
        .map(|n| {
            store
                .create_user(&person(&format!("user{n}")), operator(1))
                .unwrap()
                .id
        })
        .collect();

    thread::scope(|scope| {
        for (number, user) in users.iter().enumerate() {
            let (store, groups) = (&store, &groups);
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    let group = groups[(number + round) % groups.len()];
                    store.add_member(group, *user, operator(0)).unwrap();
                    if round % 3 == 0 {
                        store.remove_member(group, *user, operator(0)).unwrap();
                    }
                }
            });
        }
    });

    assert_eq!(store.miscounted_groups().unwrap(), []);
    let total: i64 = (0..3)
        .map(|n| {
            store
                .find_group(&format!("group{n}"))
                .unwrap()
                .unwrap()
                .users_count
        })
        .sum();
    assert!(total > 0);
}

fn a_deleted_user_leaves_the_counts_of_its_groups(database: &TestDatabase) {
    let store = database.store().unwrap();
    let team = store.create_group(&group("team"), operator(1)).unwrap().id;
    for name in ["ada", "bob"] {
        let user = store.create_user(&person(name), operator(1)).unwrap().id;
        store.add_member(team, user, operator(0)).unwrap();
    }

    database
        .execute("PRAGMA foreign_keys = ON; DELETE FROM users WHERE username = 'ada'")
        .or_else(|_no_pragma| database.execute("DELETE FROM users WHERE username = 'ada'"))
        .unwrap();

    assert_eq!(store.find_group("team").unwrap().unwrap().users_count, 1);
    assert_eq!(store.miscounted_groups().unwrap(), []);
}

fn of_racing_upgrades_of_a_hash_exactly_one_is_written(database: &TestDatabase) {
    let store = database.store().unwrap();
    let user = store.create_user(&person("ada"), operator(1)).unwrap().id;
    let old = store.find_password_by_id(user).unwrap().unwrap();
    let new = |number: usize| PasswordHash::from_encoded(format!("upgrade {number}"));

    let written: Vec<usize> = thread::scope(|scope| {
        let racers = (0..WRITERS).map(|number| {
            let (store, old) = (&store, &old);
            scope.spawn(move || {
                store
                    .replace_password_hash(user, old, &new(number), "digest")
                    .unwrap()
            })
        });
        let racers: Vec<_> = racers.collect();
        let outcomes = racers.into_iter().map(|racer| racer.join().unwrap());
        outcomes
            .enumerate()
            .filter(|(_, won)| *won)
            .map(|(number, _)| number)
            .collect()
    });

    assert_eq!(written.len(), 1);
    let stored = store.find_password_by_id(user).unwrap().unwrap();
    assert_eq!(stored, new(written[0]));
}

fn an_upgrade_never_brings_an_old_password_back(database: &TestDatabase) {
    let store = database.store().unwrap();
    let user = store.create_user(&person("ada"), operator(1)).unwrap().id;
    let changed = PasswordHash::from_encoded("changed");

    for round in 0..ROUNDS {
        let old = PasswordHash::from_encoded(format!("old {round}"));
        let upgraded = PasswordHash::from_encoded(format!("upgraded {round}"));
        store
            .set_password(user, &old, &CredentialRef::None, at(1))
            .unwrap();

        thread::scope(|scope| {
            scope.spawn(|| {
                store
                    .replace_password_hash(user, &old, &upgraded, "digest")
                    .unwrap()
            });
            scope.spawn(|| {
                store
                    .set_password(user, &changed, &CredentialRef::None, at(2))
                    .unwrap()
            });
        });

        let stored = store.find_password_by_id(user).unwrap().unwrap();
        assert_eq!(stored, changed);
    }
}

/// Log-ins that began before the revocation store their tokens before it or not at all.
fn no_token_of_a_former_epoch_outlives_the_revocation(database: &TestDatabase) {
    let store = database.store().unwrap();
    let ada = store.create_user(&person("ada"), operator(1)).unwrap().id;
    let start = Barrier::new(WRITERS + 1);

    let left = thread::scope(|scope| {
        for number in 0..WRITERS {
            let (store, start) = (&store, &start);
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    let number = u8::try_from(number * ROUNDS + round).unwrap();
                    let token = NewToken {
                        epoch: Some(0),
                        ..token(ada, number)
                    };
                    // Refused or stored: either is fine before the revocation.
                    let _ = store.issue_token(&token);
                }
            });
        }
        start.wait();
        store
            .revoke_credentials(ada, &CredentialRef::None, operator(2))
            .unwrap();
        store.list_tokens(ada).unwrap()
    });

    assert_eq!(left, []);
    assert_eq!(store.list_tokens(ada).unwrap(), []);
}

fn uses_noted_by_several_servers_hold_up_no_revocation_and_lose_no_extension(
    database: &TestDatabase,
) {
    const TOKENS: u8 = 40;
    let store = database.store().unwrap();
    let [kept, revoked] =
        ["kept", "revoked"].map(|name| store.create_user(&person(name), operator(1)).unwrap().id);
    let uses: Vec<_> = (0..TOKENS)
        .map(|number| {
            let token = NewToken {
                expires_at: Some(at(100)),
                is_sliding: true,
                ..token(if number % 2 == 0 { kept } else { revoked }, number)
            };
            TokenUse {
                token: store.issue_token(&token).unwrap(),
                at: at(50),
                precision: chrono::Duration::minutes(1),
                extension: Some(Extension {
                    from: at(100),
                    to: at(150),
                }),
            }
        })
        .collect();
    let backwards: Vec<_> = uses.iter().copied().rev().collect();

    thread::scope(|scope| {
        for batch in [&uses, &backwards, &uses, &backwards] {
            let store = &store;
            scope.spawn(move || store.record_token_uses(batch).unwrap());
        }
        let end = store.revoke_credentials(revoked, &CredentialRef::None, operator(60));
        assert!(end.unwrap());
    });

    let left = store.list_tokens(kept).unwrap();
    assert_eq!(left.len(), usize::from(TOKENS / 2));
    assert!(
        left.iter()
            .all(|token| token.state.expires_at == Some(at(150)))
    );
    assert_eq!(store.list_tokens(revoked).unwrap(), []);
}
