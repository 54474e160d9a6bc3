//! What the service asks of its storage about users.

use super::error::{RepositoryError, UniqueKey};
use crate::{
    NewUser, NumberedPage, Page, PageRequest, Precondition, ProfileChange, User, UserId,
    UserLookup, UserProfile, WriteContext,
};

/// What a storage that answers is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageMode {
    /// Everything, as far as it tells.
    ReadWrite,
    /// It says that it takes no changes, as a standby does.
    ReadOnly,
}

/// Values that only one user may hold; `None` is not looked for.
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
    /// Whether no value is looked for.
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

/// Users.
pub trait UserRepository: Send + Sync {
    /// The user that an operator names.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_user(&self, key: &UserLookup) -> Result<Option<User>, RepositoryError>;

    /// The primary key that a user had in an imported database ([`UserLookup::ExternalId`]), which becomes `new` where
    /// there is none. `None` if there is no such user.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage, and if another user has `new`.
    fn ensure_external_id(&self, id: UserId, new: &str) -> Result<Option<String>, RepositoryError>;

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

    /// Creates a user, who joins at the time of the write.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken username, e-mail address or mobile number.
    fn create_user(&self, user: &NewUser, by: WriteContext<'_>) -> Result<User, RepositoryError>;

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
        by: WriteContext<'_>,
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

    /// Returns when the database answers, and has room for what is written to it.
    ///
    /// # Errors
    /// [`RepositoryError::Unavailable`] when it cannot.
    fn ping(&self) -> Result<StorageMode, RepositoryError>;
}
