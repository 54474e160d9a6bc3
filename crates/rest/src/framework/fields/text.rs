//! Rules of text fields.

use profiled_domain::{EmailAddress, Username};

use super::{Field, Kind};
use crate::error::FieldErrors;
use crate::wire::body::Text;

/// Text that was sent for a field: trimmed if the field wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    text: String,
    surrogate: Option<u16>,
}

impl Candidate {
    pub(super) fn new(text: Text, is_trimmed: bool) -> Self {
        // Python's `str.strip()` takes four separators for white space that Unicode does not.
        let is_space = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
        let kept = if is_trimmed {
            text.text.trim_matches(is_space).to_owned()
        } else {
            text.text
        };
        Self {
            text: kept,
            surrogate: text.surrogate,
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, if any database can hold it.
    #[must_use]
    pub fn storable(&self) -> Option<String> {
        let is_storable = self.surrogate.is_none() && !self.text.contains('\0');
        is_storable.then(|| self.text.clone())
    }

    /// The text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}

/// What the rules of a text need to know in addition to the text.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextRules<'a> {
    /// The message for a value that another user or group holds, if one does.
    pub taken: Option<&'a str>,
}

impl Field {
    /// Tells all rules that a text breaks, in the framework's order (contract `drf.md`, section 9).
    pub fn check(&self, value: &Candidate, rules: TextRules<'_>, errors: &mut FieldErrors) {
        let text = value.as_str();
        if text.is_empty() {
            // Blank is a value of its own: only uniqueness is asked.
            if let Some(message) = rules.taken {
                errors.push(self.name, message);
            }
            return;
        }
        if matches!(self.kind, Kind::Username) && !Username::has_valid_characters(text) {
            errors.push(self.name, USERNAME);
        }
        if let Some(message) = rules.taken {
            errors.push(self.name, message);
        }
        if let Some(max) = self.max_length.filter(|max| text.chars().count() > *max) {
            errors.push(self.name, too_long(max));
        }
        if text.contains('\0') {
            errors.push(self.name, "Null characters are not allowed.");
        }
        if let Some(unit) = value.surrogate {
            let message = format!("Surrogate characters are not allowed: U+{unit:04X}.");
            errors.push(self.name, message);
        }
        if matches!(self.kind, Kind::Email) && !EmailAddress::has_valid_form(text) {
            errors.push(self.name, "Enter a valid email address.");
        }
    }
}

const USERNAME: &str = "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";

fn too_long(max: usize) -> String {
    format!("Ensure this field has no more than {max} characters.")
}
