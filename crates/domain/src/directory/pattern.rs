//! Regular expressions of a query.

use regex::{Regex, RegexBuilder};

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Bytes that a compiled pattern may take.
const COMPILED_BYTES: usize = 1 << 20;

/// Characters, classes and assertions of a pattern whose repetitions are written out.
const ATOMS: u64 = 1000;

/// Parts that may be empty, when repetitions are written out: an engine that is not ours takes the third power of their
/// number to get rid of them.
const BLANKS: u64 = 100;

/// Ranges of characters in all classes of a pattern.
const RANGES: u64 = 10_000;

/// Roughly the number of ranges in Unicode's `\\w`.
const WORD: usize = 800;

/// Whether case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// It does.
    Sensitive,
    /// Both sides are compared as [`str::to_lowercase`] writes them.
    Ignored,
}

/// A regular expression in the syntax of the crate `regex`: it takes time in proportion to the text,
/// whatever the pattern is.
///
/// Storage may have an engine of its own, which takes the parsed pattern in another language. What it could find too
/// large is refused here, so that all storages take the same patterns.
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
        let parsed = ParserBuilder::new()
            .case_insensitive(case == Case::Ignored)
            .build()
            .parse(text);
        // The engine reports what cannot be parsed.
        if let Ok(hir) = &parsed {
            let size = Size::of(hir);
            if size.atoms > ATOMS || size.blanks > BLANKS || size.ranges > RANGES {
                return Err(InvalidPattern("the pattern is too large".to_owned()));
            }
        }
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

/// How large a parsed pattern is.
#[derive(Clone, Copy, Default)]
struct Size {
    atoms: u64,
    blanks: u64,
    ranges: u64,
}

impl Size {
    fn of(hir: &Hir) -> Self {
        let inner = match hir.kind() {
            HirKind::Empty => Self::atoms(1, 0),
            HirKind::Literal(literal) => Self::atoms(literal.0.len(), 0),
            HirKind::Class(Class::Unicode(class)) => Self::atoms(1, class.ranges().len()),
            HirKind::Class(Class::Bytes(class)) => Self::atoms(1, class.ranges().len()),
            // A boundary looks for words ahead and behind, in both orders.
            HirKind::Look(Look::WordUnicode | Look::WordUnicodeNegate) => Self::atoms(4, 4 * WORD),
            HirKind::Look(_) if is_of_words(hir) => Self::atoms(2, 2 * WORD),
            HirKind::Look(_) => Self::atoms(4, 0),
            HirKind::Capture(capture) => return Self::of(&capture.sub),
            HirKind::Repetition(repetition) => {
                let inner = Self::of(&repetition.sub);
                let times = u64::from(repetition.max.unwrap_or(repetition.min).max(1));
                Self {
                    atoms: inner.atoms.saturating_mul(times),
                    blanks: inner.blanks.saturating_mul(times),
                    // A bound counts to 255 at most.
                    ranges: inner.ranges.saturating_mul(match times {
                        ..=255 => 1,
                        _ => times.div_ceil(255) + 1,
                    }),
                }
            }
            HirKind::Concat(all) | HirKind::Alternation(all) => {
                let sizes = all.iter().map(Self::of);
                sizes.fold(Self::default(), |sum, size| Self {
                    atoms: sum.atoms.saturating_add(size.atoms),
                    blanks: sum.blanks.saturating_add(size.blanks),
                    ranges: sum.ranges.saturating_add(size.ranges),
                })
            }
        };
        let is_blank = hir.properties().minimum_len() == Some(0);
        Self {
            blanks: inner.blanks.saturating_add(u64::from(is_blank)),
            ..inner
        }
    }

    fn atoms(atoms: usize, ranges: usize) -> Self {
        Self {
            atoms: count(atoms),
            blanks: 0,
            ranges: count(ranges),
        }
    }
}

/// Whether a pattern asks for words that are not only ASCII.
fn is_of_words(hir: &Hir) -> bool {
    hir.properties().look_set().contains_word_unicode()
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_patterns_are_taken_and_large_ones_are_refused() {
        let long = "a".repeat(900);
        for text in [
            "",
            "^[a-z]{1,200}$",
            r"\w+@\w+\.com",
            r"\bx\b",
            "^.{0,255}$",
            "(?:ab?){50}",
            &long,
        ] {
            assert!(Pattern::new(text, Case::Ignored).is_ok(), "{text}");
        }
        let too_long = "a".repeat(1001);
        let many = r"\w".repeat(20);
        for text in [
            "a{1001}",
            "(?:a{50}){50}",
            "((a{9}){9}){99}",
            "(?:a?){200}",
            &too_long,
            &many,
        ] {
            let refused = Pattern::new(text, Case::Sensitive).unwrap_err();
            assert_eq!(refused.to_string(), "the pattern is too large", "{text}");
        }
    }

    #[test]
    fn invalid_pattern_is_refused_with_the_message_of_the_engine() {
        let refused = Pattern::new("(", Case::Sensitive).unwrap_err();

        assert!(refused.to_string().contains("unclosed group"), "{refused}");
    }
}
