//! Which of our ids records of a dump have, and how records refer to each other.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::dump::{Key, Keys, Reference};

/// What is known of the ids of a kind of records.
#[derive(Default)]
pub(super) struct Ids {
    /// Ids that the dumps have named or been given: a second row under one would replace the first.
    pub(super) seen: HashSet<i64>,
    /// Those of records without a key.
    by_name: HashSet<i64>,
    /// Those of records with keys that are not their ids.
    by_key: HashSet<i64>,
    /// What names records that are not stored, because another row has their name.
    refused: HashSet<Reference>,
    /// Ids of records that have others than their keys say.
    reassigned: HashMap<Reference, i64>,
    /// The greatest id that is taken, once it is asked for.
    greatest: Option<i64>,
}

/// How records without an id of their own got one.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Assigned {
    /// By another primary key that is stored.
    pub(super) by_key: u64,
    /// By their names, which are stored or have an id in another dump.
    pub(super) by_name: u64,
    /// New ones, in the order of the dumps.
    pub(super) new: u64,
}

impl Assigned {
    /// Those of a kind, for people.
    pub(super) fn line(self, kind: &str) -> Option<String> {
        let Self {
            by_key,
            by_name,
            new,
        } = self;
        let found = [(by_key, "by key"), (by_name, "by name")];
        let found = found.into_iter().filter(|(count, _)| *count > 0);
        let mut parts: Vec<String> = found
            .map(|(count, how)| format!("{count} {kind} {how}"))
            .collect();
        match (new, parts.is_empty()) {
            (0, true) => return None,
            (0, false) => {}
            (new, true) => parts.push(format!("{new} new ids of {kind} given in order")),
            (new, false) => parts.push(format!("{new} new ids given in order")),
        }
        Some(format!("ids: {}", parts.join(", ")))
    }
}

/// What is stored of the records that others refer to.
#[derive(Default)]
pub(super) struct Found<'a> {
    /// Those that were found by names and keys.
    pub(super) ids: HashMap<&'a Reference, i64>,
    /// Ids of rows that are known by other keys.
    pub(super) others: HashSet<i64>,
}

const MISSING: &str = "does not exist";
const REFUSED: &str = "is not imported";
const NO_IDS: &str = "does not exist: the dump has no ids (--natural-primary), and refers by ids (no --natural-foreign)";

impl Ids {
    /// Takes the id of a record. `false` if it is taken already.
    pub(super) fn take(&mut self, id: i64, key: &Key) -> bool {
        let is_new = self.seen.insert(id);
        match key {
            Key::Id(own) if *own == id => {}
            _ if !is_new => {}
            Key::Absent => drop(self.by_name.insert(id)),
            Key::Id(_) | Key::External(_) => drop(self.by_key.insert(id)),
        }
        is_new
    }

    /// Whether a record of the dumps has this id.
    pub(super) fn has(&self, id: i64) -> bool {
        self.seen.contains(&id)
    }

    /// Whether a record with a key has it.
    pub(super) fn has_with_key(&self, id: i64) -> bool {
        self.seen.contains(&id) && !self.by_name.contains(&id)
    }

    /// The next id that nothing has, after those that are `stored` and those of the dump.
    pub(super) fn next<E>(
        &mut self,
        keys: Keys,
        stored: impl FnOnce() -> Result<i64, E>,
    ) -> Result<i64, E> {
        let greatest = match self.greatest {
            Some(greatest) => greatest,
            None => stored()?.max(keys.greatest()),
        };
        let next = greatest.saturating_add(1);
        self.greatest = Some(next);
        Ok(next)
    }

    /// Notes what refers to a record that is not stored: it must not lead to the row that has its name or id.
    pub(super) fn refuse(&mut self, references: impl IntoIterator<Item = Reference>) {
        self.refused.extend(references);
    }

    /// Notes the id of a record that cannot be looked up by its key.
    pub(super) fn reassign(&mut self, key: Reference, id: i64) {
        self.reassigned.insert(key, id);
    }

    /// Why a record is not there that is not in the dumps.
    pub(super) fn missing(reference: &Reference, keys: Keys) -> &'static str {
        match reference {
            Reference::Id(_) | Reference::External(_) if keys.has_absent() => NO_IDS,
            _ => MISSING,
        }
    }

    /// The id that a reference leads to, or why it leads nowhere. Others have to be `found` by their names and keys.
    pub(super) fn resolve(
        &self,
        reference: &Reference,
        keys: Keys,
        found: &Found<'_>,
    ) -> Result<i64, &'static str> {
        if self.refused.contains(reference) {
            return Err(REFUSED);
        }
        let known = self
            .reassigned
            .get(reference)
            .or_else(|| found.ids.get(reference));
        match (known, reference) {
            (Some(id), _) => Ok(*id),
            (None, Reference::Id(id)) if self.is_own(*id, keys) && !found.others.contains(id) => {
                Ok(*id)
            }
            (None, reference) => Err(Self::missing(reference, keys)),
        }
    }

    /// Whether an id is that of the dump, and was not given here.
    fn is_own(&self, id: i64, keys: Keys) -> bool {
        let was_given = self.by_key.contains(&id) || self.by_name.contains(&id);
        !was_given && (self.seen.contains(&id) || !keys.has_absent())
    }
}
