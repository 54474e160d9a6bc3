//! The end of events and tombstones.

use profiled_domain::{Membership, Model, ObjectState, Repository, WriteContext};

use crate::testing::samples::directory::{by, events, latest, organization, team, user};
use crate::testing::samples::people::{at, operator};

pub(super) fn oldest_events_are_pruned_first_up_to_the_limit(repository: &dyn Repository) {
    let place = organization(repository, "One").id;
    for (name, second) in [("ada", 2), ("bob", 3), ("cid", 4)] {
        let member = user(repository, name);
        let membership = Membership::OrganizationUser(place);
        let added = repository.add_to(
            membership,
            member,
            WriteContext::caller(&by(member), at(second)),
        );
        assert!(added.unwrap());
    }
    let left = || -> Vec<i64> { events(repository).iter().map(|event| event.id.0).collect() };
    let all = left();

    assert_eq!(repository.prune_events(at(0), 10).unwrap(), 0);
    assert_eq!(left(), all);
    assert_eq!(repository.prune_events(at(3), 2).unwrap(), 2);
    assert_eq!(left(), all[..2]);
    assert_eq!(repository.prune_events(at(3), 2).unwrap(), 1);
    assert_eq!(left(), all[..1]);
    assert_eq!(repository.prune_events(at(3), 2).unwrap(), 0);
    let event = latest(repository);
    assert_eq!((event.timestamp, event.users.len()), (at(4), 1));
}

pub(super) fn deleted_objects_are_missing_once_they_are_forgotten(repository: &dyn Repository) {
    let [one, two, three] = ["One", "Two", "Three"].map(|name| organization(repository, name).id);
    let carters = team(repository, three, "Carters").id;
    repository.delete_organization(one, operator(2)).unwrap();
    repository.delete_team(carters, operator(3)).unwrap();
    repository.delete_organization(two, operator(4)).unwrap();
    let states = || {
        let state = |model, id| repository.object_state(model, id).unwrap();
        let teams = state(Model::Team, carters.0);
        let organizations = [one, two, three].map(|id| state(Model::Organization, id.0));
        (organizations, teams)
    };
    let (present, gone, missing) = (
        ObjectState::Present,
        ObjectState::Gone,
        ObjectState::Missing,
    );

    assert_eq!(repository.forget_deleted(at(1), 10).unwrap(), 0);
    assert_eq!(states(), ([gone, gone, present], gone));
    assert_eq!(repository.forget_deleted(at(3), 1).unwrap(), 1);
    assert_eq!(states(), ([missing, gone, present], gone));
    assert_eq!(repository.forget_deleted(at(3), 10).unwrap(), 1);
    assert_eq!(states(), ([missing, gone, present], missing));
    assert_eq!(repository.forget_deleted(at(3), 10).unwrap(), 0);
    assert_eq!(events(repository).len(), 7);
}

pub(super) fn identifiers_are_never_reused(repository: &dyn Repository) {
    let one = organization(repository, "One").id;
    let carters = team(repository, one, "Carters").id;
    let last = latest(repository).id;
    repository.delete_team(carters, operator(2)).unwrap();
    repository.delete_organization(one, operator(2)).unwrap();
    repository.prune_events(at(9), 10).unwrap();
    repository.forget_deleted(at(9), 10).unwrap();
    assert_eq!(events(repository), []);

    let two = organization(repository, "Two").id;
    let drivers = team(repository, two, "Drivers").id;

    assert!(two.0 > one.0 && drivers.0 > carters.0);
    assert!(latest(repository).id.0 > last.0);
}
