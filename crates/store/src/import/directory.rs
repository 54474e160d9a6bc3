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

/// What is compared and written of an organization.
#[derive(PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = organizations)]
struct StoredOrganization {
    name: String,
    description: String,
}

/// What is compared and written of a team.
#[derive(PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = teams, treat_none_as_null = true)]
struct StoredTeam {
    name: String,
    description: String,
    organization_id: Option<i64>,
}

/// Writes the values of a row if they are not stored yet, and with them what it is created with.
macro_rules! write {
    ($session:expr, $table:ident, $row:ty, $id:expr, $values:expr, $at_creation:expr) => {{
        let target = $table::table.find($id);
        let old: Option<$row> = target
            .select(<$row>::as_select())
            .first($session.connection)
            .optional()?;
        match old {
            Some(old) if old == $values => Outcome::Unchanged,
            Some(_) => {
                on_each!($session.connection, |c| diesel::update(target)
                    .set(&$values)
                    .execute(c))?;
                Outcome::Updated
            }
            None => {
                let row = ($at_creation, &$values);
                on_each!($session.connection, |c| diesel::insert_into($table::table)
                    .values(row)
                    .execute(c))?;
                if let Some(known) = &mut $session.known.$table {
                    known.insert($id);
                }
                Outcome::Created
            }
        }
    }};
}

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
        let values = StoredOrganization {
            name: new.name.clone(),
            description: new.description.clone(),
        };
        let at_creation = (
            dsl::id.eq(new.id),
            dsl::created_by.eq(new.created_by),
            dsl::created.eq(stored(new.created)),
            dsl::modified.eq(stored(new.modified)),
        );
        let outcome = write!(
            self,
            organizations,
            StoredOrganization, new.id, values, at_creation
        );
        if outcome == Outcome::Created {
            forget_tombstone(self.connection, ORGANIZATION, new.id)?;
        }
        Ok(outcome)
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

        if let Some(refusal) = self.refuse_team(new)? {
            return Ok(Outcome::Refused(refusal));
        }
        let values = StoredTeam {
            name: new.name.clone(),
            description: new.description.clone(),
            organization_id: new.organization,
        };
        let at_creation = (
            dsl::id.eq(new.id),
            dsl::created_by.eq(new.created_by),
            dsl::created.eq(stored(new.created)),
            dsl::modified.eq(stored(new.modified)),
        );
        let outcome = write!(self, teams, StoredTeam, new.id, values, at_creation);
        if outcome == Outcome::Created {
            forget_tombstone(self.connection, TEAM, new.id)?;
        }
        Ok(outcome)
    }

    fn refuse_team(&mut self, new: &ImportedTeam) -> Result<Option<Refusal>, StoreError> {
        if let Some(refusal) = misfits(&new.name, &new.description) {
            return Ok(Some(refusal));
        }
        let is_same = teams::name
            .eq(&new.name)
            .and(teams::organization_id.eq(new.organization));
        let holder = teams::table.filter(is_same).select(teams::id);
        let holder: Option<i64> = holder.first(self.connection).optional()?;
        if let Some(holder) = holder.filter(|holder| *holder != new.id) {
            let key = UniqueKey::TeamName;
            return Ok(Some(Refusal::Taken { key, holder }));
        }
        if let Some(refusal) = self.missing_user(new.created_by)? {
            return Ok(Some(refusal));
        }
        match new.organization {
            Some(id) if !self.has_organization(id)? => {
                Ok(Some(Refusal::Missing("organization", id)))
            }
            _ => Ok(None),
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
