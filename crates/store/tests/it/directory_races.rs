//! Organizations, teams and superusers that change while others change them.

use std::thread;

use profiled_domain::{
    AccountChangeOutcome, AccountRepository, Membership, MembershipRepository, NewOrganization,
    NewTeam, NewUser, Organization, OrganizationId, OrganizationRepository, ProfileChange,
    RepositoryError, TeamChange, TeamRepository, UserId, UserRepository, WriteContext,
};
use profiled_store::Store;
use profiled_store::testing::TestDatabase;

use crate::directory::by;
use crate::people::{at, operator, person};

const WRITERS: usize = 8;
const ROUNDS: usize = 10;

profiled_store::database_tests!(
    parallel_additions_make_one_membership_and_one_event,
    addition_to_a_deleted_object_reports_it_missing,
    of_superusers_who_all_resign_one_stays,
);

fn organization(store: &Store, name: &str) -> Organization {
    let new = NewOrganization {
        name: name.to_owned(),
        description: String::new(),
    };
    store.create_organization(&new, operator(1)).unwrap()
}

fn users(store: &Store) -> Vec<UserId> {
    let create = |n| store.create_user(&person(&format!("user{n}")), operator(1));
    (0..WRITERS).map(|n| create(n).unwrap().id).collect()
}

fn parallel_additions_make_one_membership_and_one_event(database: &TestDatabase) {
    let store = database.store().unwrap();
    let ada = store.create_user(&person("ada"), operator(1)).unwrap().id;
    let place = Membership::OrganizationUser(organization(&store, "One").id);
    let recorded = database.count("activity").unwrap();

    let added: usize = thread::scope(|scope| {
        let add = || {
            store
                .add_to(place, ada, WriteContext::caller(&by(ada), at(2)))
                .unwrap()
        };
        let racers: Vec<_> = (0..WRITERS).map(|_| scope.spawn(add)).collect();
        let added = racers.into_iter().map(|racer| racer.join().unwrap());
        added.filter(|is_added| *is_added).count()
    });

    assert_eq!(added, 1);
    assert_eq!(database.count("organization_users").unwrap(), 1);
    assert_eq!(database.count("activity").unwrap(), recorded + 1);
}

fn addition_to_a_deleted_object_reports_it_missing(database: &TestDatabase) {
    let store = database.store().unwrap();
    let users = users(&store);
    let home = organization(&store, "Home").id;

    for round in 0..ROUNDS {
        let place = organization(&store, &format!("Org {round}")).id;
        let team = store
            .create_team(&new_team(place, "A"), operator(1))
            .unwrap()
            .id;
        let moving = store.create_team(&new_team(home, &format!("B {round}")), operator(1));
        let moving = moving.unwrap().id;
        thread::scope(|scope| {
            for user in &users {
                let store = &store;
                scope.spawn(move || {
                    for wanted in [
                        Membership::OrganizationUser(place),
                        Membership::OrganizationAdmin(place),
                        Membership::TeamUser(team),
                    ] {
                        allow_missing(store.add_to(wanted, *user, operator(2)));
                        allow_missing(store.remove_from(wanted, *user, operator(2)));
                        allow_missing(store.add_to(wanted, *user, operator(2)));
                    }
                });
            }
            scope.spawn(|| {
                let change = TeamChange {
                    organization: Some(place),
                    ..TeamChange::default()
                };
                allow_missing(store.update_team(moving, &change, operator(2)));
                allow_missing(store.create_team(&new_team(place, "C"), operator(2)));
            });
            assert!(store.delete_organization(place, operator(3)).unwrap());
            assert!(store.delete_team(team, operator(3)).unwrap());
        });
    }

    for memberships in ["organization_users", "organization_admins", "team_users"] {
        assert_eq!(database.count(memberships).unwrap(), 0, "{memberships}");
    }
}

fn new_team(organization: OrganizationId, name: &str) -> NewTeam {
    NewTeam {
        organization,
        name: name.to_owned(),
        description: String::new(),
    }
}

fn allow_missing<T>(outcome: Result<T, RepositoryError>) {
    match outcome {
        Ok(_) | Err(RepositoryError::Missing("organization" | "team")) => {}
        Err(error) => panic!("{error:?}"),
    }
}

fn of_superusers_who_all_resign_one_stays(database: &TestDatabase) {
    let store = database.store().unwrap();
    let all: Vec<UserId> = (0..WRITERS)
        .map(|n| {
            let new = NewUser {
                is_superuser: true,
                ..person(&format!("root{n}"))
            };
            store.create_user(&new, operator(1)).unwrap().id
        })
        .collect();

    let outcomes: Vec<AccountChangeOutcome> = thread::scope(|scope| {
        let resign = |(n, id): (usize, &UserId)| {
            let (store, id) = (&store, *id);
            scope.spawn(move || match n % 3 {
                0 => store.change_account(id, &ProfileChange::default(), Some(false), operator(0)),
                1 => store.deactivate(id),
                _ => store.delete_account(id, operator(2)),
            })
        };
        let racers: Vec<_> = all.iter().enumerate().map(resign).collect();
        let outcomes = racers.into_iter().map(|racer| racer.join().unwrap());
        outcomes.map(Result::unwrap).collect()
    });

    let stays = |outcome: &&AccountChangeOutcome| **outcome == AccountChangeOutcome::LastSuperuser;
    assert_eq!(outcomes.iter().filter(stays).count(), 1, "{outcomes:?}");
}
