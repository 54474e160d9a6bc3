//! Unique values that users of a batch give up, so that others of the batch may take them.

use std::collections::{HashMap, HashSet};

use profiled_domain::UniqueKey;

use super::outcome::{Refusal, Taken};
use super::related::{Changes, Related};
use super::values::{ImportedUser, StoredUser};

impl Related {
    /// Which users of a batch are not stored, and why. Values that the others give up are free from then on, whatever
    /// the order of the users.
    pub(super) fn refusals(
        &mut self,
        users: &[ImportedUser],
        rows: &[StoredUser],
    ) -> Vec<Option<Refusal>> {
        let refusal = |user: &ImportedUser| {
            let deleted = self.deleted.contains(&user.id);
            let deleted = deleted.then_some(Refusal::Deleted);
            deleted.or_else(|| user.misfit())
        };
        let mut refusals: Vec<_> = users.iter().map(refusal).collect();
        let accepted = rows.iter().zip(&refusals).filter(|(_, of)| of.is_none());
        for (row, _) in accepted {
            for held in self.given_up(row) {
                self.holders.remove(&held);
            }
        }
        // A user who is refused keeps its name, which may refuse another one.
        while self.refuse_taken_names(rows, &mut refusals) {}
        refusals
    }

    /// Refuses users whose names others have: two users cannot log in by one name. Whether one of them keeps what it
    /// would have given up.
    fn refuse_taken_names(
        &mut self,
        rows: &[StoredUser],
        refusals: &mut [Option<Refusal>],
    ) -> bool {
        let key = UniqueKey::Username;
        let (mut names, mut kept) = (HashMap::new(), Vec::new());
        let accepted = rows.iter().zip(refusals).filter(|(_, of)| of.is_none());
        for (row, refusal) in accepted {
            let Some(name) = &row.person.username else {
                continue;
            };
            let stored = self.holders.get(&(key, name.clone())).copied();
            let holder = stored.or_else(|| names.get(name).copied());
            if let Some(holder) = holder.filter(|holder| *holder != row.id) {
                *refusal = Some(Refusal::Taken(Taken { key, holder }));
                let given_up = self.given_up(row).into_iter();
                kept.extend(given_up.map(|held| (held, row.id)));
            } else {
                names.insert(name, row.id);
            }
        }
        let is_any_kept = !kept.is_empty();
        self.holders.extend(kept);
        is_any_kept
    }

    /// The unique values that a user has now, and not as the row says.
    fn given_up(&self, row: &StoredUser) -> Vec<(UniqueKey, String)> {
        let Some(old) = self.rows.get(&row.id) else {
            return Vec::new();
        };
        given_up(old, row)
    }
}

impl Changes {
    /// Has users give up first what others of the batch take: no two rows may have it at any time.
    pub(super) fn order_exchanges(&mut self) {
        let taken = self
            .updated
            .iter()
            .flat_map(|(row, old)| given_up(row, old));
        let taken: HashSet<_> = taken.collect();
        for (row, old) in &self.updated {
            let mut given_up = given_up(old, row);
            given_up.retain(|held| taken.contains(held));
            if !given_up.is_empty() {
                let mut without = old.clone();
                for (key, _) in given_up {
                    without.person.give_up(key);
                }
                self.displaced.push(without);
            }
        }
    }
}

/// The unique values of one row that another does not have.
fn given_up(old: &StoredUser, new: &StoredUser) -> Vec<(UniqueKey, String)> {
    let pairs = old.held().into_iter().zip(new.held());
    let given_up = pairs.filter(|((_, old), (_, new))| old != new);
    given_up
        .filter_map(|((key, value), _)| Some((key, value?.clone())))
        .collect()
}
