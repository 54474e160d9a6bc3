//! Who belongs to organizations and teams, and what is recorded of it.

use profiled_domain::{
    Membership, Operation, OrganizationChange, OrganizationId, Repository, RepositoryError, TeamId,
    UserId, UserLookup, WriteContext,
};
use serde_json::json;

use crate::testing::samples::directory::{
    by, changes, events, latest, organization, references, team, user,
};
use crate::testing::samples::people::{at, operator, person};

pub(super) fn members_come_and_leave_with_an_event_each(repository: &dyn Repository) {
    let (ada, bob) = (user(repository, "ada"), user(repository, "bob"));
    let one = organization(repository, "One").id;
    let a = team(repository, one, "A").id;
    for (place, object1, expected) in [
        (
            Membership::OrganizationUser(one),
            "organization",
            (vec![bob.0], vec![one.0], vec![]),
        ),
        (
            Membership::OrganizationAdmin(one),
            "organization",
            (vec![bob.0], vec![one.0], vec![]),
        ),
        (
            Membership::TeamUser(a),
            "team",
            (vec![bob.0], vec![], vec![a.0]),
        ),
    ] {
        let before = events(repository).len();

        let added = [at(2), at(3)].map(|now| {
            repository
                .add_to(place, bob, WriteContext::caller(&by(ada), now))
                .unwrap()
        });
        let event = latest(repository);
        let removed = [at(4), at(5)].map(|now| {
            repository
                .remove_from(place, bob, WriteContext::caller(&by(ada), now))
                .unwrap()
        });

        assert_eq!((added, removed), ([true, false], [true, false]));
        assert_eq!(events(repository).len(), before + 2);
        assert_eq!(
            (event.operation, changes(&event)),
            (Operation::Associate, json!({}))
        );
        let objects = (event.object1.as_str(), event.object2.as_str());
        assert_eq!(objects, (object1, "user"));
        assert_eq!(references(&event), expected);
        assert_eq!((event.actor.unwrap().id, event.timestamp), (ada, at(2)));
        let event = latest(repository);
        assert_eq!(
            (event.operation, event.timestamp),
            (Operation::Disassociate, at(4))
        );
        assert_eq!(references(&event), expected);
    }
}

pub(super) fn only_active_users_are_added_to_existing_objects(repository: &dyn Repository) {
    let (ada, bob) = (user(repository, "ada"), user(repository, "bob"));
    let one = organization(repository, "One").id;
    let place = Membership::OrganizationUser(one);
    repository.add_to(place, bob, operator(1)).unwrap();
    repository.deactivate(bob).unwrap();
    let before = events(repository).len();

    for (place, who, missing) in [
        (place, bob, "user"),
        (place, UserId(99), "user"),
        (
            Membership::OrganizationAdmin(OrganizationId(99)),
            ada,
            "organization",
        ),
        (Membership::TeamUser(TeamId(99)), ada, "team"),
    ] {
        let outcome = repository.add_to(place, who, operator(2));
        let is_missing = matches!(outcome, Err(RepositoryError::Missing(name)) if name == missing);
        assert!(is_missing, "{outcome:?}");
    }
    let nowhere = Membership::OrganizationUser(OrganizationId(99));
    let outcome = repository.remove_from(nowhere, ada, operator(2));
    let is_missing = matches!(outcome, Err(RepositoryError::Missing("organization")));
    assert!(is_missing, "{outcome:?}");
    assert_eq!(events(repository).len(), before);
    assert!(
        !repository
            .remove_from(place, UserId(99), operator(2))
            .unwrap()
    );
    assert!(repository.remove_from(place, bob, operator(2)).unwrap());
}

pub(super) fn a_user_is_created_where_it_belongs_or_not_at_all(repository: &dyn Repository) {
    let ada = user(repository, "ada");
    let one = organization(repository, "One").id;
    let place = Membership::OrganizationUser(one);

    let created =
        repository.create_user_in(place, &person("eve"), WriteContext::caller(&by(ada), at(2)));
    let created = created.unwrap().id;

    let event = latest(repository);
    assert_eq!(event.operation, Operation::Associate);
    assert_eq!(references(&event), (vec![created.0], vec![one.0], vec![]));
    assert!(!repository.add_to(place, created, operator(3)).unwrap());
    let before = events(repository).len();
    let taken = repository.create_user_in(place, &person("ada"), operator(3));
    let is_conflict = matches!(taken, Err(RepositoryError::Conflict(_)));
    assert!(is_conflict, "{taken:?}");
    let nowhere = Membership::TeamUser(TeamId(99));
    let refused = repository.create_user_in(nowhere, &person("mia"), operator(3));
    assert!(matches!(refused, Err(RepositoryError::Missing("team"))));
    let mia = repository.find_user(&UserLookup::Username("mia".to_owned()));
    assert_eq!(mia.unwrap(), None);
    assert_eq!(events(repository).len(), before);
}

pub(super) fn users_who_may_not_log_in_are_not_shown(repository: &dyn Repository) {
    let (ada, bob) = (user(repository, "ada"), user(repository, "bob"));
    let one = organization(repository, "One").id;
    let (place, nothing) = (
        Membership::OrganizationAdmin(one),
        OrganizationChange::default(),
    );
    repository
        .add_to(place, bob, WriteContext::caller(&by(ada), at(2)))
        .unwrap();
    let told = || {
        let event = events(repository)
            .into_iter()
            .find(|event| event.object2 == "user");
        let event = event.unwrap();
        let users = references(&event).0;
        (event.actor.map(|actor| actor.id), users)
    };
    let touched =
        repository.update_organization(one, &nothing, WriteContext::caller(&by(bob), at(2)));
    assert_eq!(touched.unwrap().unwrap().modified_by.unwrap().id, bob);
    assert_eq!(told(), (Some(ada), vec![bob.0]));

    for who in [ada, bob] {
        repository.delete_account(who, operator(3)).unwrap();
    }
    assert_eq!(told(), (None, vec![]));
    repository.restore_account(ada, at(4)).unwrap();
    repository.restore_account(bob, at(4)).unwrap();
    assert_eq!(told(), (Some(ada), vec![bob.0]));
    assert!(repository.is_organization_admin(bob).unwrap());

    for who in [ada, bob] {
        repository.delete_account(who, operator(5)).unwrap();
    }
    assert_eq!(repository.erase_accounts(at(5), 10).unwrap().len(), 2);
    assert_eq!(told(), (None, vec![]));
    assert!(!repository.is_organization_admin(bob).unwrap());
}
