//! Flags of users: what they are called, and those that have no counterpart.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A flag that an account has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Flag {
    #[serde(rename = "is_active")]
    Active,
    #[serde(rename = "is_staff")]
    Staff,
    #[serde(rename = "is_superuser")]
    Superuser,
}

impl Flag {
    pub(crate) const ALL: [Self; 3] = [Self::Active, Self::Staff, Self::Superuser];

    /// Django's name, and ours.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "is_active",
            Self::Staff => "is_staff",
            Self::Superuser => "is_superuser",
        }
    }

    /// Another name of it, where it is certain.
    pub(super) fn alias(self) -> Option<&'static str> {
        match self {
            Self::Active => Some("active"),
            Self::Staff => Some("staff"),
            Self::Superuser => None,
        }
    }
}

impl FromStr for Flag {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let mut all = Self::ALL.into_iter();
        all.find(|flag| flag.as_str() == name).ok_or(())
    }
}

/// Flags of users who cannot log in to Django.
const KEEPS_OUT: [&str; 12] = [
    "is_blocked",
    "blocked",
    "is_banned",
    "banned",
    "is_suspended",
    "suspended",
    "is_locked",
    "locked",
    "is_disabled",
    "disabled",
    "is_deleted",
    "deleted",
];

/// Flags of users who may do more than others in Django.
const GRANTS: [&str; 3] = ["is_admin", "admin", "superuser"];

/// What it means that a field of users is not read, if its name says that it is a flag.
pub(super) fn consequence(field: &str) -> Option<&'static str> {
    if GRANTS.contains(&field) {
        Some("name what it grants with --field")
    } else if KEEPS_OUT.contains(&field) {
        Some("whom it keeps out can log in here")
    } else {
        None
    }
}
