//! Tokens that race each other and their revocation, and groups that race their members.

use std::thread;

use profiled_domain::{
    CredentialRepository, GroupChange, GroupRepository, Issued, Keep, NewToken, Patch,
    RepositoryError, UserRepository,
};
use profiled_store::testing::TestDatabase;

use crate::people::{at, group, person, token};

const WRITERS: usize = 8;
const ROUNDS: usize = 20;

profiled_store::database_tests!(
    b7_a_hundred_parallel_issues_stay_within_the_limit,
    no_token_is_issued_behind_a_revocation,
    groups_change_and_go_while_members_come_and_leave,
);

/// B7
fn b7_a_hundred_parallel_issues_stay_within_the_limit(database: &TestDatabase) {
    const LIMIT: u32 = 7;
    let store = database.store().unwrap();
    let ada = store.create_user(&person("ada"), None, at(1)).unwrap().id;
    store.issue_token(&token(ada, 200)).unwrap();

    let outcomes: Vec<Issued> = thread::scope(|scope| {
        let issues = (0..100).map(|number| {
            let store = &store;
            scope.spawn(move || store.issue_token_within(&token(ada, number), Some(LIMIT), None))
        });
        let issues: Vec<_> = issues.collect();
        issues
            .into_iter()
            .map(|issue| issue.join().unwrap().unwrap())
            .collect()
    });

    let is_refusal = |outcome: &&Issued| **outcome == Issued::LimitReached;
    assert_eq!(outcomes.iter().filter(is_refusal).count(), 94);
    assert_eq!(store.list_tokens(ada).unwrap().len(), LIMIT as usize);
}

fn no_token_is_issued_behind_a_revocation(database: &TestDatabase) {
    let store = database.store().unwrap();
    for round in 0..ROUNDS {
        let name = format!("user{round}");
        let user = store.create_user(&person(&name), None, at(1)).unwrap();
        let number = u8::try_from(round).unwrap();
        let wanted = NewToken {
            epoch: Some(user.credentials.number),
            ..token(user.id, number)
        };

        thread::scope(|scope| {
            scope.spawn(|| store.issue_token_within(&wanted, None, None).unwrap());
            store
                .revoke_credentials(user.id, &Keep::Nothing, None, at(2))
                .unwrap();
        });

        assert_eq!(store.list_tokens(user.id).unwrap(), []);
    }
}

fn groups_change_and_go_while_members_come_and_leave(database: &TestDatabase) {
    let store = database.store().unwrap();
    let users: Vec<_> = (0..WRITERS)
        .map(|n| {
            let user = store.create_user(&person(&format!("user{n}")), None, at(1));
            user.unwrap().id
        })
        .collect();

    for round in 0..ROUNDS {
        let name = format!("group{round}");
        let team = store.create_group(&group(&name), None, at(1)).unwrap().id;
        thread::scope(|scope| {
            for user in &users {
                scope.spawn(|| {
                    for _ in 0..3 {
                        match store.add_member(team, *user, None) {
                            Ok(_) | Err(RepositoryError::Missing("group")) => {}
                            Err(error) => panic!("{error:?}"),
                        }
                        store.remove_member(team, *user, None).unwrap();
                    }
                    let _added = store.add_member(team, *user, None);
                });
            }
            let change = GroupChange {
                notes: Patch::Clear,
                ..GroupChange::default()
            };
            store.update_group(team, &change, None, at(2)).unwrap();
            assert!(store.delete_group(team, None).unwrap());
        });

        assert_eq!(store.find_group(&name).unwrap(), None);
    }
    assert_eq!(store.miscounted_groups().unwrap(), []);
}
