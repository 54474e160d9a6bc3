//! JSON values with what Python would know of them: the text of numbers, and lone surrogates.

use std::fmt::Write;

/// A value of a request body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// As it was written.
    Number(String),
    /// A string.
    Text(Text),
    /// An array.
    List(Vec<Value>),
    /// In the order of sending; the last of repeated names counts.
    Object(Vec<(Text, Value)>),
}

/// Text as a client can write it in JSON, which Rust's cannot hold in full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Lone surrogates are U+FFFD here.
    pub text: String,
    /// The first lone surrogate.
    pub surrogate: Option<u16>,
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            surrogate: None,
        }
    }
}

impl Text {
    /// The text, if any database can hold it.
    #[must_use]
    pub fn storable(&self) -> Option<String> {
        let is_storable = self.surrogate.is_none() && !self.text.contains('\0');
        is_storable.then(|| self.text.clone())
    }
}

impl Value {
    /// The name of the type in Python.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "NoneType",
            Self::Bool(_) => "bool",
            Self::Number(text) if is_integer(text) => "int",
            Self::Number(_) => "float",
            Self::Text(_) => "str",
            Self::List(_) => "list",
            Self::Object(_) => "dict",
        }
    }

    /// A member of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else {
            return None;
        };
        let named = members.iter().rev().find(|(key, _)| key.text == name);
        named.map(|(_, value)| value)
    }

    /// What Python's `str()` makes of the value.
    #[must_use]
    pub fn to_python_str(&self) -> String {
        match self {
            Self::Text(text) => text.text.clone(),
            other => {
                let mut out = String::new();
                other.write_repr(&mut out);
                out
            }
        }
    }

    fn write_repr(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("None"),
            Self::Bool(true) => out.push_str("True"),
            Self::Bool(false) => out.push_str("False"),
            Self::Number(text) => out.push_str(&number_text(text)),
            Self::Text(text) => write_text_repr(text, out),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    item.write_repr(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, value)) in members.iter().enumerate() {
                    out.push_str(if at > 0 { ", " } else { "" });
                    write_text_repr(name, out);
                    out.push_str(": ");
                    value.write_repr(out);
                }
                out.push('}');
            }
        }
    }
}

/// Whether the text of a number is that of an `int`.
fn is_integer(text: &str) -> bool {
    !text.contains(['.', 'e', 'E'])
}

/// A number as Python's `str()` writes it: integers keep their digits, the rest is the shortest
/// decimal that reads back as the same `float`.
#[must_use]
pub fn number_text(text: &str) -> String {
    if is_integer(text) {
        return if text == "-0" { "0" } else { text }.to_owned();
    }
    let number: f64 = text.parse().unwrap_or(f64::NAN);
    if number.is_infinite() {
        return if number > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    // `{:e}` is the shortest form: one digit, perhaps a point and more, the exponent.
    let shortest = format!("{number:e}");
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = number.to_string();
        return if plain.contains('.') {
            plain
        } else {
            format!("{plain}.0")
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

fn write_text_repr(text: &Text, out: &mut String) {
    let has_only_single = text.text.contains('\'') && !text.text.contains('"');
    let quote = if has_only_single { '"' } else { '\'' };
    out.push(quote);
    for c in text.text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            // Writing to a String cannot fail.
            c if c.is_control() => drop(write!(out, "\\x{:02x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push(quote);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_python_writes_them() {
        let table = [
            ("1", "1"),
            ("-0", "0"),
            ("1.0", "1.0"),
            ("-0.0", "-0.0"),
            ("1.5E3", "1500.0"),
            ("1e22", "1e+22"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1.25e-7", "1.25e-07"),
            ("1e400", "inf"),
            ("-1e400", "-inf"),
            ("12345678901234567890123", "12345678901234567890123"),
        ];
        for (written, expected) in table {
            assert_eq!(number_text(written), expected, "{written}");
        }
    }

    #[test]
    fn containers_read_as_python_shows_them() {
        let value = Value::List(vec![
            Value::Text("it's".into()),
            Value::Object(vec![("a\"'".into(), Value::Null)]),
            Value::Bool(true),
            Value::Text("a\n\\".into()),
        ]);

        assert_eq!(
            value.to_python_str(),
            r#"["it's", {'a"\'': None}, True, 'a\n\\']"#
        );
    }
}
