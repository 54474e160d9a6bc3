//! Teams: how they are read, and their changes. Each change writes its event, in the same transaction.

use diesel::prelude::*;
use profiled_domain::{
    DirectoryObject, Model, NewEvent, NewTeam, RepositoryError, Team, TeamChange, TeamId,
    TeamRepository, WriteContext,
};

use super::activity::{TEAM, record, record_tombstone};
use super::locks::{Lock, lock_organization_shared, lock_team};
use super::rows::{
    Authors, CREATORS, MODIFIERS, OrganizationSummaryRow, TeamRow, authored, summary,
};
use crate::database::schema::{organizations, teams, users};
use crate::database::{DbConnection, Store, StoreError, on_each, stored};
use crate::selection::Listed;

impl TeamRepository for Store {
    fn create_team(&self, new: &NewTeam, by: WriteContext<'_>) -> Result<Team, RepositoryError> {
        let (author, now) = (by.id().map(|id| id.0), stored(by.at));
        self.write(|connection| {
            lock_organization_shared(connection, new.organization)?;
            self.admit(connection, by, None)?;
            let id: i64 = diesel::insert_into(teams::table)
                .values((
                    teams::organization_id.eq(new.organization.0),
                    teams::name.eq(&new.name),
                    teams::description.eq(&new.description),
                    teams::created_by.eq(author),
                    teams::modified_by.eq(author),
                    teams::created.eq(now),
                    teams::modified.eq(now),
                ))
                .returning(teams::id)
                .get_result(connection)?;
            let created = find(connection, id)?;
            let event = NewEvent::created(DirectoryObject::Team(&created));
            record(connection, event, by)?;
            Ok(created)
        })
    }

    fn update_team(
        &self,
        id: TeamId,
        change: &TeamChange,
        by: WriteContext<'_>,
    ) -> Result<Option<Team>, RepositoryError> {
        self.write(|connection| {
            if let Some(organization) = change.organization {
                lock_organization_shared(connection, organization)?;
            }
            if !lock_team(connection, id, Lock::Exclusive)? {
                return Ok(None);
            }
            self.admit(connection, by, None)?;
            let old = find(connection, id.0)?;
            diesel::update(teams::table.find(id.0))
                .set((
                    change
                        .organization
                        .map(|organization| teams::organization_id.eq(organization.0)),
                    change.name.as_ref().map(|name| teams::name.eq(name)),
                    change
                        .description
                        .as_ref()
                        .map(|text| teams::description.eq(text)),
                    teams::modified_by.eq(by.id().map(|id| id.0)),
                    teams::modified.eq(stored(by.at)),
                ))
                .execute(connection)?;
            let new = find(connection, id.0)?;
            let (before, after) = (DirectoryObject::Team(&old), DirectoryObject::Team(&new));
            if let Some(event) = NewEvent::changed(before, after) {
                record(connection, event, by)?;
            }
            Ok(Some(new))
        })
    }

    fn delete_team(&self, id: TeamId, by: WriteContext<'_>) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            if !lock_team(connection, id, Lock::Exclusive)? {
                return Ok(false);
            }
            self.admit(connection, by, None)?;
            let old = find(connection, id.0)?;
            record_tombstone(connection, TEAM, id.0, &old.name, by)?;
            diesel::delete(teams::table.find(id.0)).execute(connection)?;
            let event = NewEvent::deleted(DirectoryObject::Team(&old));
            record(connection, event, by)?;
            Ok(true)
        })
    }
}

/// Teams with their organizations, and with those who created and changed them.
pub(super) fn load(connection: &mut DbConnection, listed: Listed) -> QueryResult<Vec<Team>> {
    let rows: Vec<(TeamRow, Option<OrganizationSummaryRow>, Authors)> =
        on_each!(connection, |c| authored!(teams)
            .left_join(
                organizations::table.on(organizations::id.nullable().eq(teams::organization_id)),
            )
            .filter(listed.is_on_page)
            .order(listed.order)
            .select((
                TeamRow::as_select(),
                Option::<OrganizationSummaryRow>::as_select(),
                (summary!(CREATORS), summary!(MODIFIERS)),
            ))
            .load(c))?;
    let team = |(row, organization, authors): (TeamRow, _, _)| row.with(organization, authors);
    Ok(rows.into_iter().map(team).collect())
}

fn find(connection: &mut DbConnection, id: i64) -> Result<Team, StoreError> {
    let found = load(connection, Listed::one(Model::Team, id))?.pop();
    found.ok_or(RepositoryError::Missing("team").into())
}
