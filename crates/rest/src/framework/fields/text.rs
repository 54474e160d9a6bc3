//! Rules of text fields.

use profiled_domain::{EmailAddress, Username};

use super::{Field, Kind};
use crate::error::FieldErrors;
use crate::wire::body::Text;

/// Text as a field takes it that does not keep white space around it.
pub(super) fn trim(text: &mut Text) {
    // Python's `str.strip()` takes four separators for white space that Unicode does not.
    let is_space = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    let trimmed = text.text.trim_matches(is_space);
    if trimmed.len() < text.text.len() {
        text.text = trimmed.to_owned();
    }
}

impl Field {
    /// Tells all rules that a text breaks, in the framework's order (contract `drf.md`, section 9). `taken` is the
    /// message for a value that another object holds, if one does.
    pub fn check(&self, value: &Text, taken: Option<&str>, errors: &mut FieldErrors) {
        let text = &value.text;
        if text.is_empty() {
            // Blank is a value of its own: only uniqueness is checked.
            if let Some(message) = taken {
                errors.push(self.name, message);
            }
            return;
        }
        if matches!(self.kind, Kind::Username) && !Username::has_valid_characters(text) {
            errors.push(self.name, USERNAME);
        }
        if let Some(message) = taken {
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
