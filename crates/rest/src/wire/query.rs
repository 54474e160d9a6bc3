//! Query strings and form bodies: `application/x-www-form-urlencoded`.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// Decoded pairs in the order of sending; names may repeat.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

/// More fields than [`Query::MAX_FIELDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooManyFields;

impl Query {
    /// Most fields that are read, Django's default of `DATA_UPLOAD_MAX_NUMBER_FIELDS`.
    pub const MAX_FIELDS: usize = 1000;

    /// Reads the text after `?`, or a form body. `+` is a blank, a bad `%zz` stays as it is, bytes
    /// that are not UTF-8 become U+FFFD (contract `drf.md`, section 9).
    ///
    /// # Errors
    /// There are too many fields; no more than that were read.
    pub fn parse(text: &[u8]) -> Result<Self, TooManyFields> {
        Self::parse_with(text, |bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// The same with text of another encoding than UTF-8.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_with(
        text: &[u8],
        to_text: impl Fn(&[u8]) -> String,
    ) -> Result<Self, TooManyFields> {
        let decode = |side: Option<&[u8]>| to_text(&unescape(side.unwrap_or_default()));
        let parts = text
            .split(|byte| *byte == b'&')
            .filter(|part| !part.is_empty());
        let mut pairs = Vec::new();
        for part in parts {
            if pairs.len() == Self::MAX_FIELDS {
                return Err(TooManyFields);
            }
            let mut sides = part.splitn(2, |byte| *byte == b'=');
            pairs.push((decode(sides.next()), decode(sides.next())));
        }
        Ok(Self { pairs })
    }

    /// The last value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let named = self.pairs.iter().rev().find(|(key, _)| key == name);
        named.map(|(_, value)| value.as_str())
    }

    /// All pairs, in order.
    #[must_use]
    pub fn into_pairs(self) -> Vec<(String, String)> {
        self.pairs
    }

    /// All pairs, in order.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }
}

/// Text as it stands in a form: a blank is `+`.
#[must_use]
pub fn encode(text: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~')
        .remove(b' ');
    utf8_percent_encode(text, ESCAPED)
        .to_string()
        .replace(' ', "+")
}

/// A number above zero as Python's `int()` reads it, but for digits of other scripts. One that is too large
/// for any list is [`i64::MAX`].
#[must_use]
pub fn positive(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.strip_prefix('+').unwrap_or(text);
    let groups = || digits.split('_');
    let is_number = groups().all(|group| {
        let is_digit = |byte: u8| byte.is_ascii_digit();
        !group.is_empty() && group.bytes().all(is_digit)
    });
    let plain = groups().collect::<String>();
    let number = is_number.then(|| plain.parse().unwrap_or(i64::MAX))?;
    (number > 0).then_some(number)
}

fn unescape(side: &[u8]) -> Vec<u8> {
    let blanks = |byte: &u8| if *byte == b'+' { b' ' } else { *byte };
    let text: Vec<u8> = side.iter().map(blanks).collect();
    percent_decode(&text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_repeated_names_wins() {
        let query = Query::parse(b"format=xml&x=a+b%20c&format=json&=&y").unwrap();

        assert_eq!(query.get("format"), Some("json"));
        assert_eq!(query.get("x"), Some("a b c"));
        assert_eq!(query.get("y"), Some(""));
        assert_eq!(query.get("z"), None);
    }

    #[test]
    fn fields_are_counted_while_they_are_read() {
        let fields = |count| Query::parse("&a=1".repeat(count).as_bytes());

        assert_eq!(fields(1000).map(|query| query.pairs().len()), Ok(1000));
        assert_eq!(fields(1001).err(), Some(TooManyFields));
    }

    #[test]
    fn broken_escapes_stay_and_foreign_bytes_are_replaced() {
        let query = Query::parse(b"a=%zz&b=%ff").unwrap();

        assert_eq!(query.get("a"), Some("%zz"));
        assert_eq!(query.get("b"), Some("\u{fffd}"));
    }

    #[test]
    fn numbers_of_pages_are_read_as_python_does() {
        let cases = [
            ("2", Some(2)),
            (" 2\t", Some(2)),
            ("002", Some(2)),
            ("+2", Some(2)),
            ("1_0", Some(10)),
            ("99999999999999999999", Some(i64::MAX)),
            ("0", None),
            ("-1", None),
            ("1.0", None),
            ("x", None),
            ("", None),
            (" ", None),
            ("+", None),
            ("_1", None),
            ("1__0", None),
            ("1 0", None),
        ];

        for (text, expected) in cases {
            assert_eq!(positive(text), expected, "{text:?}");
        }
    }
}
