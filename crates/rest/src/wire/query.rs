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

    /// Reads the text after `?`. `+` is a blank, a bad `%zz` stays as it is, escaped bytes that are not UTF-8 become
    /// U+FFFD; bytes that stand there themselves are Latin-1 then (contract `drf.md`, section 9).
    ///
    /// # Errors
    /// There are too many fields; no more than that were read.
    pub fn parse(text: &[u8]) -> Result<Self, TooManyFields> {
        let latin_1 = || text.iter().copied().map(char::from).collect();
        let text = std::str::from_utf8(text).map_or_else(|_| latin_1(), str::to_owned);
        Self::parse_text(&text, |bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// The same with text whose escaped bytes are of another encoding than UTF-8.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn parse_text(
        text: &str,
        to_text: impl Fn(&[u8]) -> String,
    ) -> Result<Self, TooManyFields> {
        let decode = |side: Option<&str>| {
            let side = side.unwrap_or_default().replace('+', " ");
            unescape(&side, &to_text)
        };
        let mut pairs = Vec::new();
        for part in text.split('&').filter(|part| !part.is_empty()) {
            if pairs.len() == Self::MAX_FIELDS {
                return Err(TooManyFields);
            }
            let mut sides = part.splitn(2, '=');
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

/// Text with its escaped bytes read. Letters beyond ASCII stand for themselves: an escape next to one is no part of it.
pub(super) fn unescape(text: &str, to_text: impl Fn(&[u8]) -> String) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let runs = text
        .as_bytes()
        .chunk_by(|a, b| a.is_ascii() == b.is_ascii());
    let read = |run: &[u8]| {
        if run.is_ascii() {
            to_text(&percent_decode(run).collect::<Vec<u8>>())
        } else {
            String::from_utf8_lossy(run).into_owned()
        }
    };
    runs.map(read).collect()
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
        let query = Query::parse(b"a=%zz&b=%ff&c=%c3%a9\xc3\xa9+%zz").unwrap();

        assert_eq!(query.get("a"), Some("%zz"));
        assert_eq!(query.get("b"), Some("\u{fffd}"));
        assert_eq!(query.get("c"), Some("\u{e9}\u{e9} %zz"));
        let old = Query::parse(b"a=\xe9%e9%c3%a9").unwrap();
        assert_eq!(old.get("a"), Some("\u{e9}\u{fffd}\u{e9}"));
    }
}
