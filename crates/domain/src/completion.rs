//! When a profile counts as complete.

use serde::{Deserialize, Serialize};

use crate::User;

/// The attributes of a profile that a person can fill in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileField {
    /// `username`
    Username,
    /// `mobile_number`
    MobileNumber,
    /// `number_phone`
    NumberPhone,
    /// `email`
    Email,
    /// `avatar`
    Avatar,
    /// `first_name`
    FirstName,
    /// `last_name`
    LastName,
    /// `gender`
    Gender,
}

impl ProfileField {
    /// The name on the wire and in settings.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Username => "username",
            Self::MobileNumber => "mobile_number",
            Self::NumberPhone => "number_phone",
            Self::Email => "email",
            Self::Avatar => "avatar",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Gender => "gender",
        }
    }

    fn is_filled(self, user: &User) -> bool {
        let text = match self {
            Self::Username => &user.username,
            Self::MobileNumber => &user.mobile_number,
            Self::NumberPhone => &user.number_phone,
            Self::Email => &user.email,
            Self::Avatar => &user.avatar,
            Self::FirstName => &user.first_name,
            Self::LastName => &user.last_name,
            Self::Gender => return user.gender.is_some(),
        };
        text.as_deref().is_some_and(|text| !text.is_empty())
    }
}

/// Which fields a complete profile has filled, as data: operators change it by a setting.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CompletionRules {
    /// The required fields, in the order in which they are reported.
    pub required: Vec<ProfileField>,
}

impl CompletionRules {
    /// The required fields that are null or empty, in the order of the rule.
    #[must_use]
    pub fn missing(&self, user: &User) -> Vec<ProfileField> {
        let empty = |field: &ProfileField| !field.is_filled(user);
        self.required.iter().copied().filter(empty).collect()
    }

    /// Whether nothing is [missing](Self::missing).
    #[must_use]
    pub fn is_complete(&self, user: &User) -> bool {
        self.required.iter().all(|field| field.is_filled(user))
    }
}
