//! Parsed text: a value of these types has passed the rules of its field.

use std::fmt;

use crate::word::is_word;

/// Why a text is refused for a field. Dialects have messages of their own for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// Nothing there.
    #[error("must not be blank")]
    Blank,
    /// More characters (code points, not bytes) than the field takes.
    #[error("must have at most {max} characters")]
    TooLong {
        /// The limit.
        max: usize,
    },
    /// Characters or form that the field does not allow.
    #[error("has characters or a form that is not allowed")]
    Pattern,
    /// U+0000, which PostgreSQL cannot store.
    #[error("must not contain null characters")]
    NullCharacter,
}

/// Checks what all text fields have in common.
pub(crate) fn check_text(text: &str, max: usize) -> Result<(), InvalidText> {
    if text.is_empty() {
        Err(InvalidText::Blank)
    } else if text.chars().count() > max {
        Err(InvalidText::TooLong { max })
    } else if text.contains('\0') {
        Err(InvalidText::NullCharacter)
    } else {
        Ok(())
    }
}

/// A username: 1 to 150 letters, digits and `@.+-_` of any script (Django's `UnicodeUsernameValidator`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username(String);

impl Username {
    /// Longest username, in characters.
    pub const MAX: usize = 150;

    /// Parses a username; nothing is trimmed or normalised.
    ///
    /// # Errors
    /// [`InvalidText`] names the first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        check_text(text, Self::MAX)?;
        if Self::has_valid_characters(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidText::Pattern)
        }
    }

    /// Whether a text, of any length but none, holds nothing but Python's `\w` and `@.+-`
    /// (contract `drf.md`, section 9).
    #[must_use]
    pub fn has_valid_characters(text: &str) -> bool {
        !text.is_empty() && text.chars().all(|c| is_word(c) || "@.+-".contains(c))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A mobile number. It has no form of its own, only a length (contract `drf.md`, section 3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MobileNumber(String);

impl MobileNumber {
    /// What storage holds: no setting may go beyond, in characters.
    pub const STORED_MAX: usize = 32;

    /// Parses a number of at most `max` characters; nothing is trimmed.
    ///
    /// # Errors
    /// [`InvalidText`] names the first rule that the text breaks.
    pub fn parse(text: &str, max: usize) -> Result<Self, InvalidText> {
        check_text(text, max.min(Self::STORED_MAX))?;
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MobileNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
