//! What the service asks of its storage.
//!
//! The traits are synchronous on purpose (diesel is), object safe, and split by aggregate. Absence is
//! `Ok(None)`; an outage is [`RepositoryError::Unavailable`]; a stored row that breaks a rule is
//! [`RepositoryError::Inconsistent`], never "not found". One method is one use case and one
//! transaction.
//!
//! A write that a caller may ask for takes `by`: the caller's [`Authority`], which has to hold in the
//! transaction of the write, or else it fails with [`RepositoryError::Lapsed`]; `None` is an operator.

mod accounts;
mod bindings;
mod credentials;
mod directory;
mod groups;
mod retention;

use std::error::Error;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::{
    Authority, Lapse, MediaRepository, NewUser, NumberedPage, Page, PageRequest, Precondition,
    ProfileChange, User, UserId, UserKey, UserProfile,
};

pub use accounts::{AccountChange, AccountRepository};
pub use bindings::BindingRepository;
pub use credentials::{CredentialRepository, RefreshTokenRepository};
pub use directory::DirectoryRepository;
pub use groups::GroupRepository;
pub use retention::RetentionRepository;

/// Values that storage keeps unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UniqueKey {
    /// A user's username.
    Username,
    /// A user's e-mail address.
    Email,
    /// A user's mobile number.
    MobileNumber,
    /// A group's name.
    GroupName,
    /// A token's digest.
    Token,
    /// An organization's name.
    OrganizationName,
    /// A team's name within its organization.
    TeamName,
}

impl fmt::Display for UniqueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::MobileNumber => "mobile_number",
            Self::GroupName => "group name",
            Self::Token => "token",
            Self::OrganizationName => "organization name",
            Self::TeamName => "team name",
        })
    }
}

/// Values of a user that nobody else may hold; `None` is not asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UniqueValues {
    /// A username.
    pub username: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// A mobile number.
    pub mobile_number: Option<String>,
}

impl UniqueValues {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Those that a user with these values holds.
    pub fn held_by(
        &self,
        username: &Option<String>,
        email: &Option<String>,
        mobile_number: &Option<String>,
    ) -> impl Iterator<Item = UniqueKey> + use<> {
        let is_held =
            |wanted: &Option<String>, held: &Option<String>| wanted.is_some() && wanted == held;
        let pairs = [
            (UniqueKey::Username, is_held(&self.username, username)),
            (UniqueKey::Email, is_held(&self.email, email)),
            (
                UniqueKey::MobileNumber,
                is_held(&self.mobile_number, mobile_number),
            ),
        ];
        pairs
            .into_iter()
            .filter(|(_, held)| *held)
            .map(|(key, _)| key)
    }
}

/// Cause of a storage error, for the log only.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why storage did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// Another row holds the value.
    #[error("{0} is already taken")]
    Conflict(UniqueKey),
    /// A row that the request refers to does not exist.
    #[error("{0} does not exist")]
    Missing(&'static str),
    /// The row is not of the version that the write was made for.
    #[error("the row has changed")]
    Stale,
    /// The right to the write has ended since it was found: nothing is stored.
    #[error("{0}")]
    Lapsed(Lapse),
    /// A stored row breaks a rule of the domain.
    #[error("stored {entity} {id} makes no sense")]
    Inconsistent {
        /// The kind of row.
        entity: &'static str,
        /// Its identifier.
        id: i64,
        /// What is wrong with it.
        #[source]
        source: BoxError,
    },
    /// The database cannot be reached, or no connection came free in time.
    #[error("storage is unavailable")]
    Unavailable(#[source] BoxError),
    /// Anything else.
    #[error("storage failed")]
    Failed(#[source] BoxError),
}

/// How much of a profile to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// The account alone: [`UserProfile::groups`] stays empty.
    Account,
    /// The account and its groups.
    Groups,
}

/// Users and their profiles.
pub trait UserRepository: Send + Sync {
    /// The user that an operator names.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_user(&self, key: &UserKey) -> Result<Option<User>, RepositoryError>;

    /// The profile of a user, active or not, in at most two statements.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_profile(
        &self,
        id: UserId,
        detail: Detail,
    ) -> Result<Option<UserProfile>, RepositoryError>;

    /// Users by ascending id.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn list_users(&self, page: PageRequest) -> Result<Page<User>, RepositoryError>;

    /// Profiles of all users who are not deleted, by ascending id, in at most three statements and as of
    /// one moment. A page that the list does not have is empty.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn list_profiles(&self, page: NumberedPage) -> Result<Page<UserProfile>, RepositoryError>;

    /// Creates a user who joins `now`.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken username, e-mail address or mobile number.
    fn create_user(
        &self,
        user: &NewUser,
        by: Option<&Authority>,
        now: DateTime<Utc>,
    ) -> Result<User, RepositoryError>;

    /// Changes a profile and returns the new one, `None` if there is no such user.
    ///
    /// # Errors
    /// [`RepositoryError::Stale`] if the precondition does not hold, also of an empty change;
    /// [`RepositoryError::Missing`] if the key of the new avatar is not reserved (any more);
    /// [`RepositoryError::Conflict`] for a taken username, e-mail address or mobile number.
    fn update_profile(
        &self,
        id: UserId,
        change: &ProfileChange,
        precondition: &Precondition,
        by: Option<&Authority>,
    ) -> Result<Option<UserProfile>, RepositoryError>;

    /// The values among `wanted` that another user than `own` holds.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_taken(
        &self,
        own: UserId,
        wanted: &UniqueValues,
    ) -> Result<Vec<UniqueKey>, RepositoryError>;

    /// Answers when the database can be asked.
    ///
    /// # Errors
    /// [`RepositoryError::Unavailable`] when it cannot.
    fn ping(&self) -> Result<(), RepositoryError>;
}

/// Everything that the service stores.
pub trait Repository:
    AccountRepository
    + UserRepository
    + CredentialRepository
    + RefreshTokenRepository
    + BindingRepository
    + GroupRepository
    + DirectoryRepository
    + RetentionRepository
    + MediaRepository
{
}

impl<T> Repository for T where
    T: AccountRepository
        + UserRepository
        + CredentialRepository
        + RefreshTokenRepository
        + BindingRepository
        + GroupRepository
        + DirectoryRepository
        + RetentionRepository
        + MediaRepository
{
}
