//! Log-in by name and password, as Django's `ModelBackend` does it.

use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use profiled_domain::repository::BoxError;
use profiled_domain::{PasswordHash, Repository, RepositoryError, User, UserId};

use super::digest::token_digest;
use super::hasher::PasswordHasher;
use crate::audit::{Action, Actor, AuditOutcome, Object, Reason, Record};
use crate::settings::UsernameField;
use crate::throttle::{Throttle, ThrottleError};

/// Checks usernames and passwords, and brings old hashes up to date.
#[derive(Clone)]
pub struct PasswordLogin {
    hasher: Arc<PasswordHasher>,
    throttle: Arc<Throttle>,
    field: UsernameField,
}

/// A username and a password to be verified. It has no `Debug`: it holds credentials.
#[derive(Clone, Copy)]
pub struct PasswordCredentials<'a> {
    /// As it is looked up: the username, or what `auth.username_field` has in its place.
    pub username: &'a str,
    /// As it is hashed.
    pub password: &'a str,
    /// Address that failures are counted under: one that the client cannot choose.
    pub client_address: IpAddr,
    /// The moment of the request.
    pub now: DateTime<Utc>,
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
    /// A log-in over a hasher, which is asked only as often as the limit on failures allows.
    #[must_use]
    pub fn new(hasher: Arc<PasswordHasher>, throttle: Arc<Throttle>) -> Self {
        Self {
            hasher,
            throttle,
            field: UsernameField::Username,
        }
    }

    /// The same, with names that are looked up by `field`.
    #[must_use]
    pub fn by(self, field: UsernameField) -> Self {
        Self { field, ..self }
    }

    /// The name under which failures of a user are counted.
    #[must_use]
    pub fn account(&self, user: &User) -> String {
        let name = self.field.of(&user.person);
        name.map_or_else(|| user.id.to_string(), str::to_owned)
    }

    /// Judges a username and a password. Both are compared as they are, with case.
    ///
    /// Whoever has failed too often is refused before anything is looked up or hashed. Every outcome but
    /// [`LoginOutcome::Accepted`] is a failure.
    ///
    /// Whoever is not accepted has waited for one hash of the costliest kind, whatever the reason. The
    /// hash of an accepted user is replaced if [`PasswordHasher::must_update`] says so; no other
    /// credential of the user ends by that, and a replacement that fails is logged, for the password was
    /// right all the same.
    ///
    /// # Errors
    /// [`ThrottleError::Throttled`] after too many failures, [`ThrottleError::Repository`] when the user
    /// cannot be looked up or failures cannot be counted.
    pub fn check(
        &self,
        attempt: &PasswordCredentials<'_>,
        repository: &dyn Repository,
    ) -> Result<LoginOutcome, ThrottleError> {
        let mut known = None;
        let result = self.count(attempt, repository, &mut known);
        record(attempt, known, &result);
        result
    }

    /// `known` becomes the user of that name, if there is one.
    fn count(
        &self,
        attempt: &PasswordCredentials<'_>,
        repository: &dyn Repository,
        known: &mut Option<UserId>,
    ) -> Result<LoginOutcome, ThrottleError> {
        let (username, address) = (attempt.username, attempt.client_address);
        let counted = self
            .throttle
            .login_attempt(username, address, attempt.now)?;
        let outcome = self.judge(username, attempt.password, repository, known)?;
        if !matches!(outcome, LoginOutcome::Accepted(_)) {
            counted.failed()?;
        }
        Ok(outcome)
    }

    fn judge(
        &self,
        username: &str,
        password: &str,
        repository: &dyn Repository,
        known: &mut Option<UserId>,
    ) -> Result<LoginOutcome, RepositoryError> {
        let found = self.find(username, repository)?;
        *known = found.as_ref().map(|(user, _)| user.id);
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

    /// The user of this name. No name has a NUL, and PostgreSQL does not take one.
    fn find(
        &self,
        name: &str,
        repository: &dyn Repository,
    ) -> Result<Option<(User, PasswordHash)>, RepositoryError> {
        if name.contains('\0') {
            return Ok(None);
        }
        repository.find_user_with_password(&self.field.lookup(name))
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
            repository.replace_password_hash(user.id, stored, &new, &token_digest(stored))?;
        }
        Ok(())
    }
}

/// Writes the line of the audit trail. A name that no user has is left out: people type their passwords there.
fn record(
    attempt: &PasswordCredentials<'_>,
    known: Option<UserId>,
    result: &Result<LoginOutcome, ThrottleError>,
) {
    let refused = AuditOutcome::Refused;
    let (actor, outcome) = match result {
        Ok(LoginOutcome::Accepted(user)) => (Actor::by_password(user.id), AuditOutcome::Done),
        Ok(LoginOutcome::Inactive(_)) => (Actor::Anonymous, refused(Reason::Inactive)),
        Ok(LoginOutcome::WrongCredentials) => {
            let reason = known.map_or(Reason::UnknownUser, |_| Reason::WrongPassword);
            (Actor::Anonymous, refused(reason))
        }
        Err(error) => (Actor::Anonymous, AuditOutcome::from(error)),
    };
    let record = Record::new(Action::Login, actor).address(attempt.client_address);
    let record = match known {
        Some(user) => record.on(Object::User(user)),
        None => record,
    };
    record.write(outcome);
}
