//! The account that all dialects describe.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{EmailAddress, MobileNumber, Username};

/// Identifier of a user: positive, 64 bits, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i64);

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How an operator names a user: by id, by username or by e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserKey {
    /// The identifier.
    Id(UserId),
    /// The username, compared with case.
    Username(String),
    /// The e-mail address, compared with case.
    Email(String),
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

/// Gender as the `drf` dialect spells it, in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gender {
    /// `male`
    Male,
    /// `female`
    Female,
    /// `other`
    Other,
}

impl Gender {
    /// Every value, in the order of the documented choices.
    pub const ALL: [Self; 3] = [Self::Male, Self::Female, Self::Other];

    /// The value on the wire and in storage.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Male => "male",
            Self::Female => "female",
            Self::Other => "other",
        }
    }

    /// The label that OPTIONS documents show beside the value.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Male => "Male",
            Self::Female => "Female",
            Self::Other => "Other",
        }
    }
}

/// The text names no gender: see [`Gender::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("gender must be male, female or other")]
pub struct UnknownGender;

impl FromStr for Gender {
    type Err = UnknownGender;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|gender| gender.as_str() == text)
            .ok_or(UnknownGender)
    }
}

/// An account as it is stored.
///
/// Text is kept as it came: imported accounts may be older than today's rules, so values are parsed
/// ([`Username`], [`EmailAddress`], [`MobileNumber`]) on the way in, not on the way out. `None` and
/// `""` are different values, and both survive (contract `drf.md`, section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Identifier.
    pub id: UserId,
    /// Unique with case.
    pub username: Option<String>,
    /// Unique with case.
    pub email: Option<String>,
    /// Unique; shown by the `drf` dialect.
    pub mobile_number: Option<String>,
    /// Contact phone, not unique; shown by the `jwt` dialect.
    pub number_phone: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// `None` when not told.
    pub gender: Option<Gender>,
    /// Storage key of the avatar, relative to the media folder, without a leading slash.
    pub avatar: Option<String>,
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
    /// The non-empty names joined by one blank, `None` when there are none.
    #[must_use]
    pub fn full_name(&self) -> Option<String> {
        let names: Vec<&str> = [&self.first_name, &self.last_name]
            .into_iter()
            .filter_map(|name| name.as_deref())
            .filter(|name| !name.is_empty())
            .collect();
        (!names.is_empty()).then(|| names.join(" "))
    }

    /// "Staff or Admin" (`decisions.md` 5): either flag is enough.
    #[must_use]
    pub fn is_staff_or_admin(&self) -> bool {
        self.is_staff || self.is_superuser
    }
}

/// A password as Django encodes it: `algorithm$…`, or `!…` for an unusable one.
///
/// It never appears in `Debug` output.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes an encoded password as it is: verification decides whether it is of any use.
    #[must_use]
    pub fn from_encoded(encoded: impl Into<String>) -> Self {
        Self(encoded.into())
    }

    /// The encoded text, for storage and for verification.
    #[must_use]
    pub fn as_encoded(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A user to be created. What is not given is empty; [`NewUser::default`] is active.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Unique with case.
    pub username: Option<Username>,
    /// Unique with case.
    pub email: Option<EmailAddress>,
    /// Unique.
    pub mobile_number: Option<MobileNumber>,
    /// Given name.
    pub first_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// `None` when not told.
    pub gender: Option<Gender>,
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
            username: None,
            email: None,
            mobile_number: None,
            first_name: None,
            last_name: None,
            gender: None,
            is_active: true,
            is_staff: false,
            is_superuser: false,
            password: None,
        }
    }
}
