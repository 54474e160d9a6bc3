//! What the service asks of its storage.
//!
//! The traits are synchronous on purpose (diesel is), object safe, and split by aggregate. Absence is
//! `Ok(None)`; an outage is [`RepositoryError::Unavailable`]; a stored row that breaks a rule is
//! [`RepositoryError::Inconsistent`], never "not found". One method is one use case and one
//! transaction.

use std::error::Error;
use std::fmt;

use chrono::{DateTime, Utc};

use crate::{
    Group, GroupId, Keep, MediaRepository, NewGroup, NewToken, NewUser, Page, PageRequest,
    PasswordHash, Precondition, ProfileChange, RefreshToken, RefreshTokenState, Rotation,
    RotationOutcome, Token, TokenDigest, TokenHolder, TokenId, User, UserId, UserKey, UserProfile,
};

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

    /// Creates a user who joins `now`.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken username, e-mail address or mobile number.
    fn create_user(&self, user: &NewUser, now: DateTime<Utc>) -> Result<User, RepositoryError>;

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

/// Opaque tokens and passwords.
pub trait CredentialRepository: Send + Sync {
    /// The holder of a token, active or not, in at most two statements.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_token(
        &self,
        digest: &TokenDigest,
        detail: Detail,
    ) -> Result<Option<TokenHolder>, RepositoryError>;

    /// The user of this name with the stored password, for verification.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_password(
        &self,
        username: &str,
    ) -> Result<Option<(User, PasswordHash)>, RepositoryError>;

    /// The stored password of a user, for the verification of `current_password`.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_password_by_id(&self, user: UserId) -> Result<Option<PasswordHash>, RepositoryError>;

    /// Writes another hash of the same password, if the stored one is still `old`; `false` if it is not.
    /// No credential ends by that.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn replace_password(
        &self,
        user: UserId,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Result<bool, RepositoryError>;

    /// Changes the password and revokes every other credential of the user in the same transaction
    /// (`decisions.md` 10), but the one that the change was asked with. `false` if there is no such user.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn set_password(
        &self,
        user: UserId,
        password: &PasswordHash,
        keep: &Keep,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError>;

    /// Notes that the user has logged in `now`; nothing happens to one who does not exist.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn record_login(&self, user: UserId, now: DateTime<Utc>) -> Result<(), RepositoryError>;

    /// The profile of a user with the stored password, active or not, in at most two statements: for
    /// tokens that name the user otherwise than by id, or that end with the password.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_account(
        &self,
        key: &UserKey,
        detail: Detail,
    ) -> Result<Option<(UserProfile, PasswordHash)>, RepositoryError>;

    /// Ends all credentials of a user but one, opaque tokens and JSON Web Tokens, in one transaction;
    /// `false` if there is no such user.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn revoke_credentials(
        &self,
        user: UserId,
        keep: &Keep,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError>;

    /// Stores a token.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] if the owner does not exist, or the epoch that the token is for has
    /// ended; [`RepositoryError::Conflict`] if the digest is stored already.
    fn issue_token(&self, token: &NewToken) -> Result<TokenId, RepositoryError>;

    /// The tokens of a user by ascending id.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn list_tokens(&self, owner: UserId) -> Result<Vec<Token>, RepositoryError>;

    /// Deletes a token; `false` if there is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn revoke_token(&self, id: TokenId) -> Result<bool, RepositoryError>;

    /// Moves the expiry of a sliding token on; a token that is gone, or that has expired by `now`,
    /// stays so.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn extend_token(
        &self,
        id: TokenId,
        expires_at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError>;
}

/// Refresh tokens that were rotated or blacklisted.
pub trait RefreshTokenRepository: Send + Sync {
    /// What has become of a token, in one statement; `None` if nothing has.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_refresh_token(&self, jti: &str) -> Result<Option<RefreshTokenState>, RepositoryError>;

    /// Blacklists a token; `false` if it is already.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn blacklist_refresh_token(
        &self,
        token: &RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError>;

    /// Exchanges a token for the next one, in one transaction. Exchanges of one family wait for each
    /// other. A token that is not known yet begins a family.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] if the user does not exist.
    fn rotate_refresh_token(
        &self,
        rotation: &Rotation,
        now: DateTime<Utc>,
    ) -> Result<RotationOutcome, RepositoryError>;

    /// Revokes the family of a token with all its tokens; `false` if it has none, or is already.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn revoke_family(&self, jti: &str, now: DateTime<Utc>) -> Result<bool, RepositoryError>;

    /// Forgets at most `limit` tokens, and as many families, that have expired by `now`. Returns how
    /// many were forgotten. Every other write of this trait forgets a few as well.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn prune_refresh_tokens(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError>;
}

/// What came of a change of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// It is done.
    Done,
    /// The account was like that already.
    Unchanged,
    /// There is no such account, or it is deleted (for a restoration: is not).
    Missing,
    /// Nobody would be left who may do everything: refused.
    LastSuperuser,
}

/// The life of accounts (`decisions.md` 11). A deleted account is kept for a while, and then erased.
pub trait AccountRepository: Send + Sync {
    /// Takes the right to log in away. Every credential is void from the commit on.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn deactivate(&self, id: UserId) -> Result<AccountChange, RepositoryError>;

    /// Gives the right to log in back, and ends what was given out before.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn activate(&self, id: UserId, now: DateTime<Utc>) -> Result<AccountChange, RepositoryError>;

    /// Deletes an account: it cannot log in, its username, e-mail address and mobile number are free at
    /// once, and it is in no group. The row stays until it is [erased](Self::erase_accounts).
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn delete_account(
        &self,
        id: UserId,
        now: DateTime<Utc>,
    ) -> Result<AccountChange, RepositoryError>;

    /// Brings a deleted account back with what it held, but without credentials.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] if somebody else holds one of its values by now.
    fn restore_account(
        &self,
        id: UserId,
        now: DateTime<Utc>,
    ) -> Result<AccountChange, RepositoryError>;

    /// Erases at most `limit` of the accounts that were deleted at `deleted_until` or before, the oldest
    /// first, and tells which.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn erase_accounts(
        &self,
        deleted_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<UserId>, RepositoryError>;
}

/// Groups and their members.
pub trait GroupRepository: Send + Sync {
    /// The group of this name.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_group(&self, name: &str) -> Result<Option<Group>, RepositoryError>;

    /// Creates an empty group.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken name.
    fn create_group(&self, group: &NewGroup, now: DateTime<Utc>) -> Result<Group, RepositoryError>;

    /// Adds a member; `false` if it is one already.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] if the group or the user does not exist.
    fn add_member(&self, group: GroupId, user: UserId) -> Result<bool, RepositoryError>;

    /// Removes a member; `false` if it is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn remove_member(&self, group: GroupId, user: UserId) -> Result<bool, RepositoryError>;
}

/// Organizations and teams.
pub trait DirectoryRepository: Send + Sync {
    /// Whether the user administers an organization.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn is_organization_admin(&self, user: UserId) -> Result<bool, RepositoryError>;
}

/// Everything that the service stores.
pub trait Repository:
    AccountRepository
    + UserRepository
    + CredentialRepository
    + RefreshTokenRepository
    + GroupRepository
    + DirectoryRepository
    + MediaRepository
{
}

impl<T> Repository for T where
    T: AccountRepository
        + UserRepository
        + CredentialRepository
        + RefreshTokenRepository
        + GroupRepository
        + DirectoryRepository
        + MediaRepository
{
}
