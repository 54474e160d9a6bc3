//! Tokens that race each other and their revocation, and groups that race their members.

use std::thread;

use profiled_domain::{
    BindOutcome, BindingRepository, CredentialRef, CredentialRepository, ForeignSubject,
    GroupChange, GroupRepository, IssueOutcome, NewToken, Patch, RepositoryError, TokenRepository,
    User, UserLookup, UserRepository,
};
use profiled_store::testing::TestDatabase;

use crate::holders::bound;
use crate::people::{at, group, operator, person, token};

const WRITERS: usize = 8;
const ROUNDS: usize = 20;

profiled_store::database_tests!(
    b7_a_hundred_parallel_issues_stay_within_the_limit,
    no_token_is_issued_after_a_revocation,
    of_subjects_and_users_that_race_each_is_bound_once,
    groups_change_and_go_while_members_come_and_leave,
);

/// B7
fn b7_a_hundred_parallel_issues_stay_within_the_limit(database: &TestDatabase) {
    const LIMIT: u32 = 7;
    let store = database.store().unwrap();
    let ada = store.create_user(&person("ada"), operator(1)).unwrap().id;
    store.issue_token(&token(ada, 200)).unwrap();

    let outcomes: Vec<IssueOutcome> = thread::scope(|scope| {
        let issues = (0..100).map(|number| {
            let store = &store;
            scope.spawn(move || {
                store.issue_token_within(&token(ada, number), Some(LIMIT), operator(0))
            })
        });
        let issues: Vec<_> = issues.collect();
        issues
            .into_iter()
            .map(|issue| issue.join().unwrap().unwrap())
            .collect()
    });

    let is_refusal = |outcome: &&IssueOutcome| **outcome == IssueOutcome::LimitReached;
    assert_eq!(outcomes.iter().filter(is_refusal).count(), 94);
    assert_eq!(store.list_tokens(ada).unwrap().len(), LIMIT as usize);
}

fn no_token_is_issued_after_a_revocation(database: &TestDatabase) {
    let store = database.store().unwrap();
    for round in 0..ROUNDS {
        let name = format!("user{round}");
        let user = store.create_user(&person(&name), operator(1)).unwrap();
        let number = u8::try_from(round).unwrap();
        let wanted = NewToken {
            epoch: Some(user.credentials.number),
            ..token(user.id, number)
        };

        thread::scope(|scope| {
            scope.spawn(|| {
                store
                    .issue_token_within(&wanted, None, operator(0))
                    .unwrap()
            });
            store
                .revoke_credentials(user.id, &CredentialRef::None, operator(2))
                .unwrap();
        });

        assert_eq!(store.list_tokens(user.id).unwrap(), []);
    }
}

/// Two subjects want each user, and each of them wants both.
fn of_subjects_and_users_that_race_each_is_bound_once(database: &TestDatabase) {
    let store = database.store().unwrap();
    for round in 0..ROUNDS {
        let users = ["a", "b"].map(|name| {
            let new = person(&format!("{name}{round}"));
            store.create_user(&new, operator(1)).unwrap()
        });
        let subjects = ["s", "t"].map(|subject| ForeignSubject {
            issuer: format!("issuer{round}"),
            subject: subject.to_owned(),
        });
        let bind = |subject: &ForeignSubject, user: &User| {
            let name = UserLookup::Username(user.person.username.clone().unwrap());
            store.bind(subject, user, &name, at(2)).unwrap()
        };

        let outcomes: Vec<(&ForeignSubject, BindOutcome)> = thread::scope(|scope| {
            let (bind, users) = (&bind, &users);
            let pairs = subjects
                .iter()
                .flat_map(|subject| users.iter().map(move |user| (subject, user)));
            let racers: Vec<_> = pairs
                .map(|(subject, user)| (subject, scope.spawn(move || bind(subject, user))))
                .collect();
            let join = |(subject, racer): (_, thread::ScopedJoinHandle<'_, BindOutcome>)| {
                (subject, racer.join().unwrap())
            };
            racers.into_iter().map(join).collect()
        });

        for (subject, outcome) in outcomes {
            match (outcome, bound(&store, subject)) {
                (BindOutcome::To(told), Some(bound)) => assert_eq!(told, bound),
                (BindOutcome::Occupied, _) => {}
                other => panic!("{other:?}"),
            }
        }
        let bound = subjects.each_ref().map(|subject| bound(&store, subject));
        assert_ne!(bound[0], bound[1], "one at least, and not both to one");
    }
}

fn groups_change_and_go_while_members_come_and_leave(database: &TestDatabase) {
    let store = database.store().unwrap();
    let users: Vec<_> = (0..WRITERS)
        .map(|n| {
            let user = store.create_user(&person(&format!("user{n}")), operator(1));
            user.unwrap().id
        })
        .collect();

    for round in 0..ROUNDS {
        let name = format!("group{round}");
        let team = store.create_group(&group(&name), operator(1)).unwrap().id;
        thread::scope(|scope| {
            for user in &users {
                scope.spawn(|| {
                    for _ in 0..3 {
                        match store.add_member(team, *user, operator(0)) {
                            Ok(_) | Err(RepositoryError::Missing("group")) => {}
                            Err(error) => panic!("{error:?}"),
                        }
                        store.remove_member(team, *user, operator(0)).unwrap();
                    }
                    let _added = store.add_member(team, *user, operator(0));
                });
            }
            let change = GroupChange {
                notes: Patch::Clear,
                ..GroupChange::default()
            };
            store.update_group(team, &change, operator(2)).unwrap();
            assert!(store.delete_group(team, operator(0)).unwrap());
        });

        assert_eq!(store.find_group(&name).unwrap(), None);
    }
    assert_eq!(store.miscounted_groups().unwrap(), []);
}
