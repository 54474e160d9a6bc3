//! Whole numbers in texts, as Python's `int()` reads them: of any script, with `_` between digits.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Most digits that are read (`sys.int_info.default_max_str_digits`).
const MAX_DIGITS: usize = 4300;

/// A number. `None` for anything else, and for one beyond 64 bits.
#[must_use]
pub fn integer(text: &str) -> Option<i64> {
    let (is_negative, digits) = read(text)?;
    let sign = if is_negative { "-" } else { "" };
    format!("{sign}{digits}").parse().ok()
}

/// A number above zero. One that is too large for any list is [`i64::MAX`].
#[must_use]
pub fn positive(text: &str) -> Option<i64> {
    let (is_negative, digits) = read(text)?;
    let number = digits.parse().unwrap_or(i64::MAX);
    (number > 0 && !is_negative).then_some(number)
}

/// Whether the number is negative, and its digits in ASCII.
fn read(text: &str) -> Option<(bool, String)> {
    // The four separators of ASCII are white space there beside other scripts, and not in Unicode.
    let has_separators = !text.is_ascii();
    let is_blank =
        |c: char| c.is_whitespace() || has_separators && ('\u{1c}'..='\u{1f}').contains(&c);
    let text = text.trim_matches(is_blank);
    let negative = text.strip_prefix('-');
    let number = negative.or_else(|| text.strip_prefix('+')).unwrap_or(text);
    let mut digits = String::new();
    let mut was_digit = false;
    for c in number.chars() {
        if c == '_' && was_digit {
            was_digit = false;
        } else {
            digits.push(digit(c)?);
            was_digit = true;
        }
    }
    let is_number = was_digit && digits.len() <= MAX_DIGITS;
    is_number.then_some((negative.is_some(), digits))
}

/// The ASCII digit of the same value. Those of a script follow one another from zero on, and runs of them begin anywhere,
/// but only at a zero (Unicode Standard, chapter 4).
fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let is_digit = |c: &char| c.general_category() == GeneralCategory::DecimalNumber;
    if !is_digit(&c) {
        return None;
    }
    let before = ('\u{80}'..c).rev().take_while(is_digit).count();
    char::from_digit(u32::try_from(before % 10).ok()?, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_python_does() {
        let cases = [
            ("2", Some(2)),
            (" 2\t", Some(2)),
            ("\u{1c}2\u{3000}", Some(2)),
            ("\u{1c}2", None),
            ("002", Some(2)),
            ("+2", Some(2)),
            ("-2", Some(-2)),
            ("-0", Some(0)),
            ("1_0", Some(10)),
            ("۲", Some(2)),
            ("٣", Some(3)),
            ("१२", Some(12)),
            ("１_９", Some(19)),
            ("1۲", Some(12)),
            ("𝟗", Some(9)),
            ("𝟘", Some(0)),
            ("𝟿", Some(9)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("²", None),
            ("Ⅱ", None),
            ("一", None),
            ("1.0", None),
            ("x", None),
            ("", None),
            (" ", None),
            ("+", None),
            ("+-1", None),
            ("−1", None),
            ("_1", None),
            ("1_", None),
            ("1__0", None),
            ("1 0", None),
        ];

        for (text, expected) in cases {
            assert_eq!(integer(text), expected, "{text:?}");
            let above_zero = expected.filter(|number| *number > 0);
            let expected = if text == "9223372036854775808" {
                Some(i64::MAX)
            } else {
                above_zero
            };
            assert_eq!(positive(text), expected, "{text:?}");
        }
        assert_eq!(positive(&"9".repeat(4300)), Some(i64::MAX));
        assert_eq!(positive(&"9".repeat(4301)), None);
    }
}
