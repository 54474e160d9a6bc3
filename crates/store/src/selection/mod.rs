//! Selections of users, organizations, teams and events.
//!
//! A selection is read as of one moment. Beside its count and its list there are as many statements as
//! an event has kinds of references, however many filters and rows there are.

mod condition;
mod events;
mod field;

mod order;
mod plan;
mod regex;
mod rows;

mod sql;
mod tables;

use diesel::dsl::exists;
use diesel::prelude::*;
use profiled_domain::{
    ActivityEvent, Condition, Model, ObjectState, Organization, Page, RepositoryError, Selection,
    Team, User, UserId,
};

pub(crate) use rows::{OrganizationSummaryRow, UserSummaryRow};

use crate::database::rows::UserRow;
use crate::database::schema::{
    activity, deleted_directory_objects, organization_admins, organizations, teams, users,
};
use crate::database::{DbConnection, Store, on_each};
use crate::directory::activity::{ORGANIZATION, TEAM};
use plan::{Listed, Plan};
use rows::{OrganizationRow, TeamRow};

diesel::allow_tables_to_appear_in_same_query!(organizations, teams, users);

diesel::alias!(users as creators: Creators, users as modifiers: Modifiers);

/// The people whom two columns name, if they are active: joined, and what to select of them.
macro_rules! authored {
    ($table:ident) => {
        $table::table
            .left_join(
                creators.on(creators
                    .field(users::id)
                    .nullable()
                    .eq($table::created_by)
                    .and(creators.field(users::is_active))),
            )
            .left_join(
                modifiers.on(modifiers
                    .field(users::id)
                    .nullable()
                    .eq($table::modified_by)
                    .and(modifiers.field(users::is_active))),
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

/// Whether a table has a row.
macro_rules! present {
    ($connection:expr, $table:ident, $id:expr) => {
        diesel::select(exists($table::table.find($id))).get_result::<bool>($connection)?
    };
}

impl Store {
    pub(crate) fn administers_any(&self, user: UserId) -> Result<bool, RepositoryError> {
        let own = organization_admins::table.filter(organization_admins::user_id.eq(user.0));
        self.read(|connection| diesel::select(exists(own)).get_result(connection))
    }

    pub(crate) fn users_page(&self, selection: &Selection) -> Result<Page<User>, RepositoryError> {
        let page = self.page(Model::User, selection, |connection, listed| {
            on_each!(connection, |c| users::table
                .filter(listed.is_on_page)
                .order(listed.order)
                .select(UserRow::as_select())
                .load(c))
        })?;
        let items = page.items.into_iter().map(User::try_from);
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            total: page.total,
        })
    }

    pub(crate) fn organizations_page(
        &self,
        selection: &Selection,
    ) -> Result<Page<Organization>, RepositoryError> {
        self.page(Model::Organization, selection, |connection, listed| {
            let rows: Vec<(OrganizationRow, rows::Authors)> =
                on_each!(connection, |c| authored!(organizations)
                    .filter(listed.is_on_page)
                    .order(listed.order)
                    .select((
                        OrganizationRow::as_select(),
                        (summary!(creators), summary!(modifiers)),
                    ))
                    .load(c))?;
            let rows = rows.into_iter();
            Ok(rows.map(|(row, authors)| row.with(authors)).collect())
        })
    }

    pub(crate) fn teams_page(&self, selection: &Selection) -> Result<Page<Team>, RepositoryError> {
        self.page(Model::Team, selection, |connection, listed| {
            let rows: Vec<(TeamRow, Option<OrganizationSummaryRow>, rows::Authors)> =
                on_each!(connection, |c| authored!(teams)
                    .left_join(
                        organizations::table
                            .on(organizations::id.nullable().eq(teams::organization_id)),
                    )
                    .filter(listed.is_on_page)
                    .order(listed.order)
                    .select((
                        TeamRow::as_select(),
                        Option::<OrganizationSummaryRow>::as_select(),
                        (summary!(creators), summary!(modifiers)),
                    ))
                    .load(c))?;
            let rows = rows.into_iter();
            Ok(rows
                .map(|(row, organization, authors)| row.with(organization, authors))
                .collect())
        })
    }

    pub(crate) fn events_page(
        &self,
        selection: &Selection,
    ) -> Result<Page<ActivityEvent>, RepositoryError> {
        let page = self.page(Model::ActivityEvent, selection, events::load)?;
        let items = page.items.into_iter().map(ActivityEvent::try_from);
        Ok(Page {
            items: items.collect::<Result<_, _>>()?,
            total: page.total,
        })
    }

    fn page<T>(
        &self,
        model: Model,
        selection: &Selection,
        load: impl Fn(&mut DbConnection, Listed) -> QueryResult<Vec<T>>,
    ) -> Result<Page<T>, RepositoryError> {
        self.read(|connection| {
            let plan = Plan::new(model, connection, self.shapes());
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

    pub(crate) fn conditions_hold(
        &self,
        model: Model,
        id: i64,
        conditions: &[Condition],
    ) -> Result<Vec<bool>, RepositoryError> {
        let hold = self.read(|connection| self.holds_within(connection, model, id, conditions))?;
        Ok(hold.unwrap_or_else(|| vec![false; conditions.len()]))
    }

    /// The same in a transaction of the caller; `None` without a live object.
    pub(crate) fn holds_within(
        &self,
        connection: &mut DbConnection,
        model: Model,
        id: i64,
        conditions: &[Condition],
    ) -> QueryResult<Option<Vec<bool>>> {
        Plan::new(model, connection, self.shapes()).holds(connection, id, conditions)
    }

    pub(crate) fn state_of(&self, model: Model, id: i64) -> Result<ObjectState, RepositoryError> {
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
