//! JSON (RFC 8259) as Python's `json.loads` reads it (contract `drf.md`, section 9).
//!
//! A parser of our own, because clients may send what `serde_json` refuses and the contract takes:
//! lone surrogates are reported by field, and numbers become text with the digits that were sent.

use super::value::{Text, Value};

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 512;
/// Most values and names in all: each takes many times its text.
const MAX_VALUES: usize = 10_000;
/// Most digits of an integer.
const MAX_DIGITS: usize = 4300;

/// Why and where a text is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    reason: &'static str,
    /// Byte in the text.
    at: usize,
}

/// Reads one value, with nothing after it.
///
/// # Errors
/// The reason and its place, in words.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut parser = Parser {
        text,
        at: 0,
        left: MAX_VALUES,
    };
    parser.whole().map_err(|fault| describe(fault, text))
}

fn describe(fault: Fault, text: &str) -> String {
    let before = text.get(..fault.at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    let offset = before.chars().count();
    let reason = fault.reason;
    format!("{reason}: line {line} column {column} (char {offset})")
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// Values and names that may still come.
    left: usize,
}

impl Parser<'_> {
    fn whole(&mut self) -> Result<Value, Fault> {
        if self.text.starts_with('\u{feff}') {
            return Err(self.fault("unexpected byte order mark"));
        }
        self.skip_blanks();
        let value = self.value(0)?;
        self.skip_blanks();
        match self.peek() {
            None => Ok(value),
            Some(_) => Err(self.fault("extra data")),
        }
    }

    fn fault(&self, reason: &'static str) -> Fault {
        Fault {
            reason,
            at: self.at,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Takes `byte` if it comes next.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn value(&mut self, depth: usize) -> Result<Value, Fault> {
        if depth > MAX_DEPTH {
            return Err(self.fault("nested too deep"));
        }
        self.count()?;
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => self.word(),
        }
    }

    fn count(&mut self) -> Result<(), Fault> {
        let left = self.left.checked_sub(1);
        self.left = left.ok_or_else(|| self.fault("more than 10000 values and names"))?;
        Ok(())
    }

    fn word(&mut self) -> Result<Value, Fault> {
        let words = [
            ("null", Value::Null),
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
        ];
        for (word, value) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        if self.rest().starts_with("NaN") || self.rest().starts_with("Infinity") {
            return Err(self.fault("out of range float values are not JSON"));
        }
        Err(self.fault("expected a value"))
    }

    fn object(&mut self, depth: usize) -> Result<Value, Fault> {
        self.at += 1;
        let mut members: Vec<(Text, Value)> = Vec::new();
        self.skip_blanks();
        if self.takes(b'}') {
            return Ok(Value::Object(members));
        }
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'"') {
                return Err(self.fault("expected a property name in double quotes"));
            }
            self.count()?;
            let name = self.string()?;
            self.skip_blanks();
            if !self.takes(b':') {
                return Err(self.fault("expected ':'"));
            }
            self.skip_blanks();
            members.push((name, self.value(depth + 1)?));
            self.skip_blanks();
            if self.takes(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.takes(b',') {
                return Err(self.fault("expected ','"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Value, Fault> {
        self.at += 1;
        let mut items = Vec::new();
        self.skip_blanks();
        if self.takes(b']') {
            return Ok(Value::List(items));
        }
        loop {
            self.skip_blanks();
            items.push(self.value(depth + 1)?);
            self.skip_blanks();
            if self.takes(b']') {
                return Ok(Value::List(items));
            }
            if !self.takes(b',') {
                return Err(self.fault("expected ','"));
            }
        }
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    fn number(&mut self) -> Result<Value, Fault> {
        let start = self.at;
        self.takes(b'-');
        if self.rest().starts_with("Infinity") {
            return Err(self.fault("out of range float values are not JSON"));
        }
        let has_leading_zero = self.takes(b'0');
        let digits = if has_leading_zero { 1 } else { self.digits() };
        if digits == 0 {
            self.at = start;
            return Err(self.fault("expected a value"));
        }
        let is_integer = !self.fraction() & !self.exponent();
        if is_integer && digits > MAX_DIGITS {
            self.at = start;
            return Err(self.fault("an integer of more than 4300 digits"));
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        Ok(Value::Number(text.to_owned()))
    }

    /// Takes a point and its digits. Without digits nothing is taken: that is an error further on.
    fn fraction(&mut self) -> bool {
        let start = self.at;
        if self.takes(b'.') && self.digits() > 0 {
            return true;
        }
        self.at = start;
        false
    }

    fn exponent(&mut self) -> bool {
        let start = self.at;
        if self.takes(b'e') || self.takes(b'E') {
            let _sign = self.takes(b'+') || self.takes(b'-');
            if self.digits() > 0 {
                return true;
            }
        }
        self.at = start;
        false
    }

    fn string(&mut self) -> Result<Text, Fault> {
        let start = self.at;
        self.at += 1;
        let mut text = Text::default();
        loop {
            let plain = self.rest().find(|c: char| c == '"' || c == '\\' || c < ' ');
            let Some(length) = plain else {
                self.at = start;
                return Err(self.fault("unterminated string"));
            };
            text.text
                .push_str(self.rest().get(..length).unwrap_or_default());
            self.at += length;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => self.escape(&mut text)?,
                _ => return Err(self.fault("invalid control character")),
            }
        }
    }

    fn escape(&mut self, text: &mut Text) -> Result<(), Fault> {
        let start = self.at;
        self.at += 1;
        let plain = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(text),
            _ => {
                self.at = start;
                return Err(self.fault("invalid escape"));
            }
        };
        self.at += 1;
        text.text.push(plain);
        Ok(())
    }

    /// The four digits after `u`, which is next.
    fn code_unit(&mut self) -> Result<u16, Fault> {
        let digits = self.text.get(self.at + 1..self.at + 5);
        let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or_else(|| self.fault("invalid \\uXXXX escape"))?;
        self.at += 5;
        Ok(unit)
    }

    fn unicode(&mut self, text: &mut Text) -> Result<(), Fault> {
        let first = self.code_unit()?;
        let mut units = [first, 0];
        let mut used = 1;
        if (0xd800..0xdc00).contains(&first) && self.rest().starts_with("\\u") {
            let here = self.at;
            self.at += 1;
            let second = self.code_unit()?;
            if (0xdc00..0xe000).contains(&second) {
                units = [first, second];
                used = 2;
            } else {
                self.at = here;
            }
        }
        for decoded in char::decode_utf16(units.into_iter().take(used)) {
            match decoded {
                Ok(c) => text.text.push(c),
                Err(lone) => {
                    text.text.push(char::REPLACEMENT_CHARACTER);
                    text.surrogate = text.surrogate.or(Some(lone.unpaired_surrogate()));
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_every_kind_are_read() {
        let value = parse(" {\"a\": [1, -2.5e3, true, null, \"x\\n\\u00e9\\ud83d\\ude00\"]} ");

        let items = vec![
            Value::Number("1".to_owned()),
            Value::Number("-2.5e3".to_owned()),
            Value::Bool(true),
            Value::Null,
            Value::Text("x\né😀".into()),
        ];
        let expected = Value::Object(vec![("a".into(), Value::List(items))]);
        assert_eq!(value, Ok(expected));
    }

    #[test]
    fn invalid_json_is_reported_with_line_and_column() {
        let table = [
            ("", "expected a value: line 1 column 1 (char 0)"),
            (
                "{",
                "expected a property name in double quotes: line 1 column 2 (char 1)",
            ),
            ("{\"é\" 1}", "expected ':': line 1 column 6 (char 5)"),
            (
                "{\n \"a\": oops}",
                "expected a value: line 2 column 7 (char 8)",
            ),
            ("{} // c", "extra data: line 1 column 4 (char 3)"),
            ("[1,]", "expected a value: line 1 column 4 (char 3)"),
            ("[01]", "expected ',': line 1 column 3 (char 2)"),
            ("[-]", "expected a value: line 1 column 2 (char 1)"),
            ("[1.]", "expected ',': line 1 column 3 (char 2)"),
            ("\"a", "unterminated string: line 1 column 1 (char 0)"),
            ("\"\\x\"", "invalid escape: line 1 column 2 (char 1)"),
            (
                "\"\\u12\"",
                "invalid \\uXXXX escape: line 1 column 3 (char 2)",
            ),
            (
                "\"a\nb\"",
                "invalid control character: line 1 column 3 (char 2)",
            ),
            (
                "NaN",
                "out of range float values are not JSON: line 1 column 1 (char 0)",
            ),
            (
                "-Infinity",
                "out of range float values are not JSON: line 1 column 2 (char 1)",
            ),
            (
                "\u{feff}{}",
                "unexpected byte order mark: line 1 column 1 (char 0)",
            ),
        ];
        for (text, expected) in table {
            assert_eq!(parse(text), Err(expected.to_owned()), "{text:?}");
        }
    }
}
