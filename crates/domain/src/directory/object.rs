//! Organizations and teams.

use chrono::{DateTime, Utc};

use crate::InvalidText;
use crate::contact::check_text;
use crate::patch::named;
use crate::{OrganizationId, TeamId, UserId};

/// What other objects tell of a user: an active one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSummary {
    /// Identifier.
    pub id: UserId,
    /// `""` if not set, as are the names.
    pub username: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
}

/// What other objects tell of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationSummary {
    /// Identifier.
    pub id: OrganizationId,
    /// Unique, case-sensitive.
    pub name: String,
    /// Free text.
    pub description: String,
}

/// An organization that is not deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Identifier.
    pub id: OrganizationId,
    /// Unique, case-sensitive, at most 512 characters.
    pub name: String,
    /// Free text, `""` if not set.
    pub description: String,
    /// `None` if unknown, or gone.
    pub created_by: Option<UserSummary>,
    /// `None` if unknown, or gone.
    pub modified_by: Option<UserSummary>,
    /// UTC, microseconds.
    pub created: DateTime<Utc>,
    /// UTC, microseconds.
    pub modified: DateTime<Utc>,
}

impl Organization {
    /// Longest name of an organization or a team, in characters.
    pub const NAME_MAX: usize = 512;

    /// Whether a name may be that of an organization or a team.
    ///
    /// # Errors
    /// [`InvalidText`]: what is wrong with it.
    pub fn check_name(name: &str) -> Result<(), InvalidText> {
        check_text(name, Self::NAME_MAX)
    }
}

/// A team that is not deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Identifier.
    pub id: TeamId,
    /// Unique within its organization, case-sensitive, at most 512 characters.
    pub name: String,
    /// Free text, `""` if not set.
    pub description: String,
    /// `None` once it is deleted.
    pub organization: Option<OrganizationSummary>,
    /// `None` if unknown, or gone.
    pub created_by: Option<UserSummary>,
    /// `None` if unknown, or gone.
    pub modified_by: Option<UserSummary>,
    /// UTC, microseconds.
    pub created: DateTime<Utc>,
    /// UTC, microseconds.
    pub modified: DateTime<Utc>,
}

/// An organization to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrganization {
    /// Unique, case-sensitive, 1 to 512 characters.
    pub name: String,
    /// Free text.
    pub description: String,
}

/// A team to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTeam {
    /// Where it belongs.
    pub organization: OrganizationId,
    /// Unique within the organization, case-sensitive, 1 to 512 characters.
    pub name: String,
    /// Free text.
    pub description: String,
}

/// A change of an organization; `None` leaves a value as it is. An empty one counts as a change all the same: it sets
/// `modified` and `modified_by` (contract `tower.md`, section 8.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganizationChange {
    /// New name.
    pub name: Option<String>,
    /// New description.
    pub description: Option<String>,
}

/// A change of a team; `None` leaves a value as it is, as for [`OrganizationChange`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamChange {
    /// Where it moves.
    pub organization: Option<OrganizationId>,
    /// New name.
    pub name: Option<String>,
    /// New description.
    pub description: Option<String>,
}

impl OrganizationChange {
    /// Names of the attributes that it mentions.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        named([
            ("name", self.name.is_some()),
            ("description", self.description.is_some()),
        ])
    }
}

impl TeamChange {
    /// Names of the attributes that it mentions.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        named([
            ("organization", self.organization.is_some()),
            ("name", self.name.is_some()),
            ("description", self.description.is_some()),
        ])
    }
}

/// What users can belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Membership {
    /// `users` of an organization.
    OrganizationUser(OrganizationId),
    /// `admins` of an organization.
    OrganizationAdmin(OrganizationId),
    /// `users` of a team.
    TeamUser(TeamId),
}

/// Whether an object is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectState {
    /// It is.
    Present,
    /// It was: deleted, or a user who may not log in.
    Gone,
    /// It never was.
    Missing,
}
