//! Unique values that users of a batch give up, so that others of the batch may take them.

use std::collections::{HashMap, HashSet};

use profiled_domain::UniqueKey;

use super::outcome::{Refusal, Taken};
use super::related::{Changes, Related};
use super::values::{ImportedUser, StoredUser};

/// What is to be done with a user.
pub(super) enum Decision {
    Store,
    Refuse(Refusal),
    /// It has a value of a user who may still give it up.
    Wait,
}

impl Related {
    /// Which users of a batch are stored. Values that those give up are free from then on, whatever the order of the
    /// users; a user waits for one of whom `is_to_come` holds.
    pub(super) fn decide(
        &mut self,
        users: &[ImportedUser],
        rows: &[StoredUser],
        is_to_come: &impl Fn(i64) -> bool,
    ) -> Vec<Decision> {
        let decide = |user: &ImportedUser| {
            let deleted = self.deleted.contains(&user.id);
            let deleted = deleted.then_some(Refusal::Deleted);
            let refusal = deleted.or_else(|| user.misfit());
            refusal.map_or(Decision::Store, Decision::Refuse)
        };
        let mut decisions: Vec<_> = users.iter().map(decide).collect();
        for (row, _) in rows.iter().zip(&decisions).filter(|(_, of)| of.is_store()) {
            for held in self.given_up(row) {
                self.holders.remove(&held);
            }
        }
        // A user who is not stored keeps its name, which another one may have.
        while self.settle_conflicts(rows, &mut decisions, is_to_come) {}
        decisions
    }

    /// Stores no users whose names others have: two users cannot log in by one name. Whether one of them keeps what
    /// it would have given up.
    fn settle_conflicts(
        &mut self,
        rows: &[StoredUser],
        decisions: &mut [Decision],
        is_to_come: &impl Fn(i64) -> bool,
    ) -> bool {
        let (mut names, mut kept) = (HashMap::new(), Vec::new());
        let accepted = rows.iter().zip(decisions).filter(|(_, of)| of.is_store());
        for (row, decision) in accepted {
            let taken = self.taken(row);
            let first = row.person.username.as_ref().map(|name| (name, row.id));
            let same_name = first.and_then(|(name, _)| names.get(name).copied());
            let same_name = same_name.filter(|holder| *holder != row.id);
            let same_name = same_name.map(|holder| Taken {
                key: UniqueKey::Username,
                holder,
            });
            let of_name = |taken: &&Taken| taken.key == UniqueKey::Username;
            if taken.iter().any(|taken| is_to_come(taken.holder)) {
                *decision = Decision::Wait;
            } else if let Some(taken) = taken.iter().find(of_name).copied().or(same_name) {
                *decision = Decision::Refuse(Refusal::Taken(taken));
            } else {
                names.extend(first);
                continue;
            }
            let given_up = self.given_up(row).into_iter();
            kept.extend(given_up.map(|held| (held, row.id)));
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

impl Decision {
    fn is_store(&self) -> bool {
        matches!(self, Self::Store)
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
