//! Rules for new passwords: Django's four validators and their messages (contract `drf.md`, section 9).

mod common;
mod similarity;
mod unicode;

use profiled_domain::{Person, ProfileField};
use serde::{Deserialize, Serialize};

use super::settings::PasswordSettings;

/// A rule for new passwords; [`PasswordViolation`] has their messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PasswordValidator {
    /// Unlike the account's username, names and e-mail address.
    Similarity,
    /// At least `auth.password.min_length` characters.
    Length,
    /// Not in Django's list of 19,640 common passwords.
    Common,
    /// Not digits alone.
    Numeric,
}

impl PasswordValidator {
    /// Every rule, in Django's order.
    pub const ALL: [Self; 4] = [Self::Similarity, Self::Length, Self::Common, Self::Numeric];
}

/// What is wrong with a new password. Displayed, it is Django's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordViolation {
    /// Of several attributes, the first.
    #[error("The password is too similar to the {}.", .0.as_str().replace('_', " "))]
    TooSimilar(ProfileField),
    /// Code points count, not bytes.
    #[error(
        "This password is too short. It must contain at least {min_length} character{}.",
        if *min_length == 1 { "" } else { "s" }
    )]
    TooShort {
        /// The setting.
        min_length: usize,
    },
    /// Found in the list, in lower case and without outer white space.
    #[error("This password is too common.")]
    TooCommon,
    /// Digits of any script, superscript and circled ones included.
    #[error("This password is entirely numeric.")]
    EntirelyNumeric,
}

/// The rules that are in force.
#[derive(Clone, Debug)]
pub struct PasswordPolicy {
    validators: Vec<PasswordValidator>,
    min_length: usize,
}

impl PasswordPolicy {
    /// The rules of `auth.password.validators`.
    #[must_use]
    pub fn new(settings: &PasswordSettings) -> Self {
        Self {
            validators: settings.validators.clone(),
            min_length: settings.min_length,
        }
    }

    /// All that is wrong with a password, in the order of the rules. The account is the one before the
    /// change.
    #[must_use]
    pub fn violations(&self, password: &str, account: &Person) -> Vec<PasswordViolation> {
        let min_length = self.min_length;
        let check = |validator: &PasswordValidator| match validator {
            PasswordValidator::Similarity => {
                similarity::first_similar(password, account).map(PasswordViolation::TooSimilar)
            }
            PasswordValidator::Length => (password.chars().count() < min_length)
                .then_some(PasswordViolation::TooShort { min_length }),
            PasswordValidator::Common => {
                common::is_common(password).then_some(PasswordViolation::TooCommon)
            }
            PasswordValidator::Numeric => {
                unicode::is_numeric(password).then_some(PasswordViolation::EntirelyNumeric)
            }
        };
        self.validators.iter().filter_map(check).collect()
    }
}
