//! Regular expressions of a query.

use regex::{Regex, RegexBuilder};

use super::filter::Case;

/// Bytes that a compiled pattern may take: about what 1,000 characters of ordinary ones need.
const COMPILED_BYTES: usize = 1 << 18;

/// A regular expression in the syntax of the crate `regex`: it takes time in proportion to the text,
/// whatever the pattern is.
#[derive(Clone, Debug)]
pub struct Pattern {
    compiled: Regex,
    case: Case,
}

/// The text is no pattern, or one that is too large.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidPattern(String);

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// [`InvalidPattern`]
    pub fn new(text: &str, case: Case) -> Result<Self, InvalidPattern> {
        let compiled = RegexBuilder::new(text)
            .case_insensitive(case == Case::Ignored)
            .size_limit(COMPILED_BYTES)
            .build()
            .map_err(|error| InvalidPattern(error.to_string()))?;
        Ok(Self { compiled, case })
    }

    /// The text that it was compiled from.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.compiled.as_str()
    }

    /// Whether case counts.
    #[must_use]
    pub fn case(&self) -> Case {
        self.case
    }

    /// Whether it matches somewhere in a text.
    #[must_use]
    pub fn is_match(&self, text: &str) -> bool {
        self.compiled.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str() && self.case == other.case
    }
}
