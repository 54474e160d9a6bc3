//! What is stored of the users of a batch, and what becomes of it.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use profiled_domain::{PasswordHash, ProfileField, UniqueKey};

use super::outcome::{ImportOutcome, Taken};
use super::values::{ImportedUser, StoredUser};
use crate::database::DbConnection;
use crate::database::schema::users;

/// Which of the users with the same e-mail address or mobile number holds it, and so is found by it; all of them
/// show it (ADR 0032).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HolderRule {
    /// Whoever holds it already, else the first in the order of the import.
    #[default]
    First,
    /// Who joined last.
    Newest,
    /// Who logged in last.
    LatestLogin,
}

impl HolderRule {
    /// Whether a row takes a value over from the one that holds it. The greater id breaks a tie, so that another
    /// import of the same rows changes nothing.
    fn prefers(self, row: &StoredUser, holder: &StoredUser) -> bool {
        match self {
            Self::First => false,
            Self::Newest => (row.date_joined, row.id) > (holder.date_joined, holder.id),
            Self::LatestLogin => (row.last_login, row.id) > (holder.last_login, holder.id),
        }
    }
}

/// What is to be written of a batch.
#[derive(Default)]
pub(super) struct Changes {
    /// Stored rows that give a value up to a row of the batch.
    pub(super) displaced: Vec<StoredUser>,
    /// New rows, each with the stored one.
    pub(super) updated: Vec<(StoredUser, StoredUser)>,
    pub(super) created: Vec<StoredUser>,
}

impl Changes {
    /// Takes a row in that may be stored.
    pub(super) fn add(&mut self, related: &mut Related, row: &StoredUser) -> ImportOutcome {
        let outcome = match related.rows.get(&row.id) {
            Some(old) if old == row => return ImportOutcome::Unchanged,
            Some(old) => {
                self.updated.push((row.clone(), old.clone()));
                ImportOutcome::Updated
            }
            None => {
                self.created.push(row.clone());
                ImportOutcome::Created
            }
        };
        related.put(row);
        outcome
    }

    /// Takes a value away from the user who holds it, and who shows it all the same.
    pub(super) fn share(&mut self, related: &mut Related, taken: &Taken) {
        let Some(holder) = related.rows.get(&taken.holder) else {
            return;
        };
        let mut holder = holder.clone();
        holder.person.share(taken.key);
        related.put(&holder);
        let new = self.updated.iter_mut().map(|(row, _)| row);
        let mut new = new.chain(&mut self.created);
        match new.find(|row| row.id == holder.id) {
            Some(row) => *row = holder,
            None => self.displaced.push(holder),
        }
    }
}

/// What is stored of the users of a chunk, and of those that hold one of their unique values.
pub(super) struct Related {
    pub(super) rows: HashMap<i64, StoredUser>,
    pub(super) holders: HashMap<(UniqueKey, String), i64>,
    /// Users of the chunk that are deleted here.
    pub(super) deleted: HashSet<i64>,
    /// The digests by which tokens know passwords that were hashed again.
    digests: HashMap<i64, String>,
}

impl Related {
    pub(super) fn load(connection: &mut DbConnection, chunk: &[StoredUser]) -> QueryResult<Self> {
        let mut related = Self {
            rows: HashMap::new(),
            holders: HashMap::new(),
            deleted: HashSet::new(),
            digests: HashMap::new(),
        };
        let values = |of: fn(&StoredUser) -> Option<&String>| -> Vec<&String> {
            chunk.iter().filter_map(of).collect()
        };
        let ids: Vec<i64> = chunk.iter().map(|row| row.id).collect();
        // One statement for each key: each has an index of its own.
        let own = users::table.filter(users::id.eq_any(&ids)).select((
            StoredUser::as_select(),
            users::deleted_at.is_not_null(),
            users::password_digest,
        ));
        let own: Vec<(StoredUser, bool, Option<String>)> = own.load(connection)?;
        let mut found = Vec::with_capacity(own.len());
        for (row, is_deleted, digest) in own {
            if is_deleted {
                related.deleted.insert(row.id);
            }
            if let Some(digest) = digest {
                related.digests.insert(row.id, digest);
            }
            found.push(row);
        }
        found.extend(
            users::table
                .filter(users::username.eq_any(values(|row| row.person.username.as_ref())))
                .select(StoredUser::as_select())
                .load(connection)?,
        );
        found.extend(
            users::table
                .filter(users::email.eq_any(values(|row| row.person.email.as_ref())))
                .select(StoredUser::as_select())
                .load(connection)?,
        );
        found.extend(
            users::table
                .filter(
                    users::mobile_number.eq_any(values(|row| row.person.mobile_number.as_ref())),
                )
                .select(StoredUser::as_select())
                .load(connection)?,
        );
        for row in &found {
            related.put(row);
        }
        Ok(related)
    }

    /// What the import does not say of a user stays as it is stored.
    pub(super) fn keep_stored(
        &self,
        user: &ImportedUser,
        row: &mut StoredUser,
        left: &[ProfileField],
        digest: fn(&PasswordHash) -> String,
    ) {
        let Some(old) = self.rows.get(&row.id) else {
            return;
        };
        for attribute in left {
            row.person.keep(*attribute, &old.person);
        }
        if user.date_joined.is_none() {
            row.date_joined = old.date_joined;
        }
        if row.external_id.is_none() {
            row.external_id.clone_from(&old.external_id);
        }
        // The password is stored by another hash, which a log-in has written here.
        let digest = || digest(&PasswordHash::from_encoded(row.password.clone()));
        if self
            .digests
            .get(&row.id)
            .is_some_and(|known| *known == digest())
        {
            row.password.clone_from(&old.password);
        }
    }

    /// Of the values that others hold: those that this row takes over, and those that it only shows.
    pub(super) fn settle(
        &self,
        taken: Vec<Taken>,
        row: &StoredUser,
        holder_rule: HolderRule,
    ) -> (Vec<Taken>, Vec<Taken>) {
        let is_taken_over = |taken: &Taken| {
            let holder = self.rows.get(&taken.holder);
            holder.is_some_and(|holder| holder_rule.prefers(row, holder))
        };
        taken.into_iter().partition(is_taken_over)
    }

    /// The unique values of a row that others hold.
    pub(super) fn taken(&self, row: &StoredUser) -> Vec<Taken> {
        let others = row.unique_values().filter_map(|held| {
            let key = held.0;
            let holder = *self.holders.get(&held)?;
            (holder != row.id).then_some(Taken { key, holder })
        });
        others.collect()
    }

    /// Puts a row in the place of the one with its id.
    fn put(&mut self, row: &StoredUser) {
        if let Some(old) = self.rows.insert(row.id, row.clone()) {
            for held in old.unique_values() {
                // Another one may have taken what this one gives up.
                if self.holders.get(&held) == Some(&row.id) {
                    self.holders.remove(&held);
                }
            }
        }
        self.holders
            .extend(row.unique_values().map(|held| (held, row.id)));
    }
}
