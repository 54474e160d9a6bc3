//! Selections of users, organizations, teams and events.

use diesel::dsl::exists;
use diesel::prelude::*;
use profiled_domain::{
    ActivityEvent, Condition, Model, ObjectState, Organization, Page, RepositoryError, Selection,
    Team, User, UserId,
};

use crate::schema::organization_admins;
use crate::store::Store;

impl Store {
    pub(crate) fn administers_any(&self, user: UserId) -> Result<bool, RepositoryError> {
        let own = organization_admins::table.filter(organization_admins::user_id.eq(user.0));
        self.read(|connection| diesel::select(exists(own)).get_result(connection))
    }

    pub(crate) fn users_page(&self, _selection: &Selection) -> Result<Page<User>, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn organizations_page(
        &self,
        _selection: &Selection,
    ) -> Result<Page<Organization>, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn teams_page(&self, _selection: &Selection) -> Result<Page<Team>, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn events_page(
        &self,
        _selection: &Selection,
    ) -> Result<Page<ActivityEvent>, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn conditions_hold(
        &self,
        _model: Model,
        _id: i64,
        _conditions: &[Condition],
    ) -> Result<Vec<bool>, RepositoryError> {
        Err(unfinished())
    }

    pub(crate) fn state_of(&self, _model: Model, _id: i64) -> Result<ObjectState, RepositoryError> {
        Err(unfinished())
    }
}

fn unfinished() -> RepositoryError {
    RepositoryError::Failed("not there yet".into())
}
