//! Users as an operator looks for them.

use profiled_domain::{AccountRepository, NewUser, PageRequest, Person, UserId, UserRepository};
use profiled_store::testing::TestDatabase;
use profiled_store::{ListedUser, Store, UserFilter};

use crate::people::{at, operator};

profiled_store::database_tests!(
    each_filter_narrows_the_list,
    text_is_found_in_either_case_and_stands_for_itself,
    deleted_user_is_found_by_what_it_was_called_until_it_is_erased,
);

const ALL: PageRequest = PageRequest {
    offset: 0,
    limit: 100,
};

fn create(store: &Store, person: Person, is_active: bool, is_staff: bool) -> UserId {
    let new = NewUser {
        person,
        is_active,
        is_staff,
        ..NewUser::default()
    };
    store.create_user(&new, operator(1)).unwrap().id
}

fn named(username: &str) -> Person {
    Person {
        username: Some(username.to_owned()),
        ..Person::default()
    }
}

fn ids(store: &Store, wanted: &UserFilter) -> Vec<i64> {
    let found = store.find_users(wanted, ALL).unwrap();
    found.iter().map(|listed| listed.user.id.0).collect()
}

fn search(store: &Store, text: &str) -> Vec<i64> {
    let wanted = UserFilter {
        search: Some(text.to_owned()),
        ..UserFilter::default()
    };
    ids(store, &wanted)
}

fn each_filter_narrows_the_list(database: &TestDatabase) {
    let store = database.store().unwrap();
    let staff = create(&store, named("ada"), true, true);
    let inactive = create(&store, named("bob"), false, true);
    let plain = create(&store, named("cleo"), true, false);
    let deleted = create(&store, named("dora"), true, true);
    let was_inactive = create(&store, named("eve"), false, false);
    for id in [deleted, was_inactive] {
        store.delete_account(id, operator(2)).unwrap();
    }
    let all = [staff, inactive, plain, deleted, was_inactive].map(|id| id.0);
    let filter = |is_inactive, is_deleted, is_staff| UserFilter {
        is_inactive,
        is_deleted,
        is_staff,
        ..UserFilter::default()
    };
    let found = |inactive, deleted, staff| ids(&store, &filter(inactive, deleted, staff));

    assert_eq!(found(false, false, false), all);
    assert_eq!(found(true, false, false), [inactive.0]);
    assert_eq!(found(false, true, false), [deleted.0, was_inactive.0]);
    assert_eq!(found(false, false, true), [staff.0, inactive.0, deleted.0]);
    assert_eq!(found(true, true, false), [was_inactive.0]);
    assert_eq!(found(true, false, true), [inactive.0]);
    assert_eq!(found(true, true, true), [] as [i64; 0]);
    let second = PageRequest {
        offset: 1,
        limit: 2,
    };
    let page = store.find_users(&UserFilter::default(), second).unwrap();
    let page: Vec<i64> = page.iter().map(|listed| listed.user.id.0).collect();
    assert_eq!(page, [inactive.0, plain.0]);
}

fn text_is_found_in_either_case_and_stands_for_itself(database: &TestDatabase) {
    let store = database.store().unwrap();
    let ada = Person {
        email: Some("ada_l@x.example".to_owned()),
        mobile_number: Some("09121".to_owned()),
        first_name: Some("ÉLODIE 100%".to_owned()),
        last_name: Some("Love!ace".to_owned()),
        ..named("Ada")
    };
    let ada = create(&store, ada, true, false).0;
    let bob = create(&store, named("bobl"), true, false).0;

    for text in [
        "ADA",
        "ada_l",
        "X.EXAMPLE",
        "9121",
        "élodie",
        "ÉLO",
        "100%",
        "LOVE!",
        "e!a",
    ] {
        assert_eq!(search(&store, text), [ada], "{text:?}");
    }
    assert_eq!(search(&store, "l"), [ada, bob]);
    for text in ["a%a", "bo_l", "!", "\0", "nobody"] {
        let expected: &[i64] = if text == "!" { &[ada] } else { &[] };
        assert_eq!(search(&store, text), expected, "{text:?}");
    }
}

fn deleted_user_is_found_by_what_it_was_called_until_it_is_erased(database: &TestDatabase) {
    let store = database.store().unwrap();
    let person = || Person {
        email: Some("ada@x.example".to_owned()),
        mobile_number: Some("09121".to_owned()),
        ..named("ada")
    };
    let first = create(&store, person(), true, false);
    store.delete_account(first, operator(2)).unwrap();
    let second = create(&store, person(), true, false);
    store.delete_account(second, operator(3)).unwrap();
    create(&store, person(), true, false);
    let called = |name: &str| {
        let wanted = UserFilter {
            was_called: Some(name.to_owned()),
            ..UserFilter::default()
        };
        store.find_users(&wanted, ALL).unwrap()
    };

    let found = called("ada");

    let name = |listed: &ListedUser| listed.former.clone().unwrap().username.unwrap();
    assert_eq!(found.iter().map(name).collect::<Vec<_>>(), ["ada", "ada"]);
    let of = |found: &[ListedUser]| {
        found
            .iter()
            .map(|listed| listed.user.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&found), [first, second]);
    assert_eq!(found[0].user.deleted_at, Some(at(2)));
    assert_eq!(of(&called("ada@x.example")), [first, second]);
    assert_eq!(of(&called("09121")), []);
    assert_eq!(search(&store, "ADA@"), [1, 2, 3]);
    store.erase_accounts(at(2), 10).unwrap();
    assert_eq!(of(&called("ada")), [second]);
}
