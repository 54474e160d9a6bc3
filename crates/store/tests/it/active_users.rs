//! The number of active users is right whoever writes, and costs nothing to read.

use std::thread;

use profiled_domain::{
    AccountRepository, Condition, Field, NewUser, NumberedPage, OrderBy, PageNumber, PasswordHash,
    Person, Selection, SelectionRepository, UserId, UserRepository,
};
use profiled_store::testing::TestDatabase;
use profiled_store::{ImportedUser, Store};

use crate::import::digest;
use crate::people::{at, operator, person};

profiled_store::database_tests!(
    every_way_to_write_a_user_is_counted,
    bulk_statements_are_counted,
    rolled_back_changes_are_not_counted,
    racing_writers_are_all_counted,
    changes_of_the_count_are_summed_up_into_few_rows,
    late_page_has_the_rows_of_its_offset,
);

fn total(store: &Store, condition: Condition) -> i64 {
    let page = NumberedPage {
        number: PageNumber::At(1),
        size: 1,
    };
    let selection = Selection {
        condition,
        order: Vec::new(),
        page,
    };
    store.select_users(&selection).unwrap().total
}

/// The number that is kept, which has to be the one that is counted.
fn active(store: &Store) -> i64 {
    let kept = total(store, Condition::everything());
    let counted = total(store, Condition::Not(Box::new(Condition::nothing())));
    assert_eq!(kept, counted);
    kept
}

fn imported(id: i64, is_active: bool) -> ImportedUser {
    ImportedUser {
        id,
        external_id: None,
        person: Person {
            username: Some(format!("imported{id}")),
            ..Person::default()
        },
        is_active,
        is_staff: false,
        is_superuser: false,
        ldap_dn: String::new(),
        password: PasswordHash::from_encoded("!"),
        date_joined: Some(at(1)),
        last_login: None,
    }
}

fn import(store: &Store, users: &[ImportedUser]) {
    let outcome = store.import(false, at(9), digest, |session| {
        session.users(users).map(drop)
    });
    outcome.unwrap();
}

fn every_way_to_write_a_user_is_counted(database: &TestDatabase) {
    let store = database.store().unwrap();
    let create = |name: &str, is_active| {
        let new = NewUser {
            is_active,
            ..person(name)
        };
        store.create_user(&new, operator(1)).unwrap().id
    };
    let mut counts = vec![active(&store)];
    let mut then = |()| counts.push(active(&store));

    let ada = create("ada", true);
    then(());
    create("eve", false);
    then(());
    import(
        &store,
        &[imported(50, true), imported(51, false), imported(52, true)],
    );
    then(());
    import(
        &store,
        &[imported(50, false), imported(51, true), imported(52, true)],
    );
    then(());
    store.deactivate(ada).unwrap();
    then(());
    store.activate(ada, at(2)).unwrap();
    then(());
    store.delete_account(ada, operator(3)).unwrap();
    then(());
    store.restore_account(ada, at(4)).unwrap();
    then(());
    store.delete_account(UserId(52), operator(5)).unwrap();
    store.erase_accounts(at(6), 10).unwrap();
    then(());

    assert_eq!(counts, [0, 1, 1, 3, 3, 2, 3, 2, 3, 2]);
}

fn bulk_statements_are_counted(database: &TestDatabase) {
    let store = database.store().unwrap();
    let row = |id: usize| {
        format!(
            "({id}, {}, FALSE, FALSE, '', '!', '2015-08-25 01:00:07')",
            id.is_multiple_of(2)
        )
    };
    let rows: Vec<String> = (1..=100).map(row).collect();
    let columns = "id, is_active, is_staff, is_superuser, ldap_dn, password, date_joined";
    let mut counts = Vec::new();
    for sql in [
        format!("INSERT INTO users ({columns}) VALUES {}", rows.join(", ")).as_str(),
        "UPDATE users SET is_active = NOT is_active WHERE id <= 11",
        "UPDATE users SET is_active = is_active",
        "DELETE FROM users WHERE id <= 11",
        "DELETE FROM users",
    ] {
        database.execute(sql).unwrap();
        counts.push(active(&store));
    }

    assert_eq!(counts, [50, 51, 51, 45, 0]);
}

fn rolled_back_changes_are_not_counted(database: &TestDatabase) {
    let store = database.store().unwrap();
    store.create_user(&person("ada"), operator(1)).unwrap();

    let undone = store.import(true, at(9), digest, |session| {
        session.users(&[imported(50, true)]).map(drop)
    });
    undone.unwrap();
    store.create_user(&person("ada"), operator(1)).unwrap_err();

    assert_eq!(active(&store), 1);
}

fn racing_writers_are_all_counted(database: &TestDatabase) {
    let store = database.store().unwrap();

    thread::scope(|scope| {
        for writer in 0..4 {
            let store = &store;
            scope.spawn(move || {
                for number in 0..40 {
                    let name = format!("{writer}x{number}");
                    let id = store.create_user(&person(&name), operator(1)).unwrap().id;
                    if number % 4 == 0 {
                        store.deactivate(id).unwrap();
                    }
                }
            });
        }
    });

    assert_eq!(active(&store), 4 * 30);
}

fn changes_of_the_count_are_summed_up_into_few_rows(database: &TestDatabase) {
    let store = database.store().unwrap();
    let users: Vec<ImportedUser> = (1..=600).map(|id| imported(id, true)).collect();
    import(&store, &users);

    assert_eq!(active(&store), 600);
    assert!(database.count("active_users_count").unwrap() < 40);
}

/// Users of four blocks of identifiers; some are gone, some are inactive, one block has no users at all.
fn late_page_has_the_rows_of_its_offset(database: &TestDatabase) {
    let store = database.store().unwrap();
    let row = |id: i64| {
        format!(
            "({id}, {}, FALSE, FALSE, '', '!', '2015-08-25 01:00:07')",
            id % 3 != 0
        )
    };
    let ids = (1..=9000).chain(20_000..=30_000);
    let rows: Vec<String> = ids.map(row).collect();
    let columns = "id, is_active, is_staff, is_superuser, ldap_dn, password, date_joined";
    for rows in rows.chunks(5000) {
        let sql = format!("INSERT INTO users ({columns}) VALUES {}", rows.join(", "));
        database.execute(&sql).unwrap();
    }
    database
        .execute("DELETE FROM users WHERE id BETWEEN 4096 AND 4200")
        .unwrap();
    database
        .execute("UPDATE users SET is_active = FALSE WHERE id > 28672")
        .unwrap();
    database
        .execute("UPDATE users SET is_active = TRUE WHERE id % 5 = 0")
        .unwrap();
    let page = |condition: Condition, is_descending: bool, number: i64| {
        let key = OrderBy {
            path: Vec::new(),
            field: Field::Id,
            is_descending,
        };
        let selection = Selection {
            condition,
            order: if is_descending { vec![key] } else { Vec::new() },
            page: NumberedPage {
                number: PageNumber::At(number),
                size: 50,
            },
        };
        let page = store.select_users(&selection).unwrap();
        page.items
            .iter()
            .map(|user| user.id.0)
            .collect::<Vec<i64>>()
    };
    let last = (active(&store) + 49) / 50;
    assert!(last > 4096 / 50 * 2);

    for is_descending in [false, true] {
        for number in (1..=last).rev().step_by(5) {
            let counted_off = page(
                Condition::Not(Box::new(Condition::nothing())),
                is_descending,
                number,
            );
            let ids = page(Condition::everything(), is_descending, number);
            assert_eq!(
                ids, counted_off,
                "page {number}, descending: {is_descending}"
            );
            assert!(!ids.is_empty());
        }
    }
}
