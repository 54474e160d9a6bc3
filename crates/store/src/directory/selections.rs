//! Selections of users, organizations, teams and events.
//!
//! A selection is read as of one moment. In addition to its count and its list there are as many statements as
//! an event has kinds of references, however many filters and rows there are.

use diesel::dsl::exists;
use diesel::prelude::*;
use profiled_domain::{
    ActivityEvent, Condition, Model, ObjectState, Organization, Page, RepositoryError, Selection,
    SelectionRepository, Team, User,
};

use super::activity::{ORGANIZATION, TEAM};
use super::{events, organizations as organization, teams as team};
use crate::database::rows::UserRow;
use crate::database::schema::{activity, deleted_directory_objects, organizations, teams, users};
use crate::database::{DbConnection, Store, on_each};
use crate::selection::{Listed, Plan};

/// Whether a table has a row.
macro_rules! present {
    ($connection:expr, $table:ident, $id:expr) => {
        diesel::select(exists($table::table.find($id))).get_result::<bool>($connection)?
    };
}

impl SelectionRepository for Store {
    fn select_users(&self, selection: &Selection) -> Result<Page<User>, RepositoryError> {
        let page = select(self, Model::User, selection, |connection, listed| {
            on_each!(connection, |c| users::table
                .filter(listed.is_on_page)
                .order(listed.order)
                .select(UserRow::as_select())
                .load(c))
        })?;
        page.try_map(User::try_from)
    }

    fn select_organizations(
        &self,
        selection: &Selection,
    ) -> Result<Page<Organization>, RepositoryError> {
        select(self, Model::Organization, selection, organization::load)
    }

    fn select_teams(&self, selection: &Selection) -> Result<Page<Team>, RepositoryError> {
        select(self, Model::Team, selection, team::load)
    }

    fn select_events(&self, selection: &Selection) -> Result<Page<ActivityEvent>, RepositoryError> {
        let page = select(self, Model::ActivityEvent, selection, events::load)?;
        page.try_map(ActivityEvent::try_from)
    }

    fn holds(
        &self,
        model: Model,
        id: i64,
        conditions: &[Condition],
    ) -> Result<Vec<bool>, RepositoryError> {
        let hold = self.read(|connection| {
            Plan::new(model, connection, self.shapes()).holds(connection, id, conditions)
        })?;
        Ok(hold.unwrap_or_else(|| vec![false; conditions.len()]))
    }

    fn object_state(&self, model: Model, id: i64) -> Result<ObjectState, RepositoryError> {
        let is_live = self.read(|connection| {
            let is_live = match model {
                Model::User => {
                    let user = users::table.find(id).select(users::is_active);
                    return user.first(connection).optional();
                }
                Model::Organization => present!(connection, organizations, id),
                Model::Team => present!(connection, teams, id),
                Model::ActivityEvent => present!(connection, activity, id),
            };
            let kind = match model {
                _ if is_live => return Ok(Some(true)),
                Model::Team => TEAM,
                _ => ORGANIZATION,
            };
            let gone = deleted_directory_objects::table
                .find((kind, id))
                .select(deleted_directory_objects::id);
            let gone: Option<i64> = match model {
                Model::ActivityEvent => None,
                _ => gone.first(connection).optional()?,
            };
            Ok(gone.map(|_| false))
        })?;
        Ok(match is_live {
            Some(true) => ObjectState::Present,
            Some(false) => ObjectState::Gone,
            None => ObjectState::Missing,
        })
    }
}

fn select<T>(
    store: &Store,
    model: Model,
    selection: &Selection,
    load: impl Fn(&mut DbConnection, Listed) -> QueryResult<Vec<T>>,
) -> Result<Page<T>, RepositoryError> {
    store.read(|connection| {
        let plan = Plan::new(model, connection, store.shapes());
        connection.snapshot(|connection| {
            let total = plan.count(connection, &selection.condition)?;
            let slice = selection.page.slice(total).filter(|slice| slice.take > 0);
            let items = match slice {
                Some(slice) => load(connection, plan.listed(selection, slice, total))?,
                None => Vec::new(),
            };
            Ok(Page { items, total })
        })
    })
}
