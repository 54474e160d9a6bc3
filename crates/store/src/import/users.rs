//! Users of an import.

use diesel::prelude::*;
use profiled_domain::{CredentialRef, PasswordHash, RepositoryError};

use super::accounts::BATCH;
use super::exchange::Decision;
use super::outcome::UserOutcome;
use super::related::{Changes, Related};
use super::session::ImportSession;
use super::values::{ImportedUser, StoredUser};
use crate::credentials::revoke_all;
use crate::database::schema::users;
use crate::database::{DbConnection, StoreError, on_each};

/// Users who may give values up for each other.
const EXCHANGE: usize = 10 * BATCH;

impl ImportSession<'_> {
    /// Stores users under their ids, in their order; one outcome for each.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn users(&mut self, users: &[ImportedUser]) -> Result<Vec<UserOutcome>, RepositoryError> {
        let outcomes = self.users_so_far(users, |_| false)?;
        Ok(outcomes.into_iter().flatten().collect())
    }

    /// The same while other users of the import are yet to come. `None` for a user who is not stored: it has a value
    /// of a user of whom `is_to_come` holds, and who may give it up.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn users_so_far(
        &mut self,
        users: &[ImportedUser],
        is_to_come: impl Fn(i64) -> bool,
    ) -> Result<Vec<Option<UserOutcome>>, RepositoryError> {
        let mut outcomes = Vec::with_capacity(users.len());
        for chunk in users.chunks(EXCHANGE) {
            outcomes.extend(self.store_users(chunk, &is_to_come)?);
        }
        Ok(outcomes)
    }

    fn store_users(
        &mut self,
        chunk: &[ImportedUser],
        is_to_come: &impl Fn(i64) -> bool,
    ) -> Result<Vec<Option<UserOutcome>>, StoreError> {
        let now = self.now;
        let rows: Vec<StoredUser> = chunk
            .iter()
            .map(|user| StoredUser::new(user, now))
            .collect();
        let mut related = Related::load(self.connection, &rows)?;
        let decisions = related.decide(chunk, &rows, is_to_come);
        let mut outcomes = Vec::with_capacity(chunk.len());
        let mut changes = Changes::default();
        for ((user, row), decision) in chunk.iter().zip(rows).zip(decisions) {
            outcomes.push(match decision {
                Decision::Store => Some(self.change(user, row, &mut related, &mut changes)),
                Decision::Refuse(refusal) => Some(UserOutcome::refused(refusal)),
                Decision::Wait => None,
            });
        }
        changes.order_exchanges();
        self.write_users(&changes)?;
        Ok(outcomes)
    }

    fn change(
        &self,
        user: &ImportedUser,
        mut row: StoredUser,
        related: &mut Related,
        changes: &mut Changes,
    ) -> UserOutcome {
        related.keep_stored(user, &mut row, &self.left, self.digest);
        let taken = related.taken(&row);
        let (taken_over, taken) = related.settle(taken, &row, self.holder_rule);
        for taken in &taken_over {
            changes.share(related, taken);
        }
        for taken in &taken {
            row.person.share(taken.key);
        }
        UserOutcome {
            outcome: changes.add(related, &row),
            taken,
            taken_over,
        }
    }

    /// What users give up comes first: it may be taken by an update or a new row.
    fn write_users(&mut self, changes: &Changes) -> Result<(), StoreError> {
        for row in &changes.displaced {
            on_each!(self.connection, |c| diesel::update(
                users::table.find(row.id)
            )
            .set(row)
            .execute(c))?;
        }
        self.update_users(&changes.updated)?;
        self.insert_users(&changes.created)
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
                for chunk in rows.chunks(BATCH) {
                    diesel::insert_into(users::table).values(chunk).execute(c)?;
                }
            }
            DbConnection::Sqlite(c) => {
                for row in rows {
                    diesel::insert_into(users::table).values(row).execute(c)?;
                }
            }
        }
        self.created.extend(rows.iter().map(|row| row.id));
        if let Some(known) = &mut self.known.users {
            known.extend(rows.iter().map(|row| row.id));
        }
        Ok(())
    }
}
