//! Organizations and teams of an import.

use diesel::prelude::*;
use profiled_domain::{Membership, OrganizationId, RepositoryError, TeamId, UniqueKey, UserId};

use super::outcome::{ImportOutcome, Refusal, Taken};
use super::session::ImportSession;
use super::values::{ImportedOrganization, ImportedTeam, misfit};
use crate::database::schema::{organizations, teams};
use crate::database::{StoreError, on_each, stored};
use crate::directory::{ORGANIZATION, TEAM, forget_tombstone, insert_membership};

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
            Some(old) if old == $values => ImportOutcome::Unchanged,
            Some(_) => {
                on_each!($session.connection, |c| diesel::update(target)
                    .set(&$values)
                    .execute(c))?;
                ImportOutcome::Updated
            }
            None => {
                let row = ($at_creation, &$values);
                on_each!($session.connection, |c| diesel::insert_into($table::table)
                    .values(row)
                    .execute(c))?;
                if let Some(known) = &mut $session.known.$table {
                    known.insert($id);
                }
                ImportOutcome::Created
            }
        }
    }};
}

impl ImportSession<'_> {
    /// Id of the organization of this name.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn organization_id(&mut self, name: &str) -> Result<Option<i64>, RepositoryError> {
        let found = organizations::table
            .filter(organizations::name.eq(name))
            .select(organizations::id);
        Ok(found
            .first(self.connection)
            .optional()
            .map_err(StoreError::from)?)
    }

    /// Stores an organization under its id; one that is there already gets name and description.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn organization(
        &mut self,
        organization: &ImportedOrganization,
    ) -> Result<ImportOutcome, RepositoryError> {
        Ok(self.store_organization(organization)?)
    }

    fn store_organization(
        &mut self,
        new: &ImportedOrganization,
    ) -> Result<ImportOutcome, StoreError> {
        use organizations::dsl;

        if let Some(refusal) = misfits(&new.name, &new.description) {
            return Ok(ImportOutcome::Refused(refusal));
        }
        let holder: Option<i64> = dsl::organizations
            .filter(dsl::name.eq(&new.name))
            .select(dsl::id)
            .first(self.connection)
            .optional()?;
        if let Some(holder) = holder.filter(|holder| *holder != new.id) {
            let key = UniqueKey::OrganizationName;
            return Ok(ImportOutcome::Refused(Refusal::Taken(Taken {
                key,
                holder,
            })));
        }
        if let Some(refusal) = self.missing_user(new.created_by)? {
            return Ok(ImportOutcome::Refused(refusal));
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
        if outcome == ImportOutcome::Created {
            forget_tombstone(self.connection, ORGANIZATION, new.id)?;
        }
        Ok(outcome)
    }

    /// Stores a team under its id; one that is there already gets name, description, organization.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn team(&mut self, team: &ImportedTeam) -> Result<ImportOutcome, RepositoryError> {
        Ok(self.store_team(team)?)
    }

    fn store_team(&mut self, new: &ImportedTeam) -> Result<ImportOutcome, StoreError> {
        use teams::dsl;

        if let Some(refusal) = self.refuse_team(new)? {
            return Ok(ImportOutcome::Refused(refusal));
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
        if outcome == ImportOutcome::Created {
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
            return Ok(Some(Refusal::Taken(Taken { key, holder })));
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

    /// Makes a user a member of an organization or a team, or an administrator of an organization.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn membership(
        &mut self,
        membership: Membership,
        user: i64,
    ) -> Result<ImportOutcome, RepositoryError> {
        let (is_known, kind, id) = match membership {
            Membership::OrganizationUser(OrganizationId(id))
            | Membership::OrganizationAdmin(OrganizationId(id)) => {
                (self.has_organization(id)?, "organization", id)
            }
            Membership::TeamUser(TeamId(id)) => (self.has_team(id)?, "team", id),
        };
        if !is_known {
            return Ok(ImportOutcome::Refused(Refusal::Missing(kind, id)));
        }
        if let Some(refusal) = self.missing_user(Some(user))? {
            return Ok(ImportOutcome::Refused(refusal));
        }
        let added = insert_membership(self.connection, membership, UserId(user));
        Ok(if added.map_err(StoreError::from)? {
            ImportOutcome::Created
        } else {
            ImportOutcome::Unchanged
        })
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
