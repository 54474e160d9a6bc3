//! Partial changes: what is not mentioned stays.

use chrono::{DateTime, Utc};

use crate::{Gender, Keep, PasswordHash, User};

/// What a request says about one attribute: nothing, "none", or a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Not mentioned: the stored value stays.
    #[default]
    Keep,
    /// Set to null.
    Clear,
    /// Set to a value.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether the stored value stays.
    #[must_use]
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// The new value of a nullable attribute, `None` when it stays.
    #[must_use]
    pub fn as_change(&self) -> Option<Option<&T>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }

    /// Applies the patch to a stored value.
    pub(crate) fn apply_to(&self, stored: &mut Option<T>)
    where
        T: Clone,
    {
        if let Some(value) = self.as_change() {
            *stored = value.cloned();
        }
    }
}

/// What has to hold of a stored row for a write to go ahead (RFC 9110, section 13.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Precondition {
    /// Nothing.
    #[default]
    None,
    /// Its version is one of these.
    VersionIn(Vec<i64>),
}

impl Precondition {
    /// Whether it holds of a row of this version.
    #[must_use]
    pub fn holds(&self, version: i64) -> bool {
        match self {
            Self::None => true,
            Self::VersionIn(versions) => versions.contains(&version),
        }
    }
}

/// A change of one's own profile.
///
/// Dialects have checked its parts by rules of their own, and `""` is a value (contract `drf.md`,
/// section 9): that is why texts are not of the parsed types.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// New username.
    pub username: Patch<String>,
    /// New e-mail address.
    pub email: Patch<String>,
    /// New mobile number.
    pub mobile_number: Patch<String>,
    /// New contact phone.
    pub number_phone: Patch<String>,
    /// New given name.
    pub first_name: Patch<String>,
    /// New family name.
    pub last_name: Patch<String>,
    /// New gender.
    pub gender: Patch<Gender>,
    /// New storage key of the avatar.
    pub avatar: Patch<String>,
    /// New password.
    pub password: Option<PasswordChange>,
}

/// A new password. Every other credential of the user ends with the old one (`decisions.md` 10).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordChange {
    /// The new one.
    pub password: PasswordHash,
    /// The credential that the change was asked with.
    pub keep: Keep,
    /// When: UTC, microseconds.
    pub at: DateTime<Utc>,
}

impl ProfileChange {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Names of the attributes that it mentions, but for the password.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        named([
            ("username", !self.username.is_keep()),
            ("email", !self.email.is_keep()),
            ("mobile_number", !self.mobile_number.is_keep()),
            ("number_phone", !self.number_phone.is_keep()),
            ("first_name", !self.first_name.is_keep()),
            ("last_name", !self.last_name.is_keep()),
            ("gender", !self.gender.is_keep()),
            ("avatar", !self.avatar.is_keep()),
        ])
    }

    /// Applies the change to an account in memory, which holds no password.
    pub fn apply_to(&self, user: &mut User) {
        self.username.apply_to(&mut user.username);
        self.email.apply_to(&mut user.email);
        self.mobile_number.apply_to(&mut user.mobile_number);
        self.number_phone.apply_to(&mut user.number_phone);
        self.first_name.apply_to(&mut user.first_name);
        self.last_name.apply_to(&mut user.last_name);
        self.gender.apply_to(&mut user.gender);
        self.avatar.apply_to(&mut user.avatar);
    }
}

/// The names that go with `true`.
pub(crate) fn named<const N: usize>(all: [(&'static str, bool); N]) -> Vec<&'static str> {
    let mentioned = all.into_iter().filter(|(_, is_mentioned)| *is_mentioned);
    mentioned.map(|(name, _)| name).collect()
}
