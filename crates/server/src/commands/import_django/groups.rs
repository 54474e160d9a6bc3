//! Groups and memberships of an import.

use profiled_domain::RepositoryError;
use profiled_store::ImportedGroup;

use super::report::Kind;
use super::{BATCH, Import};
use crate::dump::Reference;

impl Import<'_, '_> {
    pub(super) fn group(
        &mut self,
        group: &ImportedGroup,
        name: String,
    ) -> Result<(), RepositoryError> {
        if self.groups.insert(group.id) {
            let outcome = self.session.group(group)?;
            self.report.count(Kind::Groups, &outcome, || name);
        } else {
            self.report
                .skip(Kind::Groups, || name, "its id is in the dump twice");
        }
        Ok(())
    }

    pub(super) fn store_memberships(&mut self) -> Result<(), RepositoryError> {
        let mut pairs = Vec::with_capacity(self.memberships.len());
        for (user, group) in std::mem::take(&mut self.memberships) {
            let id = match &group {
                Reference::Id(id) => Some(*id),
                Reference::Name(name) => self.session.group_id(name)?,
            };
            if let Some(id) = id {
                pairs.push((user, id));
            } else {
                let name = || format!("membership of user {user}");
                let reason = format!("group {group} does not exist");
                self.report.skip(Kind::Memberships, name, &reason);
            }
        }
        pairs.sort_unstable();
        for chunk in pairs.chunks(BATCH) {
            for (outcome, (user, group)) in self.session.memberships(chunk)?.iter().zip(chunk) {
                let name = || format!("membership of user {user} in group {group}");
                self.report.count(Kind::Memberships, outcome, name);
            }
        }
        if self.plan.models.group.is_some() {
            let count = self
                .session
                .other_memberships(&self.users, &pairs, self.absent)?;
            self.report.absent.insert("memberships", count);
        }
        Ok(())
    }
}
