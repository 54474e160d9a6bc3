//! JSON, an array of records, and JSON Lines, one after another.

use std::io::BufRead;

use memchr::memchr2;
use serde_json::Value;

use super::record::{Record, Strict};
use super::size::Size;
use super::text::{Fault, Text, utf8};

/// How often `NaN` and `Infinity` may be in one record.
const MAX_NUMBERS: usize = 10_000;

/// Finds the records and has each parsed for itself.
pub(super) struct Records<'a> {
    text: Text<'a>,
    place: Place,
    record: Vec<u8>,
}

/// Where the next record may be.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Start,
    /// After a record of JSON Lines.
    Lines,
    /// After the bracket that opens the array.
    First,
    /// After a record of the array.
    Next,
    /// After the bracket that closes the array.
    End,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        Self {
            text,
            place: Place::Start,
            record: Vec::new(),
        }
    }

    fn find(&mut self) -> Result<Option<Record>, Fault> {
        self.text.renew();
        loop {
            self.text.skip_blank()?;
            let byte = self.text.peek()?;
            self.place = match (self.place, byte) {
                (Place::Start, Some(b'[')) => Place::First,
                (Place::First | Place::Next, Some(b']')) => Place::End,
                (Place::Next, Some(b',')) => {
                    self.text.consume(1);
                    return self.next_in_array().map(Some);
                }
                (Place::Start | Place::Lines, Some(b'{')) => {
                    self.place = Place::Lines;
                    return self.parse().map(Some);
                }
                (Place::First, Some(b'{')) => {
                    self.place = Place::Next;
                    return self.parse().map(Some);
                }
                (Place::Start | Place::Lines | Place::End, None) => return Ok(None),
                (Place::First | Place::Next, None) => {
                    return Err(self
                        .text
                        .fault("the dump is cut off: its array does not end"));
                }
                (Place::End, Some(_)) => return Err(self.here("there is more after the array")),
                (Place::Next, Some(_)) => return Err(self.here("a comma or the end is expected")),
                _ => return Err(self.here("a record is expected")),
            };
            self.text.consume(1);
        }
    }

    fn next_in_array(&mut self) -> Result<Record, Fault> {
        self.text.skip_blank()?;
        match self.text.peek()? {
            Some(b'{') => self.parse(),
            None => Err(self
                .text
                .fault("the dump is cut off: its array does not end")),
            Some(_) => Err(self.here("a record is expected")),
        }
    }

    /// Parses the record that begins here.
    fn parse(&mut self) -> Result<Record, Fault> {
        let (line, column) = (self.text.line(), self.text.column());
        let mut scan = Scan::default();
        self.record.clear();
        loop {
            let chunk = self.text.chunk()?;
            if chunk.is_empty() {
                return Err(Fault::at(line, "the dump is cut off in this record"));
            }
            let end = scan.end_of_record(chunk, self.record.len());
            let taken = end.unwrap_or(chunk.len());
            self.record.extend(chunk.get(..taken).unwrap_or_default());
            self.text.consume(taken);
            if let Some(excess) = scan.size.excess() {
                return Err(self.text.fault(excess));
            }
            if end.is_some() {
                break;
            }
        }
        scan.quote_numbers(&mut self.record);
        let text = utf8(&self.record, line)?;
        let parsed = serde_json::from_str(text);
        let Strict(value) = parsed.map_err(|error| syntax(&error, line, column))?;
        let Value::Object(members) = value else {
            return Err(Fault::at(line, "a record is expected"));
        };
        Record::from_members(members, line).map_err(|reason| Fault::at(line, reason))
    }

    fn here(&self, reason: &str) -> Fault {
        Fault {
            column: Some(self.text.column()),
            ..self.text.fault(reason)
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.find().transpose()
    }
}

/// A value that is not a record.
pub(super) fn value(text: String) -> Result<Value, String> {
    let mut scan = Scan::default();
    scan.end_of_record(text.as_bytes(), 0);
    if let Some(excess) = scan.size.excess() {
        return Err(excess);
    }
    let mut text = text.into_bytes();
    scan.quote_numbers(&mut text);
    let parsed = serde_json::from_slice(&text);
    parsed
        .map(|Strict(value)| value)
        .map_err(|error| reason_of(&error))
}

/// An error in a record that begins at a place, as one of the file.
fn syntax(error: &serde_json::Error, line: u64, column: u64) -> Fault {
    let first = if error.line() == 1 { column - 1 } else { 0 };
    Fault {
        column: Some(first + error.column() as u64),
        ..Fault::at(
            (line + error.line() as u64).saturating_sub(1),
            reason_of(error),
        )
    }
}

/// The reason alone: its place is one in a part of the text.
fn reason_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let reason = text.rsplit_once(" at line ");
    reason.map_or(&*text, |(reason, _)| reason).to_owned()
}

/// How far a record has been looked through.
#[derive(Default)]
struct Scan {
    size: Size,
    is_in_text: bool,
    is_escaped: bool,
    /// Where outside of texts `NaN` or `Infinity` may be.
    numbers: Vec<usize>,
}

impl Scan {
    /// The end of the record, if it is in this chunk. `before` bytes of the record came before.
    fn end_of_record(&mut self, chunk: &[u8], before: usize) -> Option<usize> {
        let mut rest = chunk;
        while let Some((&byte, tail)) = rest.split_first() {
            let mut after = tail;
            if self.is_escaped {
                self.is_escaped = false;
            } else if self.is_in_text {
                let at = memchr2(b'"', b'\\', rest)?;
                self.is_escaped = rest.get(at) == Some(&b'\\');
                self.is_in_text = self.is_escaped;
                after = rest.get(at + 1..).unwrap_or_default();
            } else {
                match byte {
                    b'"' => self.is_in_text = true,
                    b'{' => self.size.open_object(),
                    b'[' => self.size.open_list(),
                    b',' => self.size.add_value(),
                    b':' => self.size.add_name(),
                    b'}' | b']' => self.size.close(),
                    b'N' | b'I' if self.numbers.len() < MAX_NUMBERS => {
                        self.numbers.push(before + chunk.len() - rest.len());
                    }
                    _ => {}
                }
                if self.size.depth == 0 || self.size.excess().is_some() {
                    return Some(chunk.len() - after.len());
                }
            }
            rest = after;
        }
        None
    }

    /// Python writes `NaN` and `Infinity`, which JSON does not have: they become texts.
    fn quote_numbers(&self, record: &mut Vec<u8>) {
        if self.numbers.is_empty() {
            return;
        }
        let mut quoted = Vec::with_capacity(record.len() + 2 * self.numbers.len());
        let mut done = 0;
        for &at in &self.numbers {
            let rest = record.get(at..).unwrap_or_default();
            let names: [&[u8]; 2] = [b"NaN", b"Infinity"];
            let Some(name) = names.into_iter().find(|name| rest.starts_with(name)) else {
                continue;
            };
            quoted.extend(record.get(done..at).unwrap_or_default());
            let sign = quoted.pop_if(|last| *last == b'-');
            quoted.push(b'"');
            quoted.extend(sign);
            quoted.extend(name);
            quoted.push(b'"');
            done = at + name.len();
        }
        quoted.extend(record.get(done..).unwrap_or_default());
        *record = quoted;
    }
}
