//! Who acts, and on what.

use std::fmt;

use profiled_domain::{
    CredentialRef, GroupId, Membership, OrganizationId, TeamId, TokenId, UserId,
};

use crate::authenticator::Identity;
use crate::scheme::Scheme;

/// Bytes that are kept of an id that another service has made.
const LONGEST_ID: usize = 128;

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
    /// A caller without a credential.
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

    pub(super) fn kind(&self) -> &'static str {
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
            (Scheme::Bearer, _, CredentialRef::Jwt(jti)) => Object::Jwt(jti.clone()).to_string(),
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

/// Id and user of a token under a good signature. They are no proof of anything else: the token may have
/// expired, or be revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JwtIdentity {
    /// The id as it is remembered.
    pub jti: String,
    /// The user whom it names by id.
    pub user: Option<UserId>,
}
