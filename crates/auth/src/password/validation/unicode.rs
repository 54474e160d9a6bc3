//! Character classes as Python has them.

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// Digits that are no decimal ones: superscript, circled and the like (`Numeric_Type=Digit`, Unicode
/// Standard Annex 44).
const OTHER_DIGITS: [(char, char); 20] = [
    ('\u{b2}', '\u{b3}'),
    ('\u{b9}', '\u{b9}'),
    ('\u{1369}', '\u{1371}'),
    ('\u{19da}', '\u{19da}'),
    ('\u{2070}', '\u{2070}'),
    ('\u{2074}', '\u{2079}'),
    ('\u{2080}', '\u{2089}'),
    ('\u{2460}', '\u{2468}'),
    ('\u{2474}', '\u{247c}'),
    ('\u{2488}', '\u{2490}'),
    ('\u{24ea}', '\u{24ea}'),
    ('\u{24f5}', '\u{24fd}'),
    ('\u{24ff}', '\u{24ff}'),
    ('\u{2776}', '\u{277e}'),
    ('\u{2780}', '\u{2788}'),
    ('\u{278a}', '\u{2792}'),
    ('\u{10a40}', '\u{10a43}'),
    ('\u{10e60}', '\u{10e68}'),
    ('\u{11052}', '\u{1105a}'),
    ('\u{1f100}', '\u{1f10a}'),
];

/// `\w` of a pattern: letters and numbers without the marks upon them, and `_`.
pub(super) fn is_word(c: char) -> bool {
    use GeneralCategoryGroup::{Letter, Number};
    c == '_' || matches!(c.general_category_group(), Letter | Number)
}

/// `str.isdigit`: at least one character, and nothing but digits.
pub(super) fn is_numeric(text: &str) -> bool {
    let is_digit = |c: char| {
        let is_other = |(first, last): &(char, char)| (*first..=*last).contains(&c);
        c.general_category() == GeneralCategory::DecimalNumber || OTHER_DIGITS.iter().any(is_other)
    };
    !text.is_empty() && text.chars().all(is_digit)
}

/// `str.strip`: the four separators of ASCII are white space there, and not in Unicode.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
}
