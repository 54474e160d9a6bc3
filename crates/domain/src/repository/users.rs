//! What the service asks of its storage about users.

use super::error::{RepositoryError, UniqueKey};
use crate::{
    Case, Comparison, Condition, Field, FieldValue, Lookup, NewUser, NumberedPage, Page,
    PageRequest, Precondition, ProfileChange, TextLookup, User, UserId, UserLookup, UserProfile,
    WriteContext,
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

/// Which profiles are listed: those that all of it holds of. The default holds of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileFilter {
    /// Each occurs in the username, the e-mail address, the given or the family name, whatever its case
    /// ([`Case::Ignored`]).
    pub words: Vec<String>,
    /// Whether the user may log in.
    pub is_active: Option<bool>,
    /// Whether the user may use the `drf` dialect as staff.
    pub is_staff: Option<bool>,
}

impl ProfileFilter {
    /// The fields that words are looked for in.
    const SEARCHED: [Field; 4] = [
        Field::Username,
        Field::Email,
        Field::FirstName,
        Field::LastName,
    ];

    /// Whether it holds of all users.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// All of it but [`Self::is_active`], which no condition can name: conditions are about active users.
    #[must_use]
    pub fn condition(&self) -> Condition {
        let occurs = |word: &String| {
            let test = || Lookup::Text(TextLookup::Contains, word.clone(), Case::Ignored);
            let in_one = Self::SEARCHED.map(|field| Condition::Field(field, test()));
            Condition::Any(in_one.into())
        };
        let mut all: Vec<Condition> = self.words.iter().map(occurs).collect();
        all.extend(self.is_staff.map(|flag| {
            let test = Lookup::Compare(Comparison::Equal, FieldValue::Boolean(flag));
            Condition::Field(Field::IsStaff, test)
        }));
        Condition::All(all)
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

    /// Profiles of the users who are not deleted and whom a filter holds of, by ascending id, in at most three
    /// statements and as of one moment. A page that the list does not have is empty.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn list_profiles(
        &self,
        filter: &ProfileFilter,
        page: NumberedPage,
    ) -> Result<Page<UserProfile>, RepositoryError>;

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
