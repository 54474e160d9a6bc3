//! Log-in by name and password, as Django's `ModelBackend` does it.

use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use profiled_domain::{
    Group, Holder, HolderQuery, PasswordHash, ProfileDepth, Repository, User, UserId, UserProfile,
};

use super::hasher::PasswordHasher;
use super::remembered::Proof;
use crate::audit::{Action, Actor, AuditOutcome, Object, PendingRecord, Reason, Record};
use crate::progress::{NewHash, Progress};
use crate::settings::UsernameField;
use crate::throttle::{LoginPermit, Throttle, ThrottleError};

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
    /// Ends in [`ThrottleError::Throttled`] after too many failures, [`ThrottleError::Repository`] when failures cannot
    /// be counted. Nothing is written unless a hash is replaced, or failures are counted in a database.
    pub fn claim(
        &self,
        attempt: &PasswordCredentials<'_>,
    ) -> Progress<Result<LoginOutcome, ThrottleError>> {
        let claim = self.begin(attempt, ProfileDepth::Account, false);
        claim.then(|judged| Progress::Done(judged.map(|(outcome, _)| outcome)))
    }

    /// The same for a client that sends the pair with every request, with the groups of an accepted user at this
    /// depth. The user is looked up each time, and hashed is only what was not right lately (ADR 0040).
    pub(crate) fn claim_repeated(
        &self,
        attempt: &PasswordCredentials<'_>,
        depth: ProfileDepth,
    ) -> Login {
        self.begin(attempt, depth, true)
    }

    fn begin(
        &self,
        attempt: &PasswordCredentials<'_>,
        depth: ProfileDepth,
        is_repeated: bool,
    ) -> Login {
        let (address, now) = (attempt.client_address, attempt.now);
        let record = Record::new(Action::Login, Actor::Anonymous).address(address);
        let attempt = Attempt {
            login: self.clone(),
            username: attempt.username.to_owned(),
            password: attempt.password.to_owned(),
            address,
            now,
            is_repeated,
            record: record.pending(),
            reason: Reason::UnknownUser,
        };
        let throttle = &self.throttle;
        let permit = throttle.claim_login_attempt(&attempt.username, address, now);
        permit.then(move |permit| match permit {
            Ok(permit) => attempt.find(depth, permit),
            Err(error) => attempt.end(Err(error)),
        })
    }

    /// Judges a username and a password on this thread, as [`Self::claim`].
    ///
    /// # Errors
    /// As [`Self::claim`] ends; [`ThrottleError::Repository`] also when the user cannot be looked up.
    pub fn check(
        &self,
        attempt: &PasswordCredentials<'_>,
        repository: &dyn Repository,
    ) -> Result<LoginOutcome, ThrottleError> {
        self.claim(attempt).resolve(repository)?
    }
}

/// A log-in on its way.
type Login = Progress<Result<Judged, ThrottleError>>;

/// What came of it, with the groups of an accepted user.
type Judged = (LoginOutcome, Vec<Group>);

/// What is found of a user.
type Account = (UserProfile, PasswordHash);

/// What a log-in takes from step to step.
struct Attempt {
    login: PasswordLogin,
    username: String,
    password: String,
    address: IpAddr,
    now: DateTime<Utc>,
    /// Whether the client sends the pair with every request.
    is_repeated: bool,
    /// The line of the audit trail. A name that no user has is left out: people type their passwords there.
    record: PendingRecord,
    /// Why a wrong password is one.
    reason: Reason,
}

impl Attempt {
    /// Looks the user of this name up. No name has a NUL, and PostgreSQL does not take one.
    fn find(self, depth: ProfileDepth, permit: LoginPermit) -> Login {
        if self.username.contains('\0') {
            return self.hash(permit, None);
        }
        let query = HolderQuery::Account(self.login.field.lookup(&self.username));
        Progress::find(query, depth, |found| {
            let account = found.and_then(Holder::into_account);
            self.hash(
                permit,
                account.filter(|(profile, _)| profile.user.deleted_at.is_none()),
            )
        })
    }

    fn hash(mut self, permit: LoginPermit, account: Option<Account>) -> Login {
        if let Some((profile, _)) = &account {
            let user = Object::User(profile.user.id);
            self.record.add(|record| record.on(user));
            self.reason = Reason::WrongPassword;
        }
        let proof = self.proof(account.as_ref());
        match account {
            Some((profile, stored)) if self.is_remembered(&profile.user, proof.as_ref()) => {
                self.accept(profile, stored)
            }
            account => {
                let throttle = &self.login.throttle;
                let claimant =
                    throttle.claimant(&self.username, self.address, &self.password, self.now);
                let work = move || self.take_turn(permit, account, proof);
                Progress::Hash(Box::new(claimant), Box::new(work))
            }
        }
    }

    /// What the password is remembered by, if it is.
    fn proof(&self, account: Option<&Account>) -> Option<Proof> {
        let known = account.map(|(profile, stored)| (&*profile.user, stored));
        let remembered = self.login.hasher.remembered();
        self.is_repeated
            .then(|| remembered.proof(known, &self.password))
    }

    fn is_remembered(&self, user: &User, proof: Option<&Proof>) -> bool {
        let remembered = self.login.hasher.remembered();
        let is_known = |proof| remembered.knows(user.id, proof, self.now);
        user.is_active && proof.is_some_and(is_known)
    }

    /// Hashes, unless others who came at the same time have made that needless meanwhile: they have failed too often,
    /// or have had the same pair found right.
    fn take_turn(
        self,
        permit: LoginPermit,
        account: Option<Account>,
        proof: Option<Proof>,
    ) -> Login {
        if let Err(error) = permit.confirm() {
            return self.end(Err(error));
        }
        match account {
            Some((profile, stored)) if self.is_remembered(&profile.user, proof.as_ref()) => {
                self.accept(profile, stored)
            }
            account => self.judge(permit, account, proof),
        }
    }

    fn judge(self, permit: LoginPermit, account: Option<Account>, proof: Option<Proof>) -> Login {
        let (stored, is_active) = match &account {
            Some((profile, stored)) => (Some(stored), profile.user.is_active),
            None => (None, false),
        };
        let hasher = &self.login.hasher;
        let is_match = hasher.judge(&self.password, stored, is_active);
        match account.filter(|_| is_match) {
            None => self.refuse(permit, LoginOutcome::WrongCredentials),
            Some((profile, _)) if !is_active => {
                self.refuse(permit, LoginOutcome::Inactive(*profile.user))
            }
            Some((profile, stored)) => {
                permit.succeeded();
                // A hash that is replaced now is another one next time.
                if let Some(proof) = proof.filter(|_| !hasher.must_update(&stored)) {
                    let remembered = hasher.remembered();
                    remembered.remember(profile.user.id, proof, self.now);
                }
                self.accept(profile, stored)
            }
        }
    }

    /// Counts the failure.
    fn refuse(self, permit: LoginPermit, outcome: LoginOutcome) -> Login {
        permit.claim_failed().then(move |counted| {
            let judged = counted.map(|()| (outcome, Vec::new()));
            self.end(judged.map_err(ThrottleError::from))
        })
    }

    /// Brings the stored hash up to date. The log-in is recorded before: it succeeds whatever comes of that.
    fn accept(self, profile: UserProfile, old: PasswordHash) -> Login {
        let user = profile.user.id;
        let hasher = &self.login.hasher;
        let new = hasher
            .must_update(&old)
            .then(|| hasher.encode(&self.password));
        let judged = self.end(Ok((LoginOutcome::Accepted(*profile.user), profile.groups)));
        match new {
            None => judged,
            Some(Ok(new)) => Progress::replace_hash(NewHash { user, old, new }, move |replaced| {
                if let Err(error) = replaced {
                    warn(user, &*error);
                }
                judged
            }),
            Some(Err(error)) => {
                warn(user, &error);
                judged
            }
        }
    }

    /// Writes the line of the audit trail.
    fn end(self, result: Result<Judged, ThrottleError>) -> Login {
        let (actor, outcome) = match &result {
            Ok((LoginOutcome::Accepted(user), _)) => {
                (Actor::by_password(user.id), AuditOutcome::Done)
            }
            Ok((LoginOutcome::Inactive(_), _)) => {
                (Actor::Anonymous, AuditOutcome::Refused(Reason::Inactive))
            }
            Ok((LoginOutcome::WrongCredentials, _)) => {
                (Actor::Anonymous, AuditOutcome::Refused(self.reason))
            }
            Err(error) => (Actor::Anonymous, AuditOutcome::from(error)),
        };
        let throttle = &self.login.throttle;
        let (refusal, account) = match outcome {
            AuditOutcome::Done => (None, None),
            AuditOutcome::Refused(reason) => {
                (Some(reason.as_str()), throttle.told_account(&self.username))
            }
            AuditOutcome::Unchanged | AuditOutcome::Failed => (Some("unavailable"), None),
        };
        throttle.tally().log_in(self.is_repeated, refusal);
        if matches!(result, Err(ThrottleError::Throttled(_))) {
            throttle.tally().throttle_log_in();
        }
        self.record.end().by(actor).account(account).write(outcome);
        Progress::Done(result)
    }
}

fn warn(user: UserId, error: &(dyn Error + 'static)) {
    tracing::warn!(user = user.0, error, "password hash not upgraded");
}
