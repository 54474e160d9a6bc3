//! What the service asks of its storage about organizations, teams and their people.
//!
//! Whatever writes also writes its [event](crate::ActivityEvent), in the same transaction; its actor is that of `by`.

use super::error::RepositoryError;
use crate::{
    Membership, NewOrganization, NewTeam, NewUser, Organization, OrganizationChange,
    OrganizationId, Team, TeamChange, TeamId, User, UserId, WriteContext,
};

/// Organizations.
pub trait OrganizationRepository: Send + Sync {
    /// Creates an organization.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken name.
    fn create_organization(
        &self,
        new: &NewOrganization,
        by: WriteContext<'_>,
    ) -> Result<Organization, RepositoryError>;

    /// Changes an organization, and returns it as it is then; `None` if there is none.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken name.
    fn update_organization(
        &self,
        id: OrganizationId,
        change: &OrganizationChange,
        by: WriteContext<'_>,
    ) -> Result<Option<Organization>, RepositoryError>;

    /// Deletes an organization: its name is free at once, its memberships end, its teams stay without an
    /// organization. `false` if there is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn delete_organization(
        &self,
        id: OrganizationId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError>;
}

/// Teams.
pub trait TeamRepository: Send + Sync {
    /// Creates a team.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a name that is taken in the organization;
    /// [`RepositoryError::Missing`] if there is no such organization.
    fn create_team(&self, new: &NewTeam, by: WriteContext<'_>) -> Result<Team, RepositoryError>;

    /// Changes a team, and returns it as it is then; `None` if there is none.
    ///
    /// # Errors
    /// As for [`Self::create_team`].
    fn update_team(
        &self,
        id: TeamId,
        change: &TeamChange,
        by: WriteContext<'_>,
    ) -> Result<Option<Team>, RepositoryError>;

    /// Deletes a team; `false` if there is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn delete_team(&self, id: TeamId, by: WriteContext<'_>) -> Result<bool, RepositoryError>;
}

/// Who belongs to organizations and teams.
pub trait MembershipRepository: Send + Sync {
    /// Whether the user administers an organization.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn is_organization_admin(&self, user: UserId) -> Result<bool, RepositoryError>;

    /// Adds a user; `false`, and no event, for one who is there already.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] if one of the two does not exist, or the user may not log in.
    fn add_to(
        &self,
        membership: Membership,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError>;

    /// Removes a user; `false`, and no event, for one who is not there.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] if there is no such organization or team.
    fn remove_from(
        &self,
        membership: Membership,
        user: UserId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError>;

    /// Creates a user and adds it, in one transaction. The only event is that of the addition.
    ///
    /// # Errors
    /// As for [`UserRepository::create_user`](crate::UserRepository::create_user);
    /// [`RepositoryError::Missing`] if there is no such organization or team.
    fn create_user_in(
        &self,
        membership: Membership,
        new: &NewUser,
        by: WriteContext<'_>,
    ) -> Result<User, RepositoryError>;
}
