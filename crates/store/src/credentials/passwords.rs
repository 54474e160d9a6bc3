//! Passwords, and the end of all credentials of a user.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use profiled_domain::{
    CredentialRef, CredentialRepository, PasswordHash, RepositoryError, UserId, WriteContext,
};

use super::epoch::{revoke_all, set_password};
use crate::database::schema::users;
use crate::database::{Store, StoreError, stored};

impl CredentialRepository for Store {
    fn find_password_by_id(&self, user: UserId) -> Result<Option<PasswordHash>, RepositoryError> {
        let password: Option<String> = self.read(|connection| {
            let user = users::table.find(user.0);
            user.select(users::password).first(connection).optional()
        })?;
        Ok(password.map(PasswordHash::from_encoded))
    }

    fn replace_password_hash(
        &self,
        user: UserId,
        old: &PasswordHash,
        new: &PasswordHash,
        digest: &str,
    ) -> Result<bool, RepositoryError> {
        let is_still_old = users::password.eq(old.as_encoded());
        let target = users::table.find(user.0).filter(is_still_old);
        self.write(|connection| {
            // The first of an epoch stays.
            diesel::update(target.filter(users::password_digest.is_null()))
                .set(users::password_digest.eq(digest))
                .execute(connection)?;
            let replaced = diesel::update(target)
                .set(users::password.eq(new.as_encoded()))
                .execute(connection)?;
            Ok::<_, StoreError>(replaced > 0)
        })
    }

    fn set_password(
        &self,
        user: UserId,
        password: &PasswordHash,
        keep: &CredentialRef,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| set_password(connection, user, password, keep, now))
    }

    fn record_login(&self, user: UserId, now: DateTime<Utc>) -> Result<(), RepositoryError> {
        self.write(|connection| {
            diesel::update(users::table.find(user.0))
                .set(users::last_login.eq(stored(now)))
                .execute(connection)?;
            Ok(())
        })
    }

    fn revoke_credentials(
        &self,
        user: UserId,
        keep: &CredentialRef,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError> {
        self.write(|connection| {
            self.admit(connection, by, Some(user))?;
            revoke_all(connection, user.0, keep, by.at)
        })
    }
}
