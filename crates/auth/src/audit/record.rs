//! One line of the trail.

use std::fmt::{self, Write};
use std::net::IpAddr;

use profiled_domain::UserId;

use super::AUDIT;
use super::actor::{Actor, JwtIdentity, Object};
use super::outcome::AuditOutcome;
use super::words::{Action, Reason};

/// One line of the trail, before it is written.
#[derive(Clone, Debug)]
#[must_use = "nothing is logged before `write`"]
pub struct Record {
    action: Action,
    actor: Actor,
    object: Option<Object>,
    user: Option<UserId>,
    fields: String,
    made: String,
    counts: String,
    address: Option<IpAddr>,
    account: Option<String>,
}

impl Record {
    /// An action of an actor.
    pub fn new(action: Action, actor: Actor) -> Self {
        Self {
            action,
            actor,
            object: None,
            user: None,
            fields: String::new(),
            made: String::new(),
            counts: String::new(),
            address: None,
            account: None,
        }
    }

    /// The same of another actor.
    pub fn by(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    /// The object. Left out where it was not found or not made.
    pub fn on(mut self, object: impl Into<Object>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// The user concerned, where the object is none: the member of a membership, the owner of a token.
    pub fn for_user(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }

    /// A JSON Web Token of ours, and whom it names, as far as its signature vouches for that.
    pub fn on_jwt(self, name: Option<JwtIdentity>) -> Self {
        let Some(JwtIdentity { jti, user }) = name else {
            return self;
        };
        let user = user.or(self.user);
        let record = self.on(Object::Jwt(jti));
        Self { user, ..record }
    }

    /// Names of the fields that are changed, as storage knows them. Never their values.
    pub fn fields(mut self, names: impl IntoIterator<Item = &'static str>) -> Self {
        for name in names {
            append(&mut self.fields, &name);
        }
        self
    }

    /// A JSON Web Token that was made in addition to the object.
    pub fn with_token(mut self, name: Option<JwtIdentity>) -> Self {
        if let Some(name) = name {
            append(&mut self.made, &Object::Jwt(name.jti));
        }
        self
    }

    /// How many rows of a kind were changed, where one line stands for many.
    pub fn count(mut self, kind: &'static str, rows: impl fmt::Display) -> Self {
        append(&mut self.counts, &format_args!("{kind}={rows}"));
        self
    }

    /// The address of the client: one that it cannot choose.
    pub fn address(mut self, address: IpAddr) -> Self {
        self.address = Some(address);
        self
    }

    /// The account that nobody has logged in to, as it may be told.
    pub(crate) fn account(self, account: Option<String>) -> Self {
        Self { account, ..self }
    }

    /// Writes the line for what has come of it, and hands that on. To be called where the work is done, since
    /// whoever has asked for it may not wait for the end.
    ///
    /// # Errors
    /// That of `result`.
    pub fn log<T, E>(
        self,
        result: Result<T, E>,
        outcome: impl FnOnce(&T) -> AuditOutcome,
    ) -> Result<T, E>
    where
        for<'a> AuditOutcome: From<&'a E>,
    {
        self.write(result.as_ref().map_or_else(AuditOutcome::from, outcome));
        result
    }

    /// The same for what becomes known only with a result: `complete` adds it.
    ///
    /// # Errors
    /// That of `result`.
    pub fn log_created<T, E>(
        self,
        result: Result<T, E>,
        complete: impl FnOnce(Self, &T) -> Self,
    ) -> Result<T, E>
    where
        for<'a> AuditOutcome: From<&'a E>,
    {
        let record = match &result {
            Ok(made) => complete(self, made),
            Err(_) => self,
        };
        record.log(result, |_| AuditOutcome::Done)
    }

    /// Says that the work failed, unless it comes to an end that says otherwise.
    pub fn pending(self) -> PendingRecord {
        PendingRecord {
            record: self,
            is_ended: false,
        }
    }

    /// Writes the line.
    pub fn write(self, outcome: AuditOutcome) {
        let (actor, credential) = match &self.actor {
            Actor::User { id, credential } => (Some(id.0), Some(credential.as_str())),
            Actor::Operator | Actor::Anonymous | Actor::Service => (None, None),
        };
        tracing::info!(
            target: AUDIT,
            action = self.action.as_str(),
            outcome = outcome.as_str(),
            reason = outcome.reason().map(Reason::as_str),
            actor_kind = self.actor.kind(),
            actor,
            credential,
            object = self.object.map(|object| object.to_string()),
            user = self.user.map(|user| user.0),
            fields = some(&self.fields),
            made = some(&self.made),
            counts = some(&self.counts),
            address = self.address.map(|address| address.to_string()),
            account = self.account,
        );
    }
}

/// The record of work in steps, any of which may fail, or never be taken: when it is dropped, it says so.
#[derive(Debug)]
#[must_use = "it says that the work failed"]
pub struct PendingRecord {
    record: Record,
    is_ended: bool,
}

impl PendingRecord {
    /// Adds what has become known.
    pub fn add(&mut self, add: impl FnOnce(Record) -> Record) {
        self.record = add(self.record.clone());
    }

    /// The record, to be written.
    pub fn end(mut self) -> Record {
        self.is_ended = true;
        self.record.clone()
    }
}

impl Drop for PendingRecord {
    fn drop(&mut self) {
        if !self.is_ended {
            self.record.clone().write(AuditOutcome::Failed);
        }
    }
}

fn append(list: &mut String, item: &dyn fmt::Display) {
    let separator = if list.is_empty() { "" } else { "," };
    // Writing to a String cannot fail.
    let _ = write!(list, "{separator}{item}");
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
