//! Organizations of an import, and their users.

use profiled_domain::{Membership, OrganizationId, RepositoryError};
use profiled_store::{IdTable, ImportOutcome, Refusal};

use super::ids::Found;
use super::report::Kind;
use super::state::{BATCH, Import};
use crate::dump::{
    DumpedOrganization, Key, ORGANIZATION, OrganizationMember, OrganizationRow, Reference,
    lose_value,
};

impl Import<'_, '_> {
    pub(super) fn organization_row(
        &mut self,
        row: OrganizationRow,
        name: String,
    ) -> Result<(), RepositoryError> {
        match row {
            OrganizationRow::Organization(dumped) => return self.organization(dumped, name),
            OrganizationRow::Member(member) => self.organizations.members.push(member),
            OrganizationRow::Owner(member) => {
                self.organizations.owners.insert(member);
            }
        }
        Ok(())
    }

    fn organization(
        &mut self,
        dumped: DumpedOrganization,
        name: String,
    ) -> Result<(), RepositoryError> {
        let DumpedOrganization {
            key,
            mut organization,
            is_active,
            with_nulls,
        } = dumped;
        organization.id = self.organization_id(&key, &organization.name)?;
        if !self.organizations.ids.take(organization.id, &key) {
            let reason = "its id is in the dump twice";
            self.report.skip(Kind::Organizations, || name, reason);
            return Ok(());
        }
        self.report.lose_nulls(ORGANIZATION, &with_nulls);
        if !is_active {
            let lost = &mut self.report.lost;
            lose_value(lost, ORGANIZATION, "is_active", "false");
        }
        let outcome = self.session.organization(&organization)?;
        if let ImportOutcome::Refused(Refusal::Taken(_)) = &outcome {
            self.organizations.ids.refuse(key.reference());
        }
        self.report.count(Kind::Organizations, &outcome, || name);
        Ok(())
    }

    /// The integer that is the key of an organization; else the id of the one of its name, or the next one.
    fn organization_id(&mut self, key: &Key, name: &str) -> Result<i64, RepositoryError> {
        if let Key::Id(id) = key {
            return Ok(*id);
        }
        let id = if let Some(id) = self.session.organization_id(name)? {
            id
        } else {
            let session = &mut *self.session;
            let stored = || session.greatest_id(IdTable::Organizations);
            let ids = &mut self.organizations.ids;
            ids.next(self.plan.organization_keys, stored)?
        };
        if let Some(key) = key.reference() {
            self.organizations.ids.reassign(key, id);
        }
        Ok(id)
    }

    /// Stores the users of organizations, now that both are there.
    pub(super) fn store_organization_members(&mut self) -> Result<(), RepositoryError> {
        let members = std::mem::take(&mut self.organizations.members);
        for chunk in members.chunks(BATCH) {
            let users: Vec<&Reference> = chunk.iter().map(|member| &member.user).collect();
            for (member, user) in chunk.iter().zip(self.resolve_users(&users)?) {
                self.store_organization_member(member, user)?;
            }
        }
        Ok(())
    }

    fn store_organization_member(
        &mut self,
        member: &OrganizationMember,
        user: Result<i64, String>,
    ) -> Result<(), RepositoryError> {
        let keys = self.plan.organization_keys;
        let found = Found::default();
        let organization = self
            .organizations
            .ids
            .resolve(&member.organization, keys, &found);
        let organization =
            organization.map_err(|reason| format!("organization {} {reason}", member.organization));
        let name = || {
            format!(
                "user {} of organization {}",
                member.user, member.organization
            )
        };
        let (user, id) = match (user, organization) {
            (Ok(user), Ok(id)) => (user, OrganizationId(id)),
            (Err(reason), _) | (_, Err(reason)) => {
                self.report.skip(Kind::OrganizationMembers, name, &reason);
                return Ok(());
            }
        };
        let outcome = self
            .session
            .membership(Membership::OrganizationUser(id), user)?;
        let is_admin = member.is_admin || self.organizations.owners.contains(&member.key);
        let outcome = match outcome {
            ImportOutcome::Created | ImportOutcome::Unchanged if is_admin => {
                match self
                    .session
                    .membership(Membership::OrganizationAdmin(id), user)?
                {
                    ImportOutcome::Created if outcome == ImportOutcome::Unchanged => {
                        ImportOutcome::Updated
                    }
                    ImportOutcome::Refused(refusal) => ImportOutcome::Refused(refusal),
                    _ => outcome,
                }
            }
            outcome => outcome,
        };
        self.report.count(Kind::OrganizationMembers, &outcome, name);
        Ok(())
    }
}
