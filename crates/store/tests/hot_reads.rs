//! The reads of every request: how many statements, and by which plan.
//!
//! A program of its own: every connection of the process is watched.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::cell::RefCell;

use diesel::connection::{InstrumentationEvent, set_default_instrumentation};
use diesel::{Connection, RunQueryDsl};
use profiled_domain::{
    GroupRepository, NumberedPage, PageNumber, ProfileDepth, ProfileRepository, TokenDigest,
    TokenRepository, UserId, UserLookup, UserRepository,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

#[path = "it/people.rs"]
mod people;

use people::{group, operator, person, token};

profiled_store::database_tests!(
    a_profile_takes_at_most_two_statements_on_one_connection,
    a_page_of_profiles_takes_three_statements_however_many_groups_it_shows,
);

#[test]
fn sqlite_reads_by_index_and_sorts_nothing() {
    watch();
    let database = TestDatabase::sqlite().unwrap();
    let store = database.store().unwrap();
    let id = fill(&store, "ada", 1, 20);

    let mut all = statements(|| {
        store
            .find_token_with_profile(&TokenDigest([1; 32]), ProfileDepth::Groups)
            .unwrap();
    });
    all.extend(statements(|| {
        store.find_profile(id, ProfileDepth::Groups).unwrap();
    }));
    for key in [
        UserLookup::Username("ada".to_owned()),
        UserLookup::Email("ada@example.com".to_owned()),
    ] {
        all.extend(statements(|| {
            store
                .find_profile_with_password(&key, ProfileDepth::Groups)
                .unwrap();
        }));
    }

    for statement in all {
        let sql = statement
            .split(" -- binds")
            .next()
            .unwrap()
            .replace('?', "1");
        for step in plan(&database, &sql) {
            let is_probe = step.starts_with("SEARCH") || step.starts_with("LEFT-JOIN");
            assert!(is_probe, "{step}: {sql}");
        }
    }
}

#[test]
fn sqlite_counts_and_skips_users_by_index_alone() {
    watch();
    let database = TestDatabase::sqlite().unwrap();
    let store = database.store().unwrap();
    fill(&store, "ada", 1, 2);

    for number in [PageNumber::At(1), PageNumber::Last] {
        let page = NumberedPage { number, size: 1 };
        for statement in statements(|| drop(store.list_profiles(page).unwrap())) {
            let sql = statement.split(" -- binds").next().unwrap();
            for step in plan(&database, &sql.replace('?', "1")) {
                let is_bounded = !step.starts_with("SCAN")
                    || step.contains("USING COVERING INDEX users_present_idx");
                assert!(is_bounded && !step.contains("TEMP B-TREE"), "{step}: {sql}");
            }
        }
    }
}

#[derive(diesel::QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

fn plan(database: &TestDatabase, sql: &str) -> Vec<String> {
    let file = database.url().trim_start_matches("sqlite://");
    let mut connection = diesel::SqliteConnection::establish(file).unwrap();
    let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}"))
        .load(&mut connection)
        .unwrap();
    steps.into_iter().map(|step| step.detail).collect()
}

thread_local! {
    /// Statements of this thread: other tests make and migrate databases meanwhile.
    static STATEMENTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Every connection made from now on tells its statements, on the thread that runs them.
fn watch() {
    set_default_instrumentation(|| {
        Some(Box::new(|event: InstrumentationEvent<'_>| {
            // A connection that is made for a read sets its session up first: that is no read.
            if let InstrumentationEvent::StartQuery { query, .. } = event
                && query.to_string().trim_matches('"').starts_with("SELECT")
            {
                let text = query.to_string().trim_matches('"').to_owned();
                STATEMENTS.with_borrow_mut(|all| all.push(text));
            }
        }))
    })
    .unwrap();
}

fn statements(work: impl FnOnce()) -> Vec<String> {
    STATEMENTS.with_borrow_mut(Vec::clear);
    work();
    STATEMENTS.take()
}

fn fill(store: &Store, name: &str, number: u8, groups: usize) -> UserId {
    let id = store.create_user(&person(name), operator(1)).unwrap().id;
    store.issue_token(&token(id, number)).unwrap();
    for n in 0..groups {
        let group = store
            .create_group(&group(&format!("{name} {n}")), operator(1))
            .unwrap();
        store.add_member(group.id, id, operator(0)).unwrap();
    }
    id
}

fn a_profile_takes_at_most_two_statements_on_one_connection(database: &TestDatabase) {
    watch();
    let store = database.store().unwrap();
    let cases = [(1, 0, 1), (2, 2, 1), (3, 8, 1), (4, 9, 2), (5, 60, 2)];

    for (number, groups, expected) in cases {
        let id = fill(&store, &format!("user{number}"), number, groups);
        let digest = TokenDigest([number; 32]);

        let by_token = statements(|| {
            let holder = store
                .find_token_with_profile(&digest, ProfileDepth::Groups)
                .unwrap()
                .unwrap();
            assert_eq!(holder.profile.groups.len(), groups);
        });
        let by_id = statements(|| {
            store.find_profile(id, ProfileDepth::Groups).unwrap();
        });
        let account = statements(|| {
            store
                .find_token_with_profile(&digest, ProfileDepth::Account)
                .unwrap();
        });
        let by_name = statements(|| {
            let name = UserLookup::Username(format!("user{number}"));
            store
                .find_profile_with_password(&name, ProfileDepth::Groups)
                .unwrap()
                .unwrap();
        });

        assert_eq!(by_token.len(), expected, "{groups} groups: {by_token:#?}");
        assert_eq!(by_id.len(), expected, "{groups} groups: {by_id:#?}");
        assert_eq!(account.len(), 1);
        assert_eq!(by_name.len(), expected, "{groups} groups: {by_name:#?}");
    }
}

fn a_page_of_profiles_takes_three_statements_however_many_groups_it_shows(database: &TestDatabase) {
    watch();
    let store = database.store().unwrap();
    for number in 1..=20 {
        fill(
            &store,
            &format!("user{number}"),
            number,
            usize::from(number),
        );
    }

    for number in [PageNumber::At(1), PageNumber::At(2), PageNumber::Last] {
        let page = NumberedPage { number, size: 10 };
        let all = statements(|| {
            let page = store.list_profiles(page).unwrap();
            assert_eq!(page.items.len(), 10);
        });
        assert_eq!(all.len(), 3, "{all:#?}");
    }
}
