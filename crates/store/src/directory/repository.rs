//! Organizations and teams: selections are in `selection`, changes in `directory_writes`.

use chrono::{DateTime, Utc};
use profiled_domain::{
    ActivityEvent, Authority, Condition, DirectoryRepository, Membership, Model, NewOrganization,
    NewTeam, NewUser, ObjectState, Organization, OrganizationChange, OrganizationId, Page,
    RepositoryError, Selection, Team, TeamChange, TeamId, User, UserId,
};

use crate::database::Store;

impl DirectoryRepository for Store {
    fn is_organization_admin(&self, user: UserId) -> Result<bool, RepositoryError> {
        self.administers_any(user)
    }

    fn select_users(&self, selection: &Selection) -> Result<Page<User>, RepositoryError> {
        self.users_page(selection)
    }

    fn select_organizations(
        &self,
        selection: &Selection,
    ) -> Result<Page<Organization>, RepositoryError> {
        self.organizations_page(selection)
    }

    fn select_teams(&self, selection: &Selection) -> Result<Page<Team>, RepositoryError> {
        self.teams_page(selection)
    }

    fn select_events(&self, selection: &Selection) -> Result<Page<ActivityEvent>, RepositoryError> {
        self.events_page(selection)
    }

    fn holds(
        &self,
        model: Model,
        id: i64,
        conditions: &[Condition],
    ) -> Result<Vec<bool>, RepositoryError> {
        self.conditions_hold(model, id, conditions)
    }

    fn object_state(&self, model: Model, id: i64) -> Result<ObjectState, RepositoryError> {
        self.state_of(model, id)
    }

    fn create_organization(
        &self,
        new: &NewOrganization,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Organization, RepositoryError> {
        self.insert_organization(new, by, now)
    }

    fn update_organization(
        &self,
        id: OrganizationId,
        change: &OrganizationChange,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Option<Organization>, RepositoryError> {
        self.change_organization(id, change, by, now)
    }

    fn delete_organization(
        &self,
        id: OrganizationId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.remove_organization(id, by, now)
    }

    fn create_team(
        &self,
        new: &NewTeam,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Team, RepositoryError> {
        self.insert_team(new, by, now)
    }

    fn update_team(
        &self,
        id: TeamId,
        change: &TeamChange,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Option<Team>, RepositoryError> {
        self.change_team(id, change, by, now)
    }

    fn delete_team(
        &self,
        id: TeamId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.remove_team(id, by, now)
    }

    fn add_to(
        &self,
        membership: Membership,
        user: UserId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.insert_membership(membership, user, by, now)
    }

    fn remove_from(
        &self,
        membership: Membership,
        user: UserId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.remove_membership(membership, user, by, now)
    }

    fn create_user_in(
        &self,
        membership: Membership,
        new: &NewUser,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<User, RepositoryError> {
        self.insert_member(membership, new, by, now)
    }
}
