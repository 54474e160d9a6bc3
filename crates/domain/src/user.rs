//! The account that all dialects describe.

use chrono::{DateTime, Utc};

use crate::{Mailbox, PasswordHash, Person, UserId};

/// By what a user is looked up: id, username, e-mail address or external id.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UserLookup {
    /// The identifier.
    Id(UserId),
    /// The username, compared with case.
    Username(String),
    /// The e-mail address, compared with case.
    Email(String),
    /// The e-mail address as mail compares it, which may be that of one user only.
    Mailbox(Mailbox),
    /// The primary key that the user had in an imported database, where that is no positive number: a UUID, for
    /// one.
    ExternalId(String),
}

/// Which credentials of a user still count (`decisions.md` 10, 11).
///
/// Whatever ends all credentials of a user at once begins a new epoch; what was given out in an earlier
/// one is void, but for the single token that the change itself was made with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialsEpoch {
    /// Counts from 0, and never backwards.
    pub number: i64,
    /// When it began: UTC, microseconds; `None` as long as the first one lasts.
    pub changed_at: Option<DateTime<Utc>>,
    /// `jti` of the JSON Web Token that outlives the change.
    pub kept_jti: Option<String>,
    /// The digest by which tokens know the password, if a log-in has written another hash of it since the
    /// epoch began; `None` as long as that of the stored hash is the only one (`decisions.md` 27).
    pub password_digest: Option<String>,
}

/// An account as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Identifier.
    pub id: UserId,
    /// The attributes of the person.
    pub person: Person,
    /// May authenticate.
    pub is_active: bool,
    /// May use the `drf` dialect.
    pub is_staff: bool,
    /// Has every permission.
    pub is_superuser: bool,
    /// Distinguished name in a directory, `""` for a local account.
    pub ldap_dn: String,
    /// UTC, microseconds.
    pub date_joined: DateTime<Utc>,
    /// UTC, microseconds.
    pub last_login: Option<DateTime<Utc>>,
    /// Counts the changes of what a representation shows, memberships included. Storage keeps it.
    pub version: i64,
    /// Which credentials still count.
    pub credentials: CredentialsEpoch,
    /// Deleted at this moment, and restorable until it is erased. UTC, microseconds.
    pub deleted_at: Option<DateTime<Utc>>,
}

impl User {
    /// An active user of whom nothing else is known, for services that keep less of theirs.
    #[must_use]
    pub fn new(id: UserId, date_joined: DateTime<Utc>) -> Self {
        Self {
            id,
            person: Person::default(),
            is_active: true,
            is_staff: false,
            is_superuser: false,
            ldap_dn: String::new(),
            date_joined,
            last_login: None,
            version: 0,
            credentials: CredentialsEpoch::default(),
            deleted_at: None,
        }
    }

    /// "Staff or Admin" (`decisions.md` 5): either flag is enough.
    #[must_use]
    pub fn is_staff_or_superuser(&self) -> bool {
        self.is_staff || self.is_superuser
    }
}

/// A user to be created. [`NewUser::default`] is active, and nothing else is known of it.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// The attributes of the person.
    pub person: Person,
    /// May authenticate.
    pub is_active: bool,
    /// May use the `drf` dialect.
    pub is_staff: bool,
    /// Has every permission.
    pub is_superuser: bool,
    /// `None` makes the password unusable.
    pub password: Option<PasswordHash>,
}

impl Default for NewUser {
    fn default() -> Self {
        Self {
            person: Person::default(),
            is_active: true,
            is_staff: false,
            is_superuser: false,
            password: None,
        }
    }
}
