//! Groups that users belong to.

use chrono::{DateTime, Utc};

use crate::GroupId;
use crate::contact::check_text;
use crate::patch::named;
use crate::{InvalidText, Patch};

/// A group, as a member's profile shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Identifier.
    pub id: GroupId,
    /// Unique, case-sensitive.
    pub name: String,
    /// Free text; `None` and `""` differ.
    pub notes: Option<String>,
    /// All members, inactive ones too (`decisions.md` 3). Storage keeps it exact.
    pub users_count: i64,
    /// UTC, microseconds.
    pub created_at: DateTime<Utc>,
    /// UTC, microseconds.
    pub updated_at: DateTime<Utc>,
    /// Counts the changes of the group, of its `users_count` too. Storage keeps it.
    pub version: i64,
}

impl Group {
    /// Longest name, in characters.
    pub const NAME_MAX: usize = 150;

    /// Whether a text can be a name: not blank, and not longer than [`Self::NAME_MAX`].
    ///
    /// # Errors
    /// [`InvalidText`]: what is wrong with it.
    pub fn check_name(name: &str) -> Result<(), InvalidText> {
        check_text(name, Self::NAME_MAX)
    }
}

/// A group to be created.
#[derive(Clone, Debug, Default)]
pub struct NewGroup {
    /// Unique, case-sensitive.
    pub name: String,
    /// Free text.
    pub notes: Option<String>,
}

/// A change of a group. Whatever it mentions, the group has been updated by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChange {
    /// New name; `None` keeps the old one.
    pub name: Option<String>,
    /// New notes.
    pub notes: Patch<String>,
}

impl GroupChange {
    /// Names of the attributes that it mentions.
    #[must_use]
    pub fn fields(&self) -> Vec<&'static str> {
        named([
            ("name", self.name.is_some()),
            ("notes", !self.notes.is_keep()),
        ])
    }
}
