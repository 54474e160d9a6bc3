//! The reads of every request: how many statements, and by which plan.

use std::sync::{Arc, Mutex};

use diesel::connection::{InstrumentationEvent, set_default_instrumentation};
use profiled_domain::{
    CredentialRepository, Detail, GroupRepository, TokenDigest, UserId, UserRepository,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

use crate::people::{at, group, person, token};

profiled_store::database_tests!(a_profile_takes_at_most_two_statements_on_one_connection);

thread_local! {
    /// Statements of the connections that this thread opened.
    static STATEMENTS: Arc<Mutex<Vec<String>>> = Arc::default();
}

/// Every connection made from now on tells its statements to the thread that made it.
fn watch() -> Arc<Mutex<Vec<String>>> {
    set_default_instrumentation(|| {
        let statements = STATEMENTS.with(Arc::clone);
        Some(Box::new(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                statements.lock().unwrap().push(query.to_string());
            }
        }))
    })
    .unwrap();
    STATEMENTS.with(Arc::clone)
}

fn statements(watched: &Mutex<Vec<String>>, work: impl FnOnce()) -> Vec<String> {
    watched.lock().unwrap().clear();
    work();
    watched.lock().unwrap().clone()
}

fn fill(store: &Store, name: &str, number: u8, groups: usize) -> UserId {
    let id = store.create_user(&person(name), at(1)).unwrap().id;
    store.issue_token(&token(id, number)).unwrap();
    for n in 0..groups {
        let group = store.create_group(&group(&format!("{name} {n}")), at(1)).unwrap();
        store.add_member(group.id, id).unwrap();
    }
    id
}

fn a_profile_takes_at_most_two_statements_on_one_connection(database: &TestDatabase) {
    let watched = watch();
    let store = database.store().unwrap();
    let cases = [(1, 0, 1), (2, 2, 1), (3, 8, 1), (4, 9, 2), (5, 60, 2)];

    for (number, groups, expected) in cases {
        let id = fill(&store, &format!("user{number}"), number, groups);
        let digest = TokenDigest([number; 32]);

        let by_token = statements(&watched, || {
            let holder = store.find_token(&digest, Detail::Groups).unwrap().unwrap();
            assert_eq!(holder.profile.groups.len(), groups);
        });
        let by_id = statements(&watched, || {
            store.find_profile(id, Detail::Groups).unwrap();
        });
        let account = statements(&watched, || {
            store.find_token(&digest, Detail::Account).unwrap();
        });

        assert_eq!(by_token.len(), expected, "{groups} groups: {by_token:#?}");
        assert_eq!(by_id.len(), expected, "{groups} groups: {by_id:#?}");
        assert_eq!(account.len(), 1);
    }
}
