//! Partial changes: what is not mentioned stays.

use crate::{EmailAddress, Gender, MobileNumber, User, Username};

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

    /// Applies the patch to a stored value, read through `text`.
    fn apply_to<U>(&self, stored: &mut Option<U>, convert: impl FnOnce(&T) -> U) {
        if let Some(value) = self.as_change() {
            *stored = value.map(convert);
        }
    }
}

/// A change of one's own profile. Every part has been parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProfileChange {
    /// New username.
    pub username: Patch<Username>,
    /// New e-mail address.
    pub email: Patch<EmailAddress>,
    /// New mobile number.
    pub mobile_number: Patch<MobileNumber>,
    /// New contact phone.
    pub number_phone: Patch<String>,
    /// New given name.
    pub first_name: Patch<String>,
    /// New family name.
    pub last_name: Patch<String>,
    /// New gender.
    pub gender: Patch<Gender>,
}

impl ProfileChange {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Applies the change to an account in memory.
    pub fn apply_to(&self, user: &mut User) {
        let own = String::clone;
        self.username
            .apply_to(&mut user.username, |v| v.as_str().to_owned());
        self.email
            .apply_to(&mut user.email, |v| v.as_str().to_owned());
        self.mobile_number
            .apply_to(&mut user.mobile_number, |v| v.as_str().to_owned());
        self.number_phone.apply_to(&mut user.number_phone, own);
        self.first_name.apply_to(&mut user.first_name, own);
        self.last_name.apply_to(&mut user.last_name, own);
        self.gender.apply_to(&mut user.gender, |v| *v);
    }
}
