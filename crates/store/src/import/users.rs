//! Users of an import.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use profiled_domain::{CredentialRef, PasswordHash, RepositoryError, UniqueKey};

use super::accounts::BATCH;
use super::outcome::{ImportOutcome, Refusal, Taken, UserOutcome};
use super::session::ImportSession;
use super::values::{ImportedUser, StoredUser};
use crate::credentials::revoke_all;
use crate::database::schema::users;
use crate::database::{DbConnection, StoreError, on_each};

impl ImportSession<'_> {
    /// Stores users under their ids, in their order; one outcome for each.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn users(&mut self, users: &[ImportedUser]) -> Result<Vec<UserOutcome>, RepositoryError> {
        let mut outcomes = Vec::with_capacity(users.len());
        for chunk in users.chunks(BATCH) {
            outcomes.extend(self.store_users(chunk)?);
        }
        Ok(outcomes)
    }

    fn store_users(&mut self, chunk: &[ImportedUser]) -> Result<Vec<UserOutcome>, StoreError> {
        let now = self.now;
        let rows = chunk.iter().map(|user| StoredUser::new(user, now));
        let mut rows: Vec<StoredUser> = rows.collect();
        let mut related = Related::load(self.connection, &rows)?;
        let mut outcomes = Vec::with_capacity(chunk.len());
        let (mut created, mut updated) = (Vec::new(), Vec::new());
        for (user, row) in chunk.iter().zip(&mut rows) {
            if let (None, Some(old)) = (user.date_joined, related.rows.get(&row.id)) {
                row.date_joined = old.date_joined;
            }
            if let (None, Some(old)) = (&row.external_id, related.rows.get(&row.id)) {
                row.external_id.clone_from(&old.external_id);
            }
            if let Some(old) = related.rows.get(&row.id)
                && related.was_hashed_again(row, self.digest)
            {
                row.password.clone_from(&old.password);
            }
            let mut taken = related.taken(row);
            let deleted = related.deleted.contains(&row.id);
            let deleted = deleted.then_some(Refusal::Deleted);
            let refusal = deleted.or(user.misfit()).or_else(|| name_taken(&taken));
            for taken in &taken {
                row.person.share(taken.key);
            }
            let outcome = match (refusal, related.rows.get(&row.id)) {
                (Some(refusal), _) => {
                    taken.clear();
                    ImportOutcome::Refused(refusal)
                }
                (None, Some(old)) if old == row => ImportOutcome::Unchanged,
                (None, Some(old)) => {
                    updated.push((row.clone(), old.clone()));
                    related.put(row);
                    ImportOutcome::Updated
                }
                (None, None) => {
                    created.push(row.clone());
                    related.put(row);
                    ImportOutcome::Created
                }
            };
            outcomes.push(UserOutcome { outcome, taken });
        }
        // What an update sets free may be taken by a later row; what a new row takes was free before.
        self.update_users(&updated)?;
        self.insert_users(&created)?;
        Ok(outcomes)
    }

    /// Writes rows in place of others.
    fn update_users(&mut self, rows: &[(StoredUser, StoredUser)]) -> Result<(), StoreError> {
        for (row, old) in rows {
            on_each!(self.connection, |c| diesel::update(
                users::table.find(row.id)
            )
            .set(row)
            .execute(c))?;
            if row.ends_credentials_of(old) {
                revoke_all(self.connection, row.id, &CredentialRef::None, self.now)?;
            } else if row.is_rehash_of(old) {
                let digest = (self.digest)(&PasswordHash::from_encoded(old.password.clone()));
                let first = users::table.find(row.id);
                diesel::update(first.filter(users::password_digest.is_null()))
                    .set(users::password_digest.eq(digest))
                    .execute(self.connection)?;
            }
        }
        Ok(())
    }

    fn insert_users(&mut self, rows: &[StoredUser]) -> Result<(), StoreError> {
        match &mut *self.connection {
            DbConnection::Postgres(c) => {
                diesel::insert_into(users::table).values(rows).execute(c)?;
            }
            DbConnection::Sqlite(c) => {
                for row in rows {
                    diesel::insert_into(users::table).values(row).execute(c)?;
                }
            }
        }
        if let Some(known) = &mut self.known.users {
            known.extend(rows.iter().map(|row| row.id));
        }
        Ok(())
    }
}

/// A name that another user has: two users cannot log in by one name.
fn name_taken(taken: &[Taken]) -> Option<Refusal> {
    let mut names = taken
        .iter()
        .filter(|taken| taken.key == UniqueKey::Username);
    names.next().map(|taken| Refusal::Taken(*taken))
}

/// What is stored of the users of a chunk, and of those that hold one of their unique values.
struct Related {
    rows: HashMap<i64, StoredUser>,
    holders: HashMap<(UniqueKey, String), i64>,
    /// Users of the chunk that are deleted here.
    deleted: HashSet<i64>,
    /// The digests by which tokens know passwords that were hashed again.
    digests: HashMap<i64, String>,
}

impl Related {
    fn load(connection: &mut DbConnection, chunk: &[StoredUser]) -> QueryResult<Self> {
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
        let deleted = users::table.filter(users::id.eq_any(&ids));
        let deleted = deleted.filter(users::deleted_at.is_not_null());
        let deleted: Vec<i64> = deleted.select(users::id).load(connection)?;
        related.deleted.extend(deleted);
        let digests = users::table.filter(users::id.eq_any(&ids));
        let digests = digests.select((users::id, users::password_digest.assume_not_null()));
        let digests = digests.filter(users::password_digest.is_not_null());
        let digests: Vec<(i64, String)> = digests.load(connection)?;
        related.digests.extend(digests);
        // One statement for each key: each has an index of its own.
        let mut found: Vec<StoredUser> = users::table
            .filter(users::id.eq_any(&ids))
            .select(StoredUser::as_select())
            .load(connection)?;
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

    /// Whether the password of a row is stored by another hash, which a log-in has written here.
    fn was_hashed_again(&self, row: &StoredUser, digest: fn(&PasswordHash) -> String) -> bool {
        let known = self.digests.get(&row.id);
        let digest = || digest(&PasswordHash::from_encoded(row.password.clone()));
        known.is_some_and(|known| *known == digest())
    }

    /// The unique values of a row that others hold.
    fn taken(&self, row: &StoredUser) -> Vec<Taken> {
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
                self.holders.remove(&held);
            }
        }
        self.holders
            .extend(row.unique_values().map(|held| (held, row.id)));
    }
}
