//! Organizations and teams.

use chrono::{DateTime, Utc};
use diesel::dsl::exists;
use diesel::prelude::*;
use profiled_domain::{
    ActivityEvent, Condition, DirectoryRepository, Membership, Model, NewOrganization, NewTeam,
    NewUser, ObjectState, Organization, OrganizationChange, OrganizationId, Page, RepositoryError,
    Selection, Team, TeamChange, TeamId, User, UserId,
};

use crate::schema::organization_admins;
use crate::store::Store;

impl DirectoryRepository for Store {
    fn is_organization_admin(&self, user: UserId) -> Result<bool, RepositoryError> {
        let own = organization_admins::table.filter(organization_admins::user_id.eq(user.0));
        self.read(|connection| diesel::select(exists(own)).get_result(connection))
    }

    fn select_users(&self, _selection: &Selection) -> Result<Page<User>, RepositoryError> {
        Err(unfinished())
    }

    fn select_organizations(
        &self,
        _selection: &Selection,
    ) -> Result<Page<Organization>, RepositoryError> {
        Err(unfinished())
    }

    fn select_teams(&self, _selection: &Selection) -> Result<Page<Team>, RepositoryError> {
        Err(unfinished())
    }

    fn select_events(
        &self,
        _selection: &Selection,
    ) -> Result<Page<ActivityEvent>, RepositoryError> {
        Err(unfinished())
    }

    fn holds(
        &self,
        _model: Model,
        _id: i64,
        _conditions: &[Condition],
    ) -> Result<Vec<bool>, RepositoryError> {
        Err(unfinished())
    }

    fn object_state(&self, _model: Model, _id: i64) -> Result<ObjectState, RepositoryError> {
        Err(unfinished())
    }

    fn create_organization(
        &self,
        _new: &NewOrganization,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<Organization, RepositoryError> {
        Err(unfinished())
    }

    fn update_organization(
        &self,
        _id: OrganizationId,
        _change: &OrganizationChange,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<Option<Organization>, RepositoryError> {
        Err(unfinished())
    }

    fn delete_organization(
        &self,
        _id: OrganizationId,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        Err(unfinished())
    }

    fn create_team(
        &self,
        _new: &NewTeam,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<Team, RepositoryError> {
        Err(unfinished())
    }

    fn update_team(
        &self,
        _id: TeamId,
        _change: &TeamChange,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<Option<Team>, RepositoryError> {
        Err(unfinished())
    }

    fn delete_team(
        &self,
        _id: TeamId,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        Err(unfinished())
    }

    fn add_to(
        &self,
        _membership: Membership,
        _user: UserId,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        Err(unfinished())
    }

    fn remove_from(
        &self,
        _membership: Membership,
        _user: UserId,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        Err(unfinished())
    }

    fn create_user_in(
        &self,
        _membership: Membership,
        _new: &NewUser,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<User, RepositoryError> {
        Err(unfinished())
    }
}

fn unfinished() -> RepositoryError {
    RepositoryError::Failed("not there yet".into())
}
