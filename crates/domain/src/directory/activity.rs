//! What was done to organizations and teams (contract `tower.md`, section 8.4).

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::object::{OrganizationSummary, UserSummary};
use crate::{EventId, TeamId};

/// What other objects tell of a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamSummary {
    /// Identifier.
    pub id: TeamId,
    /// Unique within its organization, case-sensitive.
    pub name: String,
    /// Free text.
    pub description: String,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// An object was created.
    Create,
    /// An object was changed.
    Update,
    /// An object was deleted.
    Delete,
    /// A user was added to an organization or a team.
    Associate,
    /// A user was removed from one.
    Disassociate,
}

impl Operation {
    /// Every value, in the order of the documented choices.
    pub const ALL: [Self; 5] = [
        Self::Create,
        Self::Update,
        Self::Delete,
        Self::Associate,
        Self::Disassociate,
    ];

    /// The value on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Associate => "associate",
            Self::Disassociate => "disassociate",
        }
    }
}

/// An event. It is written in the transaction of the change that it tells of.
#[derive(Clone, Debug, PartialEq)]
pub struct ActivityEvent {
    /// Identifier.
    pub id: EventId,
    /// UTC, microseconds.
    pub timestamp: DateTime<Utc>,
    /// What was done.
    pub operation: Operation,
    /// `create`: the values; `update`: for each changed field a list of the old and the new value;
    /// `delete`: the same with null as the new value. Never a password.
    pub changes: Map<String, Value>,
    /// `organization` or `team`.
    pub object1: String,
    /// `user` for (dis)association, else `""`.
    pub object2: String,
    /// Who did it; `None` if it was an operator, or if that user is gone.
    pub actor: Option<UserSummary>,
    /// Users that it refers to, by ascending id, as the following.
    pub users: Vec<UserSummary>,
    /// Organizations that it refers to and that are not deleted.
    pub organizations: Vec<OrganizationSummary>,
    /// Teams that it refers to and that are not deleted.
    pub teams: Vec<TeamSummary>,
}
