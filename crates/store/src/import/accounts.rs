//! Groups, memberships and tokens of an import.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;
use profiled_domain::{PasswordHash, RefreshToken, RepositoryError, UniqueKey};

use super::outcome::{ImportOutcome, Refusal, Taken};
use super::session::{ImportSession, keep_plans, set};
use super::values::{ImportedGroup, ImportedToken, misfit};
use crate::credentials::{blacklist, insert_tokens};
use crate::database::schema::{groups, tokens, user_groups, users};
use crate::database::{DbConnection, StoreError, on_each, stored};

/// Rows that are looked up and, on PostgreSQL, written by one statement.
pub(super) const BATCH: usize = 1000;

/// All columns of a group, for comparing and writing.
#[derive(PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = groups, treat_none_as_null = true)]
struct StoredGroup {
    id: i64,
    name: String,
    notes: Option<String>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
}

impl ImportSession<'_> {
    /// Id of the user of this name.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn user_id(&mut self, username: &str) -> Result<Option<i64>, RepositoryError> {
        let found = users::table
            .filter(users::username.eq(username))
            .select(users::id);
        Ok(found
            .first(self.connection)
            .optional()
            .map_err(StoreError::from)?)
    }

    /// The stored password of a user.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn password(&mut self, user: i64) -> Result<Option<PasswordHash>, RepositoryError> {
        let found = users::table.find(user).select(users::password);
        let found: Option<String> = found
            .first(self.connection)
            .optional()
            .map_err(StoreError::from)?;
        Ok(found.map(PasswordHash::from_encoded))
    }

    /// Id of the group of this name.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn group_id(&mut self, name: &str) -> Result<Option<i64>, RepositoryError> {
        let found = groups::table
            .filter(groups::name.eq(name))
            .select(groups::id);
        Ok(found
            .first(self.connection)
            .optional()
            .map_err(StoreError::from)?)
    }

    /// Stores a group under its id.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn group(&mut self, group: &ImportedGroup) -> Result<ImportOutcome, RepositoryError> {
        Ok(self.store_group(group)?)
    }

    fn store_group(&mut self, group: &ImportedGroup) -> Result<ImportOutcome, StoreError> {
        let text = misfit("name", &group.name, 150);
        let notes = || misfit("notes", group.notes.as_deref()?, usize::MAX);
        if let Some(refusal) = text.or_else(notes) {
            return Ok(ImportOutcome::Refused(refusal));
        }
        let same_name = groups::table
            .filter(groups::name.eq(&group.name))
            .select(groups::id);
        let holder: Option<i64> = same_name.first(self.connection).optional()?;
        if let Some(holder) = holder.filter(|holder| *holder != group.id) {
            let key = UniqueKey::GroupName;
            return Ok(ImportOutcome::Refused(Refusal::Taken(Taken {
                key,
                holder,
            })));
        }
        let stored_group = groups::table
            .find(group.id)
            .select(StoredGroup::as_select());
        let old: Option<StoredGroup> = stored_group.first(self.connection).optional()?;
        let now = stored(self.now);
        let (created, updated) = old
            .as_ref()
            .map_or((now, now), |old| (old.created_at, old.updated_at));
        let new = StoredGroup {
            id: group.id,
            name: group.name.clone(),
            notes: group.notes.clone(),
            created_at: group.created_at.map_or(created, stored),
            updated_at: group.updated_at.map_or(updated, stored),
        };
        if old.as_ref() == Some(&new) {
            return Ok(ImportOutcome::Unchanged);
        }
        if old.is_some() {
            on_each!(self.connection, |c| diesel::update(
                groups::table.find(new.id)
            )
            .set(&new)
            .execute(c))?;
            return Ok(ImportOutcome::Updated);
        }
        on_each!(self.connection, |c| diesel::insert_into(groups::table)
            .values(&new)
            .execute(c))?;
        if let Some(known) = &mut self.known.groups {
            known.insert(new.id);
        }
        Ok(ImportOutcome::Created)
    }

    /// Adds members, pairs of user and group; one outcome for each pair.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn memberships(
        &mut self,
        pairs: &[(i64, i64)],
    ) -> Result<Vec<ImportOutcome>, RepositoryError> {
        Ok(self.store_memberships(pairs)?)
    }

    fn store_memberships(
        &mut self,
        pairs: &[(i64, i64)],
    ) -> Result<Vec<ImportOutcome>, StoreError> {
        let mut outcomes = Vec::with_capacity(pairs.len());
        for chunk in pairs.chunks(10 * BATCH) {
            let mut old = stored_memberships(self.connection, chunk)?;
            let mut new = Vec::new();
            for pair @ &(user, group) in chunk {
                outcomes.push(if !self.has_user(user)? {
                    ImportOutcome::Refused(Refusal::Missing("user", user))
                } else if !self.has_group(group)? {
                    ImportOutcome::Refused(Refusal::Missing("group", group))
                } else if old.insert(*pair) {
                    new.push(*pair);
                    ImportOutcome::Created
                } else {
                    ImportOutcome::Unchanged
                });
            }
            let is_of_new_user = |(user, _): &(i64, i64)| self.created.contains(user);
            let (of_new, of_others) = new.into_iter().partition::<Vec<_>, _>(is_of_new_user);
            keep_plans(self.connection, |connection| {
                // Each of these users would be written a second time, for a version that was never read.
                set(connection, "profiled.members_are_new = on")?;
                insert_memberships(connection, &of_new)?;
                set(connection, "profiled.members_are_new = off")?;
                insert_memberships(connection, &of_others)
            })?;
        }
        Ok(outcomes)
    }

    /// Blacklists refresh tokens. One that has expired is as good as blacklisted.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn blacklist(
        &mut self,
        tokens: &[RefreshToken],
    ) -> Result<Vec<ImportOutcome>, RepositoryError> {
        let mut outcomes = Vec::with_capacity(tokens.len());
        for token in tokens {
            let is_new = token.expires_at > self.now
                && blacklist(self.connection, token, self.now).map_err(StoreError::from)?;
            outcomes.push(if is_new {
                ImportOutcome::Created
            } else {
                ImportOutcome::Unchanged
            });
        }
        Ok(outcomes)
    }

    /// Stores tokens by their digests. One that is there already stays as it is.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn tokens(
        &mut self,
        tokens: &[ImportedToken],
    ) -> Result<Vec<ImportOutcome>, RepositoryError> {
        let mut outcomes = Vec::with_capacity(tokens.len());
        for chunk in tokens.chunks(BATCH) {
            self.store_tokens(chunk, &mut outcomes)?;
        }
        Ok(outcomes)
    }

    fn store_tokens(
        &mut self,
        chunk: &[ImportedToken],
        outcomes: &mut Vec<ImportOutcome>,
    ) -> Result<(), StoreError> {
        let digests: Vec<&[u8]> = chunk
            .iter()
            .map(|token| token.digest.0.as_slice())
            .collect();
        let rows: Vec<(Vec<u8>, i64, String)> = tokens::table
            .filter(tokens::digest.eq_any(digests))
            .select((tokens::digest, tokens::user_id, tokens::label))
            .load(self.connection)?;
        let rows = rows.into_iter();
        // Without a label: what these tokens themselves have stored, which stays.
        let mut holders: HashMap<Vec<u8>, (i64, Option<String>)> = rows
            .map(|(digest, user, label)| (digest, (user, Some(label))))
            .collect();
        let mut new = Vec::new();
        for token in chunk {
            let owner = token.owner.0;
            outcomes.push(match holders.get(token.digest.0.as_slice()) {
                Some((holder, _)) if *holder == owner => ImportOutcome::Unchanged,
                // One of an import before, which has another user now.
                Some((_, label))
                    if label.as_ref() == Some(&token.label) && self.has_user(owner)? =>
                {
                    let moved = tokens::table.filter(tokens::digest.eq(token.digest.0.as_slice()));
                    diesel::update(moved)
                        .set(tokens::user_id.eq(owner))
                        .execute(self.connection)?;
                    holders.insert(token.digest.0.to_vec(), (owner, None));
                    ImportOutcome::Updated
                }
                Some((holder, _)) => ImportOutcome::Refused(Refusal::Taken(Taken {
                    key: UniqueKey::Token,
                    holder: *holder,
                })),
                None if !self.has_user(owner)? => {
                    ImportOutcome::Refused(Refusal::Missing("user", owner))
                }
                None => {
                    new.push(token);
                    holders.insert(token.digest.0.to_vec(), (owner, None));
                    ImportOutcome::Created
                }
            });
        }
        let insert = |connection: &mut DbConnection| insert_tokens(connection, &new);
        Ok(keep_plans(self.connection, insert)?)
    }
}

/// Memberships of the users of a chunk.
fn stored_memberships(
    connection: &mut DbConnection,
    chunk: &[(i64, i64)],
) -> QueryResult<std::collections::HashSet<(i64, i64)>> {
    let users: Vec<i64> = chunk.iter().map(|(user, _)| *user).collect();
    let rows: Vec<(i64, i64)> = user_groups::table
        .filter(user_groups::user_id.eq_any(users))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// One statement on PostgreSQL, where the count of a group is written once a statement.
fn insert_memberships(connection: &mut DbConnection, pairs: &[(i64, i64)]) -> QueryResult<()> {
    let values = |&(user, group): &(i64, i64)| {
        (
            user_groups::user_id.eq(user),
            user_groups::group_id.eq(group),
        )
    };
    match connection {
        DbConnection::Postgres(_) if pairs.is_empty() => {}
        DbConnection::Postgres(c) => {
            let rows: Vec<_> = pairs.iter().map(values).collect();
            diesel::insert_into(user_groups::table)
                .values(rows)
                .execute(c)?;
        }
        DbConnection::Sqlite(c) => {
            for pair in pairs {
                diesel::insert_into(user_groups::table)
                    .values(values(pair))
                    .execute(c)?;
            }
        }
    }
    Ok(())
}
