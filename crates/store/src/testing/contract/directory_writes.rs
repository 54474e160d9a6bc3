//! Changes of organizations and teams, and what is recorded of them.

use profiled_domain::{
    Membership, Model, NewOrganization, ObjectState, Operation, OrganizationChange, Repository,
    RepositoryError, TeamChange, UniqueKey, WriteContext,
};
use serde_json::json;

use crate::testing::samples::directory::{
    by, changes, events, latest, new_team, organization, references, team, user,
};
use crate::testing::samples::people::{at, operator};

pub(super) fn an_organization_is_created_changed_and_deleted(repository: &dyn Repository) {
    let (ada, bob) = (user(repository, "ada"), user(repository, "bob"));
    let new = NewOrganization {
        name: "Org \"Öne\" 😀".to_owned(),
        description: String::new(),
    };
    let created = repository
        .create_organization(&new, WriteContext::caller(&by(ada), at(2)))
        .unwrap();
    let id = created.id;
    let author = created.created_by.clone().unwrap();
    assert_eq!((author.id, author.username.as_str()), (ada, "ada"));
    assert_eq!(created.created_by, created.modified_by);
    assert_eq!((created.created, created.modified), (at(2), at(2)));
    let event = latest(repository);
    let values = json!({ "id": id.0, "name": new.name, "description": "" });
    assert_eq!(
        (event.operation, changes(&event)),
        (Operation::Create, values)
    );
    let objects = (event.object1.as_str(), event.object2.as_str());
    assert_eq!(objects, ("organization", ""));
    assert_eq!(references(&event), (vec![], vec![id.0], vec![]));
    assert_eq!((event.actor.unwrap().id, event.timestamp), (ada, at(2)));

    let change = OrganizationChange {
        name: Some(new.name.clone()),
        description: Some("x".to_owned()),
    };
    let changed =
        repository.update_organization(id, &change, WriteContext::caller(&by(bob), at(3)));
    let changed = changed.unwrap().unwrap();
    assert_eq!(
        (changed.description.as_str(), changed.modified),
        ("x", at(3))
    );
    assert_eq!(changed.modified_by.unwrap().id, bob);
    assert_eq!((changed.created, changed.created_by), (at(2), Some(author)));
    let event = latest(repository);
    assert_eq!(event.operation, Operation::Update);
    assert_eq!(changes(&event), json!({ "description": ["", "x"] }));

    let nothing = OrganizationChange::default();
    let touched =
        repository.update_organization(id, &nothing, WriteContext::caller(&by(ada), at(4)));
    let touched = touched.unwrap().unwrap();
    assert_eq!((touched.modified, touched.name), (at(4), new.name.clone()));
    assert_eq!(touched.modified_by.unwrap().id, ada);
    assert_eq!(events(repository).len(), 2);

    assert!(
        repository
            .delete_organization(id, WriteContext::caller(&by(bob), at(5)))
            .unwrap()
    );
    assert!(
        !repository
            .delete_organization(id, WriteContext::caller(&by(bob), at(6)))
            .unwrap()
    );
    assert_eq!(
        repository
            .update_organization(id, &nothing, operator(6))
            .unwrap(),
        None
    );
    let all = events(repository);
    assert_eq!(all.len(), 3);
    assert_eq!(all[0].operation, Operation::Delete);
    let gone = json!({ "active": [true, false], "name": [new.name, null] });
    assert_eq!(changes(&all[0]), gone);
    for event in &all {
        assert_eq!(references(event), (vec![], vec![], vec![]));
    }
    let state = |id| repository.object_state(Model::Organization, id).unwrap();
    assert_eq!(state(id.0), ObjectState::Gone);
    let again = repository.create_organization(&new, operator(7)).unwrap();
    assert!(again.id > id);
    assert_eq!(state(again.id.0), ObjectState::Present);
    assert_eq!(state(again.id.0 + 1), ObjectState::Missing);
}

pub(super) fn a_team_is_created_changed_and_deleted(repository: &dyn Repository) {
    let ada = user(repository, "ada");
    let one = organization(repository, "One").id;
    let two = organization(repository, "Two").id;
    let created = repository
        .create_team(&new_team(one, "A"), WriteContext::caller(&by(ada), at(2)))
        .unwrap();
    let id = created.id;
    let place = created.organization.unwrap();
    assert_eq!((place.id, place.name.as_str()), (one, "One"));
    assert_eq!(place.description, "first");
    assert_eq!(created.created_by.unwrap().id, ada);
    let event = latest(repository);
    let values = json!({ "id": id.0, "name": "A", "description": "", "organization": "One" });
    assert_eq!(
        (event.operation, changes(&event)),
        (Operation::Create, values)
    );
    let objects = (event.object1.as_str(), event.object2.as_str());
    assert_eq!(objects, ("team", ""));
    assert_eq!(references(&event), (vec![], vec![], vec![id.0]));

    let change = TeamChange {
        organization: Some(two),
        name: Some("B".to_owned()),
        description: None,
    };
    let changed = repository.update_team(id, &change, operator(3));
    let changed = changed.unwrap().unwrap();
    assert_eq!(changed.organization.unwrap().id, two);
    assert_eq!((changed.modified_by, changed.modified), (None, at(3)));
    let event = latest(repository);
    let values = json!({ "name": ["A", "B"], "organization": ["One", "Two"] });
    assert_eq!(
        (event.operation, changes(&event)),
        (Operation::Update, values)
    );

    let before = events(repository).len();
    let same = repository.update_team(id, &change, WriteContext::caller(&by(ada), at(4)));
    assert_eq!(same.unwrap().unwrap().modified, at(4));
    assert_eq!(events(repository).len(), before);

    assert!(repository.delete_team(id, operator(5)).unwrap());
    assert!(!repository.delete_team(id, operator(6)).unwrap());
    assert_eq!(
        repository.update_team(id, &change, operator(6)).unwrap(),
        None
    );
    let event = latest(repository);
    let gone = json!({ "active": [true, false], "name": ["B", null] });
    assert_eq!(
        (event.operation, changes(&event)),
        (Operation::Delete, gone)
    );
    assert_eq!(references(&event), (vec![], vec![], vec![]));
    let state = repository.object_state(Model::Team, id.0).unwrap();
    assert_eq!(state, ObjectState::Gone);
    assert!(team(repository, two, "B").id > id);
}

pub(super) fn taken_names_are_refused_and_nothing_is_recorded(repository: &dyn Repository) {
    let one = organization(repository, "One").id;
    let two = organization(repository, "Two").id;
    let _one = organization(repository, "ONE");
    let a = team(repository, one, "A").id;
    let b = team(repository, one, "B").id;
    let other = team(repository, two, "B").id;
    let before = events(repository).len();
    let renamed = OrganizationChange {
        name: Some("Two".to_owned()),
        ..OrganizationChange::default()
    };
    let again = NewOrganization {
        name: "One".to_owned(),
        description: String::new(),
    };
    let is_conflict = |error: &RepositoryError, key| matches!(error, RepositoryError::Conflict(found) if *found == key);

    let created = repository.create_organization(&again, operator(2));
    let changed = repository.update_organization(one, &renamed, operator(2));
    let moved = TeamChange {
        organization: Some(one),
        ..TeamChange::default()
    };
    let renamed = TeamChange {
        name: Some("A".to_owned()),
        ..TeamChange::default()
    };

    let key = UniqueKey::OrganizationName;
    assert!(is_conflict(&created.unwrap_err(), key));
    assert!(is_conflict(&changed.unwrap_err(), key));
    for outcome in [
        repository
            .create_team(&new_team(one, "A"), operator(2))
            .err(),
        repository.update_team(b, &renamed, operator(2)).err(),
        repository.update_team(other, &moved, operator(2)).err(),
    ] {
        assert!(is_conflict(&outcome.unwrap(), UniqueKey::TeamName));
    }
    assert_eq!(events(repository).len(), before);
    repository.update_team(a, &renamed, operator(3)).unwrap();
}

pub(super) fn a_team_needs_an_organization_that_is_there(repository: &dyn Repository) {
    let one = organization(repository, "One").id;
    let gone = organization(repository, "Gone").id;
    repository.delete_organization(gone, operator(2)).unwrap();
    let own = team(repository, one, "A").id;
    let moved = TeamChange {
        organization: Some(gone),
        ..TeamChange::default()
    };

    for outcome in [
        repository
            .create_team(&new_team(gone, "B"), operator(3))
            .err(),
        repository.update_team(own, &moved, operator(3)).err(),
    ] {
        let is_missing = matches!(outcome, Some(RepositoryError::Missing("organization")));
        assert!(is_missing, "{outcome:?}");
    }
}

pub(super) fn teams_outlive_their_organization(repository: &dyn Repository) {
    let ada = user(repository, "ada");
    let [one, two] = ["One", "Two"].map(|name| organization(repository, name).id);
    let [a, b] = [one, two].map(|place| team(repository, place, "A").id);
    for place in [
        Membership::OrganizationUser(one),
        Membership::OrganizationAdmin(one),
        Membership::TeamUser(a),
    ] {
        assert!(repository.add_to(place, ada, operator(2)).unwrap());
    }
    assert!(repository.is_organization_admin(ada).unwrap());

    for place in [one, two] {
        repository.delete_organization(place, operator(3)).unwrap();
    }

    assert!(!repository.is_organization_admin(ada).unwrap());
    let nothing = TeamChange::default();
    for id in [a, b] {
        let left = repository.update_team(id, &nothing, operator(4)).unwrap();
        assert_eq!(left.unwrap().organization, None);
    }
    let place = Membership::TeamUser(a);
    assert!(!repository.add_to(place, ada, operator(4)).unwrap());
    let three = organization(repository, "Three").id;
    let moved = TeamChange {
        organization: Some(three),
        ..nothing
    };
    repository.update_team(a, &moved, operator(5)).unwrap();
    let values = json!({ "organization": [null, "Three"] });
    assert_eq!(changes(&latest(repository)), values);
}

pub(super) fn changes_by_operators_have_no_author(repository: &dyn Repository) {
    let one = organization(repository, "One");

    assert_eq!((one.created_by, one.modified_by), (None, None));
    assert_eq!(latest(repository).actor, None);
}
