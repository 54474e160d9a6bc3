//! What the service asks of its storage about organizations, teams and their people.

use chrono::{DateTime, Utc};

use super::error::RepositoryError;
use crate::{
    ActivityEvent, Authority, Condition, Membership, Model, NewOrganization, NewTeam, NewUser,
    ObjectState, Organization, OrganizationChange, OrganizationId, Page, Selection, Team,
    TeamChange, TeamId, User, UserId,
};

/// Organizations and teams, and selections of users.
///
/// A selection is a count and a list, as of one moment; a page that it does not have is empty. Whatever
/// writes also writes its [event](ActivityEvent), in the same transaction; its actor is that of `by`.
pub trait DirectoryRepository: Send + Sync {
    /// Whether the user administers an organization.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn is_organization_admin(&self, user: UserId) -> Result<bool, RepositoryError>;

    /// Users who may log in.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn select_users(&self, selection: &Selection) -> Result<Page<User>, RepositoryError>;

    /// Organizations that are not deleted.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn select_organizations(
        &self,
        selection: &Selection,
    ) -> Result<Page<Organization>, RepositoryError>;

    /// Teams that are not deleted.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn select_teams(&self, selection: &Selection) -> Result<Page<Team>, RepositoryError>;

    /// Events.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn select_events(&self, selection: &Selection) -> Result<Page<ActivityEvent>, RepositoryError>;

    /// For each condition, whether it holds of the live object with this identifier; all are false if there
    /// is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn holds(
        &self,
        model: Model,
        id: i64,
        conditions: &[Condition],
    ) -> Result<Vec<bool>, RepositoryError>;

    /// Whether an object is there.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn object_state(&self, model: Model, id: i64) -> Result<ObjectState, RepositoryError>;

    /// Creates an organization.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken name.
    fn create_organization(
        &self,
        new: &NewOrganization,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Organization, RepositoryError>;

    /// Changes an organization, and returns it as it is then; `None` if there is none.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken name.
    fn update_organization(
        &self,
        id: OrganizationId,
        change: &OrganizationChange,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Option<Organization>, RepositoryError>;

    /// Deletes an organization: its name is free at once, its memberships end, its teams stay without an
    /// organization. `false` if there is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn delete_organization(
        &self,
        id: OrganizationId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError>;

    /// Creates a team.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a name that is taken in the organization;
    /// [`RepositoryError::Missing`] if there is no such organization.
    fn create_team(
        &self,
        new: &NewTeam,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Team, RepositoryError>;

    /// Changes a team, and returns it as it is then; `None` if there is none.
    ///
    /// # Errors
    /// As for [`Self::create_team`].
    fn update_team(
        &self,
        id: TeamId,
        change: &TeamChange,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Option<Team>, RepositoryError>;

    /// Deletes a team; `false` if there is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn delete_team(
        &self,
        id: TeamId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError>;

    /// Adds a user; `false`, and no event, for one who is there already.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] if one of the two does not exist, or the user may not log in.
    fn add_to(
        &self,
        membership: Membership,
        user: UserId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError>;

    /// Removes a user; `false`, and no event, for one who is not there.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] if there is no such organization or team.
    fn remove_from(
        &self,
        membership: Membership,
        user: UserId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
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
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<User, RepositoryError>;
}
