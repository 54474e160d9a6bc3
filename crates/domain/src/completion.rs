//! When a profile counts as complete.

use serde::{Deserialize, Serialize};

use crate::{Person, ProfileField};

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
    pub fn missing(&self, person: &Person) -> Vec<ProfileField> {
        let required = self.required.iter().copied();
        required.filter(|field| is_empty(person, *field)).collect()
    }

    /// Whether nothing is [missing](Self::missing).
    #[must_use]
    pub fn is_complete(&self, person: &Person) -> bool {
        !self.required.iter().any(|field| is_empty(person, *field))
    }
}

fn is_empty(person: &Person, field: ProfileField) -> bool {
    person.get(field).is_none_or(str::is_empty)
}
