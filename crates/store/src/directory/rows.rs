//! Rows of organizations, teams and events, and how they become values of the domain.

use diesel::prelude::*;
use profiled_domain::{
    ActivityEvent, EventId, Operation, Organization, OrganizationId, OrganizationSummary,
    RepositoryError, Team, TeamId, TeamSummary, UserId, UserSummary,
};

use crate::database::Instant;
use crate::database::schema::{activity, organizations, teams, users};

diesel::allow_tables_to_appear_in_same_query!(organizations, teams, users);

diesel::alias!(
    pub(super) const CREATORS: Alias<Creators> = users as creators;
    pub(super) const MODIFIERS: Alias<Modifiers> = users as modifiers;
);

/// The active users that two columns name: joined, and what to select of them.
macro_rules! authored {
    ($table:ident) => {
        $table::table
            .left_join(
                CREATORS.on(CREATORS
                    .field(users::id)
                    .nullable()
                    .eq($table::created_by)
                    .and(CREATORS.field(users::is_active))),
            )
            .left_join(
                MODIFIERS.on(MODIFIERS
                    .field(users::id)
                    .nullable()
                    .eq($table::modified_by)
                    .and(MODIFIERS.field(users::is_active))),
            )
    };
}

macro_rules! summary {
    ($alias:ident) => {
        $alias
            .fields((
                users::id,
                users::username,
                users::first_name,
                users::last_name,
            ))
            .nullable()
    };
}

pub(super) use authored;
pub(super) use summary;

/// What other objects tell of a user.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct UserSummaryRow {
    id: i64,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
}

impl From<UserSummaryRow> for UserSummary {
    fn from(row: UserSummaryRow) -> Self {
        Self {
            id: UserId(row.id),
            username: row.username.unwrap_or_default(),
            first_name: row.first_name.unwrap_or_default(),
            last_name: row.last_name.unwrap_or_default(),
        }
    }
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub(super) struct OrganizationSummaryRow {
    id: i64,
    name: String,
    description: String,
}

impl From<OrganizationSummaryRow> for OrganizationSummary {
    fn from(row: OrganizationSummaryRow) -> Self {
        Self {
            id: OrganizationId(row.id),
            name: row.name,
            description: row.description,
        }
    }
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = teams)]
pub(super) struct TeamSummaryRow {
    id: i64,
    name: String,
    description: String,
}

impl From<TeamSummaryRow> for TeamSummary {
    fn from(row: TeamSummaryRow) -> Self {
        Self {
            id: TeamId(row.id),
            name: row.name,
            description: row.description,
        }
    }
}

/// Who created an object, and who changed it.
pub(super) type Authors = (Option<UserSummaryRow>, Option<UserSummaryRow>);

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub(super) struct OrganizationRow {
    id: i64,
    name: String,
    description: String,
    created: Instant,
    modified: Instant,
}

impl OrganizationRow {
    pub(super) fn with(self, (creator, modifier): Authors) -> Organization {
        Organization {
            id: OrganizationId(self.id),
            name: self.name,
            description: self.description,
            created_by: creator.map(UserSummary::from),
            modified_by: modifier.map(UserSummary::from),
            created: self.created.0.and_utc(),
            modified: self.modified.0.and_utc(),
        }
    }
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = teams)]
pub(super) struct TeamRow {
    id: i64,
    name: String,
    description: String,
    created: Instant,
    modified: Instant,
}

impl TeamRow {
    pub(super) fn with(
        self,
        organization: Option<OrganizationSummaryRow>,
        (creator, modifier): Authors,
    ) -> Team {
        Team {
            id: TeamId(self.id),
            name: self.name,
            description: self.description,
            organization: organization.map(OrganizationSummary::from),
            created_by: creator.map(UserSummary::from),
            modified_by: modifier.map(UserSummary::from),
            created: self.created.0.and_utc(),
            modified: self.modified.0.and_utc(),
        }
    }
}

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = activity)]
pub(super) struct EventRow {
    pub(super) id: i64,
    timestamp: Instant,
    operation: String,
    changes: String,
    object1: String,
    object2: String,
}

impl EventRow {
    /// The event, still without what it refers to.
    pub(super) fn with(
        self,
        actor: Option<UserSummaryRow>,
    ) -> Result<ActivityEvent, RepositoryError> {
        let inconsistent = |source| RepositoryError::Inconsistent {
            entity: "event",
            id: self.id,
            source,
        };
        let operation = Operation::ALL
            .into_iter()
            .find(|operation| operation.as_str() == self.operation)
            .ok_or_else(|| inconsistent(format!("operation {:?}", self.operation).into()))?;
        let changes = serde_json::from_str(&self.changes);
        Ok(ActivityEvent {
            id: EventId(self.id),
            timestamp: self.timestamp.0.and_utc(),
            operation,
            changes: changes.map_err(|error| inconsistent(error.into()))?,
            object1: self.object1,
            object2: self.object2,
            actor: actor.map(UserSummary::from),
            users: Vec::new(),
            organizations: Vec::new(),
            teams: Vec::new(),
        })
    }
}
