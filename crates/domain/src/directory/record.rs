//! Events as they are written.

use serde_json::{Map, Value, json};

use super::activity::Operation;
use super::object::{Membership, Organization, Team};
use crate::{OrganizationId, TeamId, UserId};

/// What events are about.
#[derive(Clone, Copy, Debug)]
pub enum DirectoryObject<'a> {
    /// An organization.
    Organization(&'a Organization),
    /// A team.
    Team(&'a Team),
}

/// An event that is to be written in the transaction of the change that it tells of.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// What was done.
    pub operation: Operation,
    /// As in [`ActivityEvent`](super::ActivityEvent).
    pub changes: Map<String, Value>,
    /// `organization` or `team`.
    pub object1: &'static str,
    /// `user` for (dis)association, else `""`.
    pub object2: &'static str,
    /// The user that it refers to.
    pub user: Option<UserId>,
    /// The organization that it refers to. An event of a team refers to none.
    pub organization: Option<OrganizationId>,
    /// The team that it refers to.
    pub team: Option<TeamId>,
}

impl NewEvent {
    /// Tells that an object was created.
    #[must_use]
    pub fn created(object: DirectoryObject<'_>) -> Self {
        let mut changes = object.values();
        changes.insert("id".to_owned(), json!(object.id()));
        object.event(Operation::Create, changes)
    }

    /// Tells what has changed; `None` if nothing has.
    #[must_use]
    pub fn changed(old: DirectoryObject<'_>, new: DirectoryObject<'_>) -> Option<Self> {
        let before = old.values();
        let changes: Map<_, _> = new
            .values()
            .into_iter()
            .filter_map(|(field, value)| {
                let was = before.get(&field).unwrap_or(&Value::Null);
                let change = json!([was, value]);
                (*was != value).then_some((field, change))
            })
            .collect();
        (!changes.is_empty()).then(|| new.event(Operation::Update, changes))
    }

    /// Tells that an object was deleted; it cannot refer to it.
    #[must_use]
    pub fn deleted(object: DirectoryObject<'_>) -> Self {
        let mut changes = Map::new();
        changes.insert("active".to_owned(), json!([true, false]));
        changes.insert("name".to_owned(), json!([object.name(), null]));
        Self {
            organization: None,
            team: None,
            ..object.event(Operation::Delete, changes)
        }
    }

    /// Tells that a user was added.
    #[must_use]
    pub fn added(membership: Membership, user: UserId) -> Self {
        Self::of_membership(Operation::Associate, membership, user)
    }

    /// Tells that a user was removed.
    #[must_use]
    pub fn removed(membership: Membership, user: UserId) -> Self {
        Self::of_membership(Operation::Disassociate, membership, user)
    }

    fn of_membership(operation: Operation, membership: Membership, user: UserId) -> Self {
        let (object1, organization, team) = match membership {
            Membership::OrganizationUser(id) | Membership::OrganizationAdmin(id) => {
                ("organization", Some(id), None)
            }
            Membership::TeamUser(id) => ("team", None, Some(id)),
        };
        Self {
            operation,
            changes: Map::new(),
            object1,
            object2: "user",
            user: Some(user),
            organization,
            team,
        }
    }
}

impl DirectoryObject<'_> {
    fn id(self) -> i64 {
        match self {
            Self::Organization(organization) => organization.id.0,
            Self::Team(team) => team.id.0,
        }
    }

    fn name(self) -> String {
        match self {
            Self::Organization(organization) => organization.name.clone(),
            Self::Team(team) => team.name.clone(),
        }
    }

    /// Values of the fields whose changes are recorded.
    fn values(self) -> Map<String, Value> {
        let mut values = Map::new();
        values.insert("name".to_owned(), json!(self.name()));
        match self {
            Self::Organization(organization) => {
                values.insert("description".to_owned(), json!(organization.description));
            }
            Self::Team(team) => {
                let organization = team.organization.as_ref().map(|own| &own.name);
                values.insert("description".to_owned(), json!(team.description));
                values.insert("organization".to_owned(), json!(organization));
            }
        }
        values
    }

    fn event(self, operation: Operation, changes: Map<String, Value>) -> NewEvent {
        let (object1, organization, team) = match self {
            Self::Organization(organization) => ("organization", Some(organization.id), None),
            Self::Team(team) => ("team", None, Some(team.id)),
        };
        NewEvent {
            operation,
            changes,
            object1,
            object2: "",
            user: None,
            organization,
            team,
        }
    }
}
