//! Organizations and teams of an import.

use diesel::prelude::*;
use profiled_domain::{RepositoryError, UniqueKey};

use super::outcome::{Outcome, Refusal};
use super::session::ImportSession;
use super::values::{ImportedOrganization, ImportedTeam, misfit};
use crate::database::schema::{
    organization_admins, organization_users, organizations, team_users, teams,
};
use crate::database::{StoreError, on_each, stored};
use crate::directory::{ORGANIZATION, TEAM, forget_tombstone};

/// Longest name of an organization or a team, in characters.
const NAME_MAX: usize = 512;

impl ImportSession<'_> {
    /// Stores an organization under its id; one that is there already gets name and description.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn organization(
        &mut self,
        organization: &ImportedOrganization,
    ) -> Result<Outcome, RepositoryError> {
        Ok(self.store_organization(organization)?)
    }

    fn store_organization(&mut self, new: &ImportedOrganization) -> Result<Outcome, StoreError> {
        use organizations::dsl;

        if let Some(refusal) = misfits(&new.name, &new.description) {
            return Ok(Outcome::Refused(refusal));
        }
        let holder: Option<i64> = dsl::organizations
            .filter(dsl::name.eq(&new.name))
            .select(dsl::id)
            .first(self.connection)
            .optional()?;
        if let Some(holder) = holder.filter(|holder| *holder != new.id) {
            let key = UniqueKey::OrganizationName;
            return Ok(Outcome::Refused(Refusal::Taken { key, holder }));
        }
        if let Some(refusal) = self.missing_user(new.created_by)? {
            return Ok(Outcome::Refused(refusal));
        }
        let old: Option<(String, String)> = dsl::organizations
            .find(new.id)
            .select((dsl::name, dsl::description))
            .first(self.connection)
            .optional()?;
        let text = (
            dsl::name.eq(&new.name),
            dsl::description.eq(&new.description),
        );
        match old {
            Some(old) if old.0 == new.name && old.1 == new.description => Ok(Outcome::Unchanged),
            Some(_) => {
                let target = diesel::update(dsl::organizations.find(new.id));
                target.set(text).execute(self.connection)?;
                Ok(Outcome::Updated)
            }
            None => {
                let rest = (
                    dsl::id.eq(new.id),
                    dsl::created_by.eq(new.created_by),
                    dsl::created.eq(stored(new.created)),
                    dsl::modified.eq(stored(new.modified)),
                );
                let insert = diesel::insert_into(dsl::organizations);
                insert.values((text, rest)).execute(self.connection)?;
                forget_tombstone(self.connection, ORGANIZATION, new.id)?;
                if let Some(known) = &mut self.known.organizations {
                    known.insert(new.id);
                }
                Ok(Outcome::Created)
            }
        }
    }

    /// Stores a team under its id; one that is there already gets name, description, organization.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn team(&mut self, team: &ImportedTeam) -> Result<Outcome, RepositoryError> {
        Ok(self.store_team(team)?)
    }

    fn store_team(&mut self, new: &ImportedTeam) -> Result<Outcome, StoreError> {
        use teams::dsl;

        if let Some(refusal) = misfits(&new.name, &new.description) {
            return Ok(Outcome::Refused(refusal));
        }
        let holder: Option<i64> = dsl::teams
            .filter(
                dsl::name
                    .eq(&new.name)
                    .and(dsl::organization_id.eq(new.organization)),
            )
            .select(dsl::id)
            .first(self.connection)
            .optional()?;
        if let Some(holder) = holder.filter(|holder| *holder != new.id) {
            return Ok(Outcome::Refused(Refusal::Taken {
                key: UniqueKey::TeamName,
                holder,
            }));
        }
        if let Some(refusal) = self.missing_user(new.created_by)? {
            return Ok(Outcome::Refused(refusal));
        }
        if let Some(id) = new.organization
            && !self.has_organization(id)?
        {
            return Ok(Outcome::Refused(Refusal::Missing("organization", id)));
        }
        let old: Option<(String, String, Option<i64>)> = dsl::teams
            .find(new.id)
            .select((dsl::name, dsl::description, dsl::organization_id))
            .first(self.connection)
            .optional()?;
        let wanted = (new.name.clone(), new.description.clone(), new.organization);
        let values = (
            dsl::name.eq(&new.name),
            dsl::description.eq(&new.description),
            dsl::organization_id.eq(new.organization),
        );
        match old {
            Some(old) if old == wanted => Ok(Outcome::Unchanged),
            Some(_) => {
                diesel::update(dsl::teams.find(new.id))
                    .set(values)
                    .execute(self.connection)?;
                Ok(Outcome::Updated)
            }
            None => {
                let rest = (
                    dsl::id.eq(new.id),
                    dsl::created_by.eq(new.created_by),
                    dsl::created.eq(stored(new.created)),
                    dsl::modified.eq(stored(new.modified)),
                );
                diesel::insert_into(dsl::teams)
                    .values((values, rest))
                    .execute(self.connection)?;
                forget_tombstone(self.connection, TEAM, new.id)?;
                if let Some(known) = &mut self.known.teams {
                    known.insert(new.id);
                }
                Ok(Outcome::Created)
            }
        }
    }

    /// Makes a user a member of an organization.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn organization_user(
        &mut self,
        organization: i64,
        user: i64,
    ) -> Result<Outcome, RepositoryError> {
        if let Some(refusal) = self.missing_in_organization(organization, user)? {
            return Ok(Outcome::Refused(refusal));
        }
        let row = (
            organization_users::user_id.eq(user),
            organization_users::organization_id.eq(organization),
        );
        let added = on_each!(self.connection, |c| diesel::insert_into(
            organization_users::table
        )
        .values(row)
        .on_conflict_do_nothing()
        .execute(c));
        Ok(outcome(added.map_err(StoreError::from)?))
    }

    /// Makes a user an administrator of an organization.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn organization_admin(
        &mut self,
        organization: i64,
        user: i64,
    ) -> Result<Outcome, RepositoryError> {
        if let Some(refusal) = self.missing_in_organization(organization, user)? {
            return Ok(Outcome::Refused(refusal));
        }
        let row = (
            organization_admins::user_id.eq(user),
            organization_admins::organization_id.eq(organization),
        );
        let added = on_each!(self.connection, |c| diesel::insert_into(
            organization_admins::table
        )
        .values(row)
        .on_conflict_do_nothing()
        .execute(c));
        Ok(outcome(added.map_err(StoreError::from)?))
    }

    /// Makes a user a member of a team.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn team_user(&mut self, team: i64, user: i64) -> Result<Outcome, RepositoryError> {
        if !self.has_team(team)? {
            return Ok(Outcome::Refused(Refusal::Missing("team", team)));
        }
        if let Some(refusal) = self.missing_user(Some(user))? {
            return Ok(Outcome::Refused(refusal));
        }
        let row = (team_users::user_id.eq(user), team_users::team_id.eq(team));
        let added = on_each!(self.connection, |c| diesel::insert_into(team_users::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c));
        Ok(outcome(added.map_err(StoreError::from)?))
    }

    fn missing_in_organization(
        &mut self,
        organization: i64,
        user: i64,
    ) -> Result<Option<Refusal>, StoreError> {
        if !self.has_organization(organization)? {
            return Ok(Some(Refusal::Missing("organization", organization)));
        }
        self.missing_user(Some(user))
    }

    fn missing_user(&mut self, id: Option<i64>) -> Result<Option<Refusal>, StoreError> {
        match id {
            Some(id) if !self.has_user(id)? => Ok(Some(Refusal::Missing("user", id))),
            _ => Ok(None),
        }
    }
}

fn misfits(name: &str, description: &str) -> Option<Refusal> {
    misfit("name", name, NAME_MAX).or_else(|| misfit("description", description, usize::MAX))
}

fn outcome(added: usize) -> Outcome {
    if added > 0 {
        Outcome::Created
    } else {
        Outcome::Unchanged
    }
}
