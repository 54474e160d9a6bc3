//! Users of one import who give unique values up, and who take them.

use profiled_domain::{Person, UniqueKey, UserId, UserLookup, UserRepository};
use profiled_store::testing::TestDatabase;
use profiled_store::{HolderRule, ImportOutcome, ImportedUser, Refusal, Store, Taken, UserOutcome};

use crate::import::{import, user, users};

profiled_store::database_tests!(
    users_who_exchange_their_values_are_updated,
    a_name_set_free_by_a_later_user_is_taken_by_an_earlier_one,
    a_refused_user_sets_nothing_free,
    an_address_of_a_later_user_is_taken_by_whom_the_import_prefers,
);

/// A user with a name, and an address and a number that go with another one.
fn reached_as(id: i64, name: &str, reach: &str) -> ImportedUser {
    let user = user(id, name);
    ImportedUser {
        person: Person {
            email: Some(format!("{reach}@example.com")),
            mobile_number: Some(reach.to_owned()),
            ..user.person
        },
        ..user
    }
}

fn holder(store: &Store, key: &UserLookup) -> Option<i64> {
    store.find_user(key).unwrap().map(|user| user.id.0)
}

fn by_address(name: &str) -> UserLookup {
    UserLookup::Email(format!("{name}@example.com"))
}

fn names(store: &Store) -> Vec<String> {
    let name = |id| store.find_user(&UserLookup::Id(UserId(id))).unwrap();
    let names = (1..=4).filter_map(|id| name(id)?.person.username);
    names.collect()
}

fn users_who_exchange_their_values_are_updated(database: &TestDatabase) {
    let store = database.store().unwrap();
    let before = [
        reached_as(1, "a", "a"),
        reached_as(2, "b", "b"),
        reached_as(3, "c", "c"),
    ];
    let after = [
        reached_as(1, "b", "c"),
        reached_as(2, "c", "a"),
        reached_as(3, "a", "b"),
    ];
    import(&store, |session| users(session, &before));

    let changed = import(&store, |session| session.users(&after));
    let again = import(&store, |session| users(session, &after));

    let updated = UserOutcome {
        outcome: ImportOutcome::Updated,
        taken: Vec::new(),
        taken_over: Vec::new(),
    };
    assert_eq!(changed, vec![updated; 3]);
    assert_eq!(again, vec![ImportOutcome::Unchanged; 3]);
    assert_eq!(names(&store), ["b", "c", "a"]);
    let holders = ["a", "b", "c"].map(|name| holder(&store, &by_address(name)));
    assert_eq!(holders, [Some(2), Some(3), Some(1)]);
}

fn a_name_set_free_by_a_later_user_is_taken_by_an_earlier_one(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, |session| {
        users(session, &[user(1, "a"), user(2, "b"), user(3, "c")])
    });
    let after = [user(4, "a"), user(1, "b"), user(2, "c"), user(3, "d")];

    let outcomes = import(&store, |session| users(session, &after));

    let mut expected = vec![ImportOutcome::Updated; 4];
    expected[0] = ImportOutcome::Created;
    assert_eq!(outcomes, expected);
    assert_eq!(names(&store), ["b", "c", "d", "a"]);
}

fn a_refused_user_sets_nothing_free(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, |session| {
        users(session, &[user(1, "a"), user(2, "b"), user(3, "c")])
    });
    // The name of the third, who is not in the dump, keeps the second from giving its own up.
    let after = [user(4, "a"), user(1, "b"), user(2, "c")];

    let outcomes = import(&store, |session| users(session, &after));

    let taken = |holder| {
        let key = UniqueKey::Username;
        ImportOutcome::Refused(Refusal::Taken(Taken { key, holder }))
    };
    assert_eq!(outcomes, [taken(1), taken(2), taken(3)]);
    assert_eq!(names(&store), ["a", "b", "c"]);
}

fn an_address_of_a_later_user_is_taken_by_whom_the_import_prefers(database: &TestDatabase) {
    let store = database.store().unwrap();
    import(&store, |session| {
        users(
            session,
            &[reached_as(1, "user1", "a"), reached_as(2, "user2", "b")],
        )
    });
    let newer = ImportedUser {
        date_joined: Some("2030-01-01T00:00:00Z".parse().unwrap()),
        ..reached_as(1, "user1", "b")
    };
    let after = [newer, reached_as(2, "user2", "b")];

    import(&store, |session| {
        session.choose_holders(HolderRule::Newest);
        session.users(&after)
    });

    assert_eq!(holder(&store, &by_address("b")), Some(1));
    assert_eq!(holder(&store, &by_address("a")), None);
}
