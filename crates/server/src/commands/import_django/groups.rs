//! Groups of an import.

use profiled_domain::RepositoryError;
use profiled_store::{IdTable, ImportOutcome, Refusal};

use super::report::Kind;
use super::state::Import;
use crate::dump::{DumpedGroup, Key, Reference};

impl Import<'_, '_> {
    pub(super) fn group(
        &mut self,
        dumped: DumpedGroup,
        name: String,
    ) -> Result<(), RepositoryError> {
        let DumpedGroup {
            key,
            with_nulls,
            mut group,
        } = dumped;
        let model = self.plan.models.group.as_deref().unwrap_or_default();
        self.report.lose_nulls(model, &with_nulls);
        let notes = self.profiles.of_group(&key, &group.name);
        if group.notes.as_deref().is_none_or(str::is_empty) {
            group.notes = notes.or(group.notes);
        }
        group.id = self.group_id(&key, &group.name)?;
        // The same record of another dump, where it has a key.
        if key == Key::Absent && self.groups.has_with_key(group.id) {
            return Ok(());
        }
        if !self.groups.take(group.id, &key) {
            self.report
                .skip(Kind::Groups, || name, "its id is in the dump twice");
            return Ok(());
        }
        let outcome = self.session.group(&group)?;
        if let ImportOutcome::Refused(Refusal::Taken(taken)) = &outcome {
            let is_other = !self.groups.has(taken.holder);
            let name = is_other.then(|| Reference::Name(group.name.clone()));
            self.groups.refuse(key.reference().into_iter().chain(name));
        }
        self.report.count(Kind::Groups, &outcome, || name);
        Ok(())
    }

    /// The integer that is the key of a group, unless ids were given here; else the id of the group of its name, or
    /// the next one.
    fn group_id(&mut self, key: &Key, name: &str) -> Result<i64, RepositoryError> {
        let [_, gave_ids] = self.gave_ids;
        if let Key::Id(id) = key
            && !(gave_ids && self.is_other_group(*id, name)?)
        {
            return Ok(*id);
        }
        let id = if let Some(id) = self.session.group_id(name)? {
            self.report.ids.groups.by_name += 1;
            id
        } else {
            self.report.ids.groups.new += 1;
            let session = &mut *self.session;
            let stored = || session.greatest_id(IdTable::Groups);
            self.groups.next(self.plan.group_keys, stored)?
        };
        if let Some(key) = key.reference() {
            self.groups.reassign(key, id);
        }
        Ok(id)
    }

    /// Whether a group has another id here than its key, or another group has that.
    fn is_other_group(&mut self, id: i64, name: &str) -> Result<bool, RepositoryError> {
        if let Some(stored) = self.session.group_id(name)? {
            return Ok(stored != id);
        }
        let stored = self.session.stored_ids(IdTable::Groups, &[id])?;
        Ok(stored.contains(&id))
    }
}
