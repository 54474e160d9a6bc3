//! Changes of organizations and teams. Each writes its event, in the same transaction.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{
    Authority, DirectoryObject, NewEvent, NewOrganization, NewTeam, Organization,
    OrganizationChange, OrganizationId, RepositoryError, Team, TeamChange, TeamId, UserId,
};

use super::activity::{self, bury, record};
use super::objects::{Lock, lock_organization, lock_team, organization, organization_of, team};
use crate::database::schema::{organization_admins, organizations, teams, users};
use crate::database::{DbConnection, Store, StoreError, stored};

impl Store {
    pub(crate) fn insert_organization(
        &self,
        new: &NewOrganization,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Organization, RepositoryError> {
        use organizations::dsl;

        let author = author(by);
        self.write(|connection| {
            self.admit(connection, by, None)?;
            let id: i64 = diesel::insert_into(dsl::organizations)
                .values((
                    dsl::name.eq(&new.name),
                    dsl::description.eq(&new.description),
                    dsl::created_by.eq(author),
                    dsl::modified_by.eq(author),
                    dsl::created.eq(stored(now)),
                    dsl::modified.eq(stored(now)),
                ))
                .returning(dsl::id)
                .get_result(connection)?;
            let created = organization(connection, id)?;
            let event = NewEvent::created(DirectoryObject::Organization(&created));
            record(connection, event, actor(by), now)?;
            Ok(created)
        })
    }

    pub(crate) fn change_organization(
        &self,
        id: OrganizationId,
        change: &OrganizationChange,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Option<Organization>, RepositoryError> {
        use organizations::dsl;

        self.write(|connection| {
            let Some(old) = lock_organization(connection, id.0, Lock::Exclusive)? else {
                return Ok(None);
            };
            self.admit(connection, by, None)?;
            let old = Organization::from(old);
            diesel::update(dsl::organizations.find(id.0))
                .set((
                    change.name.as_ref().map(|name| dsl::name.eq(name)),
                    change
                        .description
                        .as_ref()
                        .map(|text| dsl::description.eq(text)),
                    dsl::modified_by.eq(author(by)),
                    dsl::modified.eq(stored(now)),
                ))
                .execute(connection)?;
            let new = organization(connection, id.0)?;
            let (before, after) = (
                DirectoryObject::Organization(&old),
                DirectoryObject::Organization(&new),
            );
            if let Some(event) = NewEvent::changed(before, after) {
                record(connection, event, actor(by), now)?;
            }
            Ok(Some(new))
        })
    }

    pub(crate) fn remove_organization(
        &self,
        id: OrganizationId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            let Some(old) = lock_organization(connection, id.0, Lock::Exclusive)? else {
                return Ok(false);
            };
            lock_rights(connection, id, actor(by))?;
            self.admit(connection, by, None)?;
            let old = Organization::from(old);
            bury(connection, activity::ORGANIZATION, id.0, &old.name, now)?;
            diesel::delete(organizations::table.find(id.0)).execute(connection)?;
            let event = NewEvent::deleted(DirectoryObject::Organization(&old));
            record(connection, event, actor(by), now)?;
            Ok(true)
        })
    }

    pub(crate) fn insert_team(
        &self,
        new: &NewTeam,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Team, RepositoryError> {
        use teams::dsl;

        let author = author(by);
        self.write(|connection| {
            keep_organization(connection, new.organization)?;
            self.admit(connection, by, None)?;
            let id: i64 = diesel::insert_into(dsl::teams)
                .values((
                    dsl::organization_id.eq(new.organization.0),
                    dsl::name.eq(&new.name),
                    dsl::description.eq(&new.description),
                    dsl::created_by.eq(author),
                    dsl::modified_by.eq(author),
                    dsl::created.eq(stored(now)),
                    dsl::modified.eq(stored(now)),
                ))
                .returning(dsl::id)
                .get_result(connection)?;
            let created = team(connection, id)?;
            let event = NewEvent::created(DirectoryObject::Team(&created));
            record(connection, event, actor(by), now)?;
            Ok(created)
        })
    }

    pub(crate) fn change_team(
        &self,
        id: TeamId,
        change: &TeamChange,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<Option<Team>, RepositoryError> {
        use teams::dsl;

        self.write(|connection| {
            if let Some(organization) = change.organization {
                keep_organization(connection, organization)?;
            }
            let Some(old) = lock_team(connection, id.0, Lock::Exclusive)? else {
                return Ok(None);
            };
            self.admit(connection, by, None)?;
            let organization = organization_of(connection, &old)?;
            let old = Team {
                organization,
                ..old.into()
            };
            diesel::update(dsl::teams.find(id.0))
                .set((
                    change
                        .organization
                        .map(|organization| dsl::organization_id.eq(organization.0)),
                    change.name.as_ref().map(|name| dsl::name.eq(name)),
                    change
                        .description
                        .as_ref()
                        .map(|text| dsl::description.eq(text)),
                    dsl::modified_by.eq(author(by)),
                    dsl::modified.eq(stored(now)),
                ))
                .execute(connection)?;
            let new = team(connection, id.0)?;
            let (before, after) = (DirectoryObject::Team(&old), DirectoryObject::Team(&new));
            if let Some(event) = NewEvent::changed(before, after) {
                record(connection, event, actor(by), now)?;
            }
            Ok(Some(new))
        })
    }

    pub(crate) fn remove_team(
        &self,
        id: TeamId,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            let Some(old) = lock_team(connection, id.0, Lock::Exclusive)? else {
                return Ok(false);
            };
            self.admit(connection, by, None)?;
            let old = Team::from(old);
            bury(connection, activity::TEAM, id.0, &old.name, now)?;
            diesel::delete(teams::table.find(id.0)).execute(connection)?;
            let event = NewEvent::deleted(DirectoryObject::Team(&old));
            record(connection, event, actor(by), now)?;
            Ok(true)
        })
    }
}

/// Who asks for a write, as its event names it.
fn actor(by: Option<&Authority>) -> Option<UserId> {
    by.map(|by| by.actor)
}

fn author(by: Option<&Authority>) -> Option<i64> {
    actor(by).map(|actor| actor.0)
}

/// Locks all whose rights end with an organization, and who asks for it, in the order of their ids. Its teams,
/// which lose it, come before them.
fn lock_rights(
    connection: &mut DbConnection,
    organization: OrganizationId,
    actor: Option<UserId>,
) -> QueryResult<()> {
    if let DbConnection::Postgres(c) = connection {
        let own = teams::table.filter(teams::organization_id.eq(organization.0));
        let own = own.order(teams::id).select(teams::id);
        own.for_update().load::<i64>(c)?;
        // Nobody becomes one meanwhile: the organization is locked.
        let admins = organization_admins::table
            .filter(organization_admins::organization_id.eq(organization.0));
        let mut ids: Vec<i64> = admins.select(organization_admins::user_id).load(c)?;
        ids.extend(actor.map(|actor| actor.0));
        users::table
            .filter(users::id.eq_any(ids))
            .order(users::id)
            .select(users::id)
            .for_no_key_update()
            .load::<i64>(c)?;
    }
    Ok(())
}

/// Keeps an organization that a team is to belong to from being deleted.
fn keep_organization(connection: &mut DbConnection, id: OrganizationId) -> Result<(), StoreError> {
    lock_organization(connection, id.0, Lock::Shared)?
        .map(drop)
        .ok_or(RepositoryError::Missing("organization").into())
}
