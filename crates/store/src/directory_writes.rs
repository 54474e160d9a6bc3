//! Changes of organizations, teams and who belongs to them.

use chrono::{DateTime, Utc};
use profiled_domain::{
    Membership, NewOrganization, NewTeam, NewUser, Organization, OrganizationChange,
    OrganizationId, RepositoryError, Team, TeamChange, TeamId, User, UserId,
};

use crate::store::Store;

impl Store {
    pub(crate) fn insert_organization(
        &self,
        _new: &NewOrganization,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<Organization, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn change_organization(
        &self,
        _id: OrganizationId,
        _change: &OrganizationChange,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<Option<Organization>, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn remove_organization(
        &self,
        _id: OrganizationId,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn insert_team(
        &self,
        _new: &NewTeam,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<Team, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn change_team(
        &self,
        _id: TeamId,
        _change: &TeamChange,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<Option<Team>, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn remove_team(
        &self,
        _id: TeamId,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn insert_membership(
        &self,
        _membership: Membership,
        _user: UserId,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn remove_membership(
        &self,
        _membership: Membership,
        _user: UserId,
        _actor: Option<UserId>,
        _now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn insert_member(
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
