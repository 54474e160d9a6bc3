//! Organizations and teams to store, and what is recorded of them.

use profiled_domain::{
    ActivityEvent, Authority, Condition, CredentialRef, Field, NewOrganization, NewTeam,
    NumberedPage, OrderBy, Organization, OrganizationId, PageNumber, Repository, Selection, Team,
    UserId,
};
use serde_json::Value;

use super::people::{operator, person};

/// A user of this name, who is stored.
#[must_use]
pub fn user(repository: &dyn Repository, name: &str) -> UserId {
    repository
        .create_user(&person(name), operator(1))
        .unwrap()
        .id
}

/// An organization of this name, which is stored.
#[must_use]
pub fn organization(repository: &dyn Repository, name: &str) -> Organization {
    let new = NewOrganization {
        name: name.to_owned(),
        description: "first".to_owned(),
    };
    repository.create_organization(&new, operator(1)).unwrap()
}

/// A team of this name.
#[must_use]
pub fn new_team(organization: OrganizationId, name: &str) -> NewTeam {
    NewTeam {
        organization,
        name: name.to_owned(),
        description: String::new(),
    }
}

/// The same, which is stored.
#[must_use]
pub fn team(repository: &dyn Repository, organization: OrganizationId, name: &str) -> Team {
    let new = new_team(organization, name);
    repository.create_team(&new, operator(1)).unwrap()
}

/// All events, the latest first.
#[must_use]
pub fn events(repository: &dyn Repository) -> Vec<ActivityEvent> {
    let latest_first = OrderBy {
        path: Vec::new(),
        field: Field::Id,
        is_descending: true,
    };
    let selection = Selection {
        condition: Condition::everything(),
        order: vec![latest_first],
        page: NumberedPage {
            number: PageNumber::At(1),
            size: 100,
        },
    };
    repository.select_events(&selection).unwrap().items
}

/// The last event.
#[must_use]
pub fn latest(repository: &dyn Repository) -> ActivityEvent {
    events(repository).remove(0)
}

/// What an event says of changes.
#[must_use]
pub fn changes(event: &ActivityEvent) -> Value {
    Value::Object(event.changes.clone())
}

/// Ids of what an event refers to: users, organizations, teams.
#[must_use]
pub fn references(event: &ActivityEvent) -> (Vec<i64>, Vec<i64>, Vec<i64>) {
    (
        event.users.iter().map(|user| user.id.0).collect(),
        event.organizations.iter().map(|own| own.id.0).collect(),
        event.teams.iter().map(|team| team.id.0).collect(),
    )
}

/// A user who has done nothing yet, as the one who asks for a write that needs no right.
#[must_use]
pub fn by(actor: UserId) -> Authority {
    Authority {
        actor,
        epoch: 0,
        credential: CredentialRef::None,
        rights: Vec::new(),
    }
}
