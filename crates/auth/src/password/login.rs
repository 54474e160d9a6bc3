//! Log-in by username and password, as Django's `ModelBackend` does it.

use std::error::Error;
use std::sync::Arc;

use profiled_domain::repository::BoxError;
use profiled_domain::{PasswordHash, Repository, RepositoryError, User};

use super::hasher::PasswordHasher;

/// Checks usernames and passwords, and brings old hashes up to date.
#[derive(Clone, Debug)]
pub struct PasswordLogin {
    hasher: Arc<PasswordHasher>,
}

/// What a username and a password are good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginOutcome {
    /// They belong to this active user. The log-in is not recorded: that is the caller's choice
    /// ([`record_login`](profiled_domain::CredentialRepository::record_login)).
    Accepted(User),
    /// There is no such user, or another password, or none that can be used.
    WrongCredentials,
    /// They belong to this user, who may not log in.
    Inactive(User),
}

impl PasswordLogin {
    /// A log-in over a hasher.
    #[must_use]
    pub fn new(hasher: Arc<PasswordHasher>) -> Self {
        Self { hasher }
    }

    /// Judges a username and a password. Both are compared as they are, with case.
    ///
    /// Whoever is not accepted has waited for one hash of the costliest kind, whatever the reason. The
    /// hash of an accepted user is replaced if [`PasswordHasher::must_update`] says so; no other
    /// credential of the user ends by that, and a replacement that fails is logged, for the password was
    /// right all the same.
    ///
    /// # Errors
    /// [`RepositoryError`] when the user cannot be looked up.
    pub fn check(
        &self,
        username: &str,
        password: &str,
        repository: &dyn Repository,
    ) -> Result<LoginOutcome, RepositoryError> {
        let found = find(username, repository)?;
        let (stored, is_active) = match &found {
            Some((user, stored)) => (Some(stored), user.is_active),
            None => (None, false),
        };
        let is_match = self.hasher.judge(password, stored, is_active);
        let Some((user, stored)) = found.filter(|_| is_match) else {
            return Ok(LoginOutcome::WrongCredentials);
        };
        if !user.is_active {
            return Ok(LoginOutcome::Inactive(user));
        }
        if let Err(error) = self.upgrade(&user, password, &stored, repository) {
            let error: &(dyn Error + 'static) = &*error;
            tracing::warn!(user = user.id.0, error, "password hash not upgraded");
        }
        Ok(LoginOutcome::Accepted(user))
    }

    fn upgrade(
        &self,
        user: &User,
        password: &str,
        stored: &PasswordHash,
        repository: &dyn Repository,
    ) -> Result<(), BoxError> {
        if self.hasher.must_update(stored) {
            let new = self.hasher.encode(password)?;
            // If another one is stored by now, a parallel log-in or a change of the password was faster.
            repository.replace_password(user.id, stored, &new)?;
        }
        Ok(())
    }
}

/// The user of this name. No name has a NUL, and PostgreSQL does not take one.
fn find(
    username: &str,
    repository: &dyn Repository,
) -> Result<Option<(User, PasswordHash)>, RepositoryError> {
    if username.contains('\0') {
        return Ok(None);
    }
    repository.find_password(username)
}
