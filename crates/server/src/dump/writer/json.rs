//! JSON, which is YAML as well if nothing is in it that YAML reads another way.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::record::OutputRecord;

/// Writes a record on one line, as Django does.
pub(super) fn write(out: &mut impl Write, record: &OutputRecord<'_>) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(out, OneLine);
    record.serialize(&mut serializer).map_err(io::Error::from)
}

/// Blanks after colons and commas, without which YAML 1.1 reads no mapping; and escapes for what YAML takes for
/// the end of a line, or refuses.
struct OneLine;

impl Formatter for OneLine {
    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        separator(writer, first)
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        separator(writer, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_special) {
            let (plain, special) = rest.split_at(at);
            writer.write_all(plain.as_bytes())?;
            let mut characters = special.chars();
            if let Some(character) = characters.next() {
                write!(writer, "\\u{:04x}", u32::from(character))?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

fn separator<W: Write + ?Sized>(writer: &mut W, is_first: bool) -> io::Result<()> {
    if is_first {
        return Ok(());
    }
    writer.write_all(b", ")
}

/// Control characters that JSON does not escape, the other ends of lines, the byte order mark, and the two that are
/// no characters.
fn is_special(character: char) -> bool {
    matches!(
        character,
        '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}
