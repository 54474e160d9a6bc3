//! The audit trail: one line for each change of somebody's account, rights, credentials or keys, and for each
//! log-in, right or wrong. Lines go to the log target [`AUDIT`]; the subscriber adds the time. The fields are an
//! interface: `docs/OPERATIONS.md` lists them. No value of a field and no secret is ever among them.

mod words;

use std::fmt::{self, Write};
use std::net::IpAddr;

use profiled_domain::{
    AccountChange, GroupId, Keep, Lapse, Membership, OrganizationId, RepositoryError, TeamId,
    TokenId, UserId,
};

use crate::ThrottleError;
use crate::authenticator::{Identity, Scheme};
use crate::jwt::{RefreshError, TokenName};

pub use words::{Action, Reason};

/// The log target of the trail.
pub const AUDIT: &str = "audit";

/// So many bytes of an id that somebody else has made are kept.
const LONGEST_ID: usize = 128;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// It was like that already.
    Unchanged,
    /// It was refused.
    Refused(Reason),
    /// It did not work, for a reason that lies with the service.
    Failed,
}

impl Outcome {
    /// What a storage means by `true` and `false`.
    #[must_use]
    pub fn of_change(is_changed: &bool) -> Self {
        if *is_changed {
            Self::Done
        } else {
            Self::Unchanged
        }
    }

    /// What a storage means by a value, and by none for want of the object.
    #[must_use]
    pub fn of_found<T>(found: &Option<T>) -> Self {
        Self::of_object(&found.is_some())
    }

    /// What a storage means by them where `false` is for want of the object.
    #[must_use]
    pub fn of_object(is_there: &bool) -> Self {
        if *is_there {
            Self::Done
        } else {
            Self::Refused(Reason::Missing)
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "unchanged",
            Self::Refused(_) => "refused",
            Self::Failed => "failed",
        }
    }

    fn reason(self) -> Option<Reason> {
        match self {
            Self::Refused(reason) => Some(reason),
            Self::Done | Self::Unchanged | Self::Failed => None,
        }
    }
}

impl From<&RepositoryError> for Outcome {
    fn from(error: &RepositoryError) -> Self {
        match error {
            RepositoryError::Conflict(_) => Self::Refused(Reason::Conflict),
            RepositoryError::Missing(_) => Self::Refused(Reason::Missing),
            RepositoryError::Stale => Self::Refused(Reason::Stale),
            RepositoryError::Lapsed(Lapse::Right) => Self::Refused(Reason::Forbidden),
            RepositoryError::Lapsed(Lapse::Credential | Lapse::Account) => {
                Self::Refused(Reason::Unauthenticated)
            }
            RepositoryError::Inconsistent { .. }
            | RepositoryError::Unavailable(_)
            | RepositoryError::Failed(_) => Self::Failed,
        }
    }
}

impl From<&ThrottleError> for Outcome {
    fn from(error: &ThrottleError) -> Self {
        match error {
            ThrottleError::Throttled(_) => Self::Refused(Reason::Throttled),
            ThrottleError::Repository(error) => error.into(),
        }
    }
}

impl From<&RefreshError> for Outcome {
    fn from(error: &RefreshError) -> Self {
        match error {
            RefreshError::Token(fault) => Self::Refused((*fault).into()),
            RefreshError::NoActiveAccount => Self::Refused(Reason::Inactive),
            RefreshError::PasswordChanged => Self::Refused(Reason::Revoked),
            RefreshError::NoSigningKey(_) => Self::Failed,
            RefreshError::Repository(error) => error.into(),
        }
    }
}

impl From<AccountChange> for Outcome {
    fn from(change: AccountChange) -> Self {
        match change {
            AccountChange::Done => Self::Done,
            AccountChange::Unchanged => Self::Unchanged,
            AccountChange::Missing => Self::Refused(Reason::Missing),
            AccountChange::LastSuperuser => Self::Refused(Reason::LastSuperuser),
        }
    }
}

/// Who does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A user.
    User {
        /// Which one.
        id: UserId,
        /// The credential that was shown: `token:17`, `session:18`, `jwt:` and the token's `jti`, `basic` or
        /// `password`. Names it, and is none.
        credential: String,
    },
    /// Whoever may run commands on the machine.
    Operator,
    /// Somebody who has shown no credential.
    Anonymous,
    /// The service itself.
    Service,
}

impl Actor {
    /// A user who has just shown username and password.
    #[must_use]
    pub fn by_password(id: UserId) -> Self {
        let credential = "password".to_owned();
        Self::User { id, credential }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::User { .. } => "user",
            Self::Operator => "operator",
            Self::Anonymous => "anonymous",
            Self::Service => "service",
        }
    }
}

impl From<&Identity> for Actor {
    fn from(identity: &Identity) -> Self {
        let token = identity.token.as_ref().map(|token| token.id.0);
        let credential = match (identity.scheme, token, &identity.keep) {
            (Scheme::Token, Some(id), _) => format!("token:{id}"),
            (Scheme::Session, Some(id), _) => format!("session:{id}"),
            (Scheme::Bearer, _, Keep::Jwt(jti)) => Object::Jwt(jti.clone()).to_string(),
            (Scheme::Bearer, ..) => "jwt".to_owned(),
            (scheme, ..) => scheme.as_str().to_ascii_lowercase(),
        };
        let id = identity.profile.user.id;
        Self::User { id, credential }
    }
}

/// What it is done to, shown as kind and id: `user:5`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// A user.
    User(UserId),
    /// A group.
    Group(GroupId),
    /// An organization.
    Organization(OrganizationId),
    /// A team.
    Team(TeamId),
    /// An opaque token, or the log-in of a cookie.
    Token(TokenId),
    /// A JSON Web Token, by its `jti`.
    Jwt(String),
    /// A signing key, by its `kid`.
    Key(String),
    /// A foreign issuer, by its `iss`.
    Issuer(String),
}

impl From<Membership> for Object {
    fn from(membership: Membership) -> Self {
        match membership {
            Membership::OrganizationUser(id) | Membership::OrganizationAdmin(id) => {
                Self::Organization(id)
            }
            Membership::TeamUser(id) => Self::Team(id),
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(id) => write!(f, "user:{id}"),
            Self::Group(id) => write!(f, "group:{id}"),
            Self::Organization(id) => write!(f, "organization:{id}"),
            Self::Team(id) => write!(f, "team:{id}"),
            Self::Token(id) => write!(f, "token:{}", id.0),
            Self::Jwt(id) => write!(f, "jwt:{}", kept(id)),
            Self::Key(id) => write!(f, "key:{}", kept(id)),
            Self::Issuer(id) => write!(f, "issuer:{}", kept(id)),
        }
    }
}

fn kept(id: &str) -> &str {
    id.get(..id.floor_char_boundary(LONGEST_ID)).unwrap_or(id)
}

/// One line of the trail, before it is written.
#[derive(Clone, Debug)]
#[must_use = "nothing is told before `write`"]
pub struct Record {
    action: Action,
    actor: Actor,
    object: Option<Object>,
    user: Option<UserId>,
    fields: String,
    made: String,
    counts: String,
    address: Option<IpAddr>,
}

impl Record {
    /// What somebody does.
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
        }
    }

    /// To what. Left out for what was not found, or never came to be.
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
    pub fn on_jwt(self, name: Option<TokenName>) -> Self {
        let Some(TokenName { jti, user }) = name else {
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

    /// A JSON Web Token that was made beside the object.
    pub fn made(mut self, name: Option<TokenName>) -> Self {
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

    /// Writes the line for what has come of it, and hands that on. To be called where the work is done, since
    /// whoever has asked for it may not wait for the end.
    ///
    /// # Errors
    /// That of `result`.
    pub fn tell<T, E>(
        self,
        result: Result<T, E>,
        outcome: impl FnOnce(&T) -> Outcome,
    ) -> Result<T, E>
    where
        for<'a> Outcome: From<&'a E>,
    {
        self.write(result.as_ref().map_or_else(Outcome::from, outcome));
        result
    }

    /// The same for what becomes known only with a result: `complete` adds it.
    ///
    /// # Errors
    /// That of `result`.
    pub fn tell_made<T, E>(
        self,
        result: Result<T, E>,
        complete: impl FnOnce(Self, &T) -> Self,
    ) -> Result<T, E>
    where
        for<'a> Outcome: From<&'a E>,
    {
        let record = match &result {
            Ok(made) => complete(self, made),
            Err(_) => self,
        };
        record.tell(result, |_| Outcome::Done)
    }

    /// Writes the line.
    pub fn write(self, outcome: Outcome) {
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
        );
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
