//! Memberships of an import.

use profiled_domain::RepositoryError;

use super::report::Kind;
use super::state::{BATCH, Import};
use crate::dump::Reference;

/// Memberships that are stored together: each time, the members of all their groups are counted.
const MEMBERSHIPS: usize = 10 * BATCH;

impl Import<'_, '_> {
    /// Takes the groups of a user who is stored.
    pub(super) fn memberships(&mut self, user: i64, groups: Vec<Reference>) {
        let groups = groups.into_iter().map(|group| (user, group));
        self.memberships.batch.extend(groups);
    }

    /// Stores memberships if they are many, but for those whose group is not there yet.
    pub(super) fn store_many_memberships(&mut self) -> Result<(), RepositoryError> {
        if self.memberships.batch.len() < MEMBERSHIPS {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.memberships.batch);
        let waiting = self.store_memberships(batch, true)?;
        self.memberships.waiting.extend(waiting);
        Ok(())
    }

    /// Stores the rest, now that all groups are there.
    pub(super) fn store_waiting_memberships(&mut self) -> Result<(), RepositoryError> {
        let mut waiting = std::mem::take(&mut self.memberships.waiting);
        waiting.append(&mut self.memberships.batch);
        let mut waiting = waiting.into_iter().peekable();
        while waiting.peek().is_some() {
            let batch = waiting.by_ref().take(MEMBERSHIPS).collect();
            self.store_memberships(batch, false)?;
        }
        Ok(())
    }

    /// Stores memberships. Those of groups that are not there are returned while they `may_wait`.
    fn store_memberships(
        &mut self,
        batch: Vec<(i64, Reference)>,
        may_wait: bool,
    ) -> Result<Vec<(i64, Reference)>, RepositoryError> {
        let groups: Vec<&Reference> = batch.iter().map(|(_, group)| group).collect();
        let groups = self.resolve_groups(&groups)?;
        let (mut pairs, mut waiting) = (Vec::with_capacity(batch.len()), Vec::new());
        for ((user, reference), group) in batch.into_iter().zip(groups) {
            match group {
                Ok(id) if !may_wait || self.groups.has(id) => pairs.push((user, id)),
                Err(reason) if !may_wait => {
                    let name = || format!("membership of user {user}");
                    self.report.skip(Kind::Memberships, name, &reason);
                }
                _ => waiting.push((user, reference)),
            }
        }
        pairs.sort_unstable();
        for (outcome, (user, group)) in self.session.memberships(&pairs)?.iter().zip(&pairs) {
            let name = || format!("membership of user {user} in group {group}");
            self.report.count(Kind::Memberships, outcome, name);
        }
        self.memberships.pairs.extend(pairs);
        Ok(waiting)
    }

    /// A dump without groups says nothing of memberships that are stored.
    pub(super) fn count_other_memberships(&mut self) -> Result<(), RepositoryError> {
        if self.plan.models.group.is_some() {
            self.memberships.pairs.sort_unstable();
            // What they are members of is in the dumps, and was not compared.
            for user in std::mem::take(&mut self.refused) {
                self.users.seen.remove(&user);
            }
            let (users, pairs) = (&self.users.seen, &self.memberships.pairs);
            let count = self.session.other_memberships(users, pairs, self.absent)?;
            self.report.absent.insert("memberships", count);
        }
        Ok(())
    }
}
