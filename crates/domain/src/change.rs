//! Changes of a profile.

use crate::patch::named;
use crate::{Gender, Keep, PasswordHash, Patch, User};

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
