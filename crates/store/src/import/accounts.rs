//! Users, groups, memberships and tokens of an import.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use profiled_domain::{CredentialRef, PasswordHash, RepositoryError, UniqueKey};

use super::outcome::{Outcome, Refusal};
use super::session::ImportSession;
use super::values::{ImportedGroup, ImportedToken, ImportedUser, StoredUser, misfit};
use crate::credentials::{insert_token, revoke_all};
use crate::database::schema::{groups, tokens, user_groups, users};
use crate::database::{DbConnection, StoreError, on_each, stored};

/// Memberships that one statement writes on PostgreSQL.
const BATCH: usize = 1000;

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
    /// Stores a user under its id.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn user(&mut self, user: &ImportedUser) -> Result<Outcome, RepositoryError> {
        if let Some(refusal) = user.misfit() {
            return Ok(Outcome::Refused(refusal));
        }
        Ok(self.store_user(&StoredUser::from(user))?)
    }

    fn store_user(&mut self, new: &StoredUser) -> Result<Outcome, StoreError> {
        let related = related_users(self.connection, new)?;
        let others = || related.iter().filter(|other| other.id != new.id);
        let taken = others().find_map(|other| Some((shared_key(new, other)?, other.id)));
        if let Some((key, holder)) = taken {
            return Ok(Outcome::Refused(Refusal::Taken { key, holder }));
        }
        match related.iter().find(|old| old.id == new.id) {
            Some(old) if old == new => Ok(Outcome::Unchanged),
            Some(old) => {
                on_each!(self.connection, |c| diesel::update(
                    users::table.find(new.id)
                )
                .set(new)
                .execute(c))?;
                if new.ends_credentials_of(old) {
                    revoke_all(self.connection, new.id, &CredentialRef::None, self.now)?;
                }
                Ok(Outcome::Updated)
            }
            None => {
                on_each!(self.connection, |c| diesel::insert_into(users::table)
                    .values(new)
                    .execute(c))?;
                if let Some(known) = &mut self.known.users {
                    known.insert(new.id);
                }
                Ok(Outcome::Created)
            }
        }
    }

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
    pub fn group(&mut self, group: &ImportedGroup) -> Result<Outcome, RepositoryError> {
        Ok(self.store_group(group)?)
    }

    fn store_group(&mut self, group: &ImportedGroup) -> Result<Outcome, StoreError> {
        let text = misfit("name", &group.name, 150);
        let notes = || misfit("notes", group.notes.as_deref()?, usize::MAX);
        if let Some(refusal) = text.or_else(notes) {
            return Ok(Outcome::Refused(refusal));
        }
        let same_name = groups::table
            .filter(groups::name.eq(&group.name))
            .select(groups::id);
        let holder: Option<i64> = same_name.first(self.connection).optional()?;
        if let Some(holder) = holder.filter(|holder| *holder != group.id) {
            return Ok(Outcome::Refused(Refusal::Taken {
                key: UniqueKey::GroupName,
                holder,
            }));
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
            return Ok(Outcome::Unchanged);
        }
        if old.is_some() {
            on_each!(self.connection, |c| diesel::update(
                groups::table.find(new.id)
            )
            .set(&new)
            .execute(c))?;
            return Ok(Outcome::Updated);
        }
        on_each!(self.connection, |c| diesel::insert_into(groups::table)
            .values(&new)
            .execute(c))?;
        if let Some(known) = &mut self.known.groups {
            known.insert(new.id);
        }
        Ok(Outcome::Created)
    }

    /// Adds members, pairs of user and group; one outcome for each pair.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn memberships(&mut self, pairs: &[(i64, i64)]) -> Result<Vec<Outcome>, RepositoryError> {
        Ok(self.store_memberships(pairs)?)
    }

    fn store_memberships(&mut self, pairs: &[(i64, i64)]) -> Result<Vec<Outcome>, StoreError> {
        let mut outcomes = Vec::with_capacity(pairs.len());
        for chunk in pairs.chunks(BATCH) {
            let old = stored_memberships(self.connection, chunk)?;
            let mut new = Vec::new();
            for pair @ &(user, group) in chunk {
                outcomes.push(if !self.has_user(user)? {
                    Outcome::Refused(Refusal::Missing("user", user))
                } else if !self.has_group(group)? {
                    Outcome::Refused(Refusal::Missing("group", group))
                } else if old.contains(pair) || new.contains(pair) {
                    Outcome::Unchanged
                } else {
                    new.push(*pair);
                    Outcome::Created
                });
            }
            insert_memberships(self.connection, &new)?;
        }
        Ok(outcomes)
    }

    /// Stores a token by its digest. One that is there already stays as it is.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    pub fn token(&mut self, token: &ImportedToken) -> Result<Outcome, RepositoryError> {
        Ok(self.store_token(token)?)
    }

    fn store_token(&mut self, token: &ImportedToken) -> Result<Outcome, StoreError> {
        let digest = token.digest.0.as_slice();
        let holder: Option<i64> = on_each!(self.connection, |c| tokens::table
            .filter(tokens::digest.eq(digest))
            .select(tokens::user_id)
            .first(c)
            .optional())?;
        match holder {
            Some(holder) if holder == token.owner.0 => return Ok(Outcome::Unchanged),
            Some(holder) => {
                let key = UniqueKey::Token;
                return Ok(Outcome::Refused(Refusal::Taken { key, holder }));
            }
            None => {}
        }
        if !self.has_user(token.owner.0)? {
            return Ok(Outcome::Refused(Refusal::Missing("user", token.owner.0)));
        }
        insert_token(self.connection, token)?;
        Ok(Outcome::Created)
    }
}

/// The user of this id, and those that hold one of its unique values.
fn related_users(connection: &mut DbConnection, new: &StoredUser) -> QueryResult<Vec<StoredUser>> {
    on_each!(connection, |c| users::table
        .filter(users::id.eq(new.id))
        .or_filter(users::username.eq(new.person.username.as_deref()))
        .or_filter(users::email.eq(new.person.email.as_deref()))
        .or_filter(users::mobile_number.eq(new.person.mobile_number.as_deref()))
        .select(StoredUser::as_select())
        .load(c))
}

fn shared_key(new: &StoredUser, other: &StoredUser) -> Option<UniqueKey> {
    let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    if same(&new.person.username, &other.person.username) {
        Some(UniqueKey::Username)
    } else if same(&new.person.email, &other.person.email) {
        Some(UniqueKey::Email)
    } else if same(&new.person.mobile_number, &other.person.mobile_number) {
        Some(UniqueKey::MobileNumber)
    } else {
        None
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
