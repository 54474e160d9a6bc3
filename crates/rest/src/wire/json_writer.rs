//! JSON text as the dialects write it (`decisions.md` 14).

use std::io;

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

/// Whose rules a text follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// `drf` and `jwt`: no blanks, UTF-8, U+2028 and U+2029 escaped (contract `drf.md`, section 6).
    Compact,
    /// `tower`: a blank after commas and colons, ASCII only (contract `tower.md`, section 1.3).
    Spaced,
}

/// A style and the blanks of one level; 0 writes everything on one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Layout {
    /// White space between elements.
    pub style: Style,
    /// Blanks that each level is indented by; 0 writes one line.
    pub indent: u8,
}

impl Layout {
    /// One line of `style`.
    #[must_use]
    pub const fn line(style: Style) -> Self {
        Self { style, indent: 0 }
    }
}

/// Writes `value` in a layout.
///
/// Bodies are plain structs of text, numbers and lists, so serialisation cannot fail; should a body
/// break that rule, its text ends early and the client sees broken JSON instead of a lost answer.
pub fn to_vec<T: Serialize + ?Sized>(value: &T, layout: Layout) -> Vec<u8> {
    let mut text = Vec::with_capacity(1024);
    let mut serializer = Serializer::with_formatter(&mut text, Writer::new(layout));
    if let Err(error) = value.serialize(&mut serializer) {
        tracing::error!(%error, "a body could not be written as JSON");
    }
    text
}

struct Writer {
    layout: Layout,
    depth: usize,
    has_items: bool,
}

impl Writer {
    fn new(layout: Layout) -> Self {
        Self {
            layout,
            depth: 0,
            has_items: false,
        }
    }

    fn break_line<W: ?Sized + io::Write>(&self, out: &mut W) -> io::Result<()> {
        const BLANKS: [u8; 64] = [b' '; 64];
        out.write_all(b"\n")?;
        let mut left = self.depth * usize::from(self.layout.indent);
        while left > 0 {
            let part = left.min(BLANKS.len());
            out.write_all(BLANKS.get(..part).unwrap_or(&BLANKS))?;
            left -= part;
        }
        Ok(())
    }

    fn open<W: ?Sized + io::Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_items = false;
        out.write_all(bracket)
    }

    fn close<W: ?Sized + io::Write>(&mut self, out: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.layout.indent > 0 && self.has_items {
            self.break_line(out)?;
        }
        self.has_items = true;
        out.write_all(bracket)
    }

    fn separate<W: ?Sized + io::Write>(&self, out: &mut W, first: bool) -> io::Result<()> {
        if !first {
            out.write_all(match self.layout.style {
                Style::Compact => b",".as_slice(),
                Style::Spaced => b", ",
            })?;
        }
        if self.layout.indent > 0 {
            self.break_line(out)
        } else {
            Ok(())
        }
    }
}

impl Formatter for Writer {
    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.separate(out, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _out: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.open(out, b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.close(out, b"}")
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.separate(out, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        let spaced = self.layout.style == Style::Spaced || self.layout.indent > 0;
        out.write_all(if spaced { b": " } else { b":" })
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _out: &mut W) -> io::Result<()> {
        self.has_items = true;
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let bytes = fragment.as_bytes();
        let is_plain = match self.layout.style {
            // 0xE2 starts the encoding of both line separators.
            Style::Compact => bytes.is_ascii() || !bytes.contains(&0xE2),
            // No early end: so several bytes are looked at in one instruction.
            Style::Spaced => bytes
                .iter()
                .fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~')),
        };
        if is_plain {
            return out.write_all(bytes);
        }
        let escaped: fn(char) -> bool = match self.layout.style {
            Style::Compact => |c| matches!(c, '\u{2028}' | '\u{2029}'),
            Style::Spaced => |c| !matches!(c, ' '..='~'),
        };
        let mut rest = fragment;
        while let Some(at) = rest.find(escaped) {
            let (plain, tail) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            let mut chars = tail.chars();
            if let Some(c) = chars.next() {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = chars.as_str();
        }
        out.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        // Compact formatting of one escape: `\/` is never chosen by the serializer.
        serde_json::ser::CompactFormatter.write_char_escape(out, escape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &serde_json::Value, style: Style, indent: u8) -> String {
        String::from_utf8(to_vec(value, Layout { style, indent })).unwrap()
    }

    #[test]
    fn compact_text_escapes_controls_and_line_separators_only() {
        let value = serde_json::json!({ "a": "é\u{2028}\u{1}\t</\u{7f}\u{85}€😀", "b": [1, null] });

        let written = text(&value, Style::Compact, 0);

        assert_eq!(
            written,
            "{\"a\":\"é\\u2028\\u0001\\t</\u{7f}\u{85}€😀\",\"b\":[1,null]}"
        );
    }

    #[test]
    fn spaced_text_is_ascii_with_surrogate_pairs() {
        let value = serde_json::json!({ "a": "é😀\u{7f}<&'/", "b": [] });

        let written = text(&value, Style::Spaced, 0);

        assert_eq!(written, r#"{"a": "\u00e9\ud83d\ude00\u007f<&'/", "b": []}"#);
    }

    #[test]
    fn indented_compact_text_has_no_trailing_blanks() {
        let value = serde_json::json!({ "a": [], "b": [1, { "c": {} }] });

        let written = text(&value, Style::Compact, 2);

        let expected = "{\n  \"a\": [],\n  \"b\": [\n    1,\n    {\n      \"c\": {}\n    }\n  ]\n}";
        assert_eq!(written, expected);
    }

    #[test]
    fn indented_spaced_text_keeps_the_blank_after_commas() {
        let value = serde_json::json!([1, 2]);

        let written = text(&value, Style::Spaced, 4);

        assert_eq!(written, "[\n    1, \n    2\n]");
    }
}
