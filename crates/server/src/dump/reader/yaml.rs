//! YAML: a sequence of mappings, each of which is parsed for itself.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::BufRead;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::{Map, Value};

use super::record::{Record, given_twice};
use super::size::Size;
use super::text::{Fault, Text, utf8};
use super::yaml_scalar::resolve;

/// Finds the records: each begins with a hyphen, all of them in one column.
pub(super) struct Records<'a> {
    text: Text<'a>,
    /// The column of the hyphens, once the first is there.
    indent: Option<usize>,
    /// The line after the record, with which the next begins.
    next: Vec<u8>,
    record: Vec<u8>,
    /// How many fields the first record of each model has.
    fields: HashMap<String, usize>,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        // The blanks before the first hyphen are consumed already.
        let blanks = usize::try_from(text.column() - 1).unwrap_or_default();
        Self {
            text,
            indent: None,
            next: vec![b' '; blanks],
            record: Vec::new(),
            fields: HashMap::new(),
        }
    }

    fn find(&mut self) -> Result<Option<Record>, Fault> {
        self.text.renew();
        let is_first = self.indent.is_none();
        let begun = u64::from(!is_first && !self.next.is_empty());
        let line = self.text.line() - begun;
        self.record.clear();
        self.record.append(&mut self.next);
        loop {
            let start = self.record.len();
            // Before the first hyphen there may be blanks that are consumed already.
            let is_blank = self.record.iter().all(|byte| *byte == b' ');
            let from = if is_blank { 0 } else { start };
            let failed = self.text.line();
            let read = self.text.read_until(b'\n', &mut self.record);
            if read.map_err(|error| Fault::at(failed, error))? == 0 {
                break;
            }
            if self.record.last() != Some(&b'\n') {
                let reason = "the dump is cut off: its last line does not end";
                return Err(Fault::at(failed, reason));
            }
            let Some(column) = hyphen(self.record.get(from..).unwrap_or_default()) else {
                continue;
            };
            if self.indent.is_none() {
                self.indent = Some(column);
            } else if self.indent == Some(column) {
                self.next = self.record.split_off(start);
                break;
            }
        }
        if self.record.is_empty() {
            return Ok(None);
        }
        let text = utf8(&self.record, line)?;
        let record = parse(&single_lines(text, line)?, line)?;
        self.check_end(&record)?;
        Ok(Some(record))
    }

    /// A dump that is cut off between two lines is still YAML. Django writes all fields of every record.
    fn check_end(&mut self, record: &Record) -> Result<(), Fault> {
        let count = record.fields.len();
        let is_last = self.next.is_empty();
        match self.fields.get(&record.model) {
            Some(usual) if is_last && count < *usual => {
                let reason = "the dump is cut off: its last record has fewer fields than others";
                Err(Fault::at(record.line, reason))
            }
            Some(_) => Ok(()),
            None => {
                self.fields.insert(record.model.clone(), count);
                Ok(())
            }
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.find().transpose()
    }
}

/// The column of the hyphen with which a line begins.
fn hyphen(line: &[u8]) -> Option<usize> {
    let column = line.iter().position(|byte| *byte != b' ')?;
    let rest = line.get(column..)?;
    matches!(rest, [b'-', b' ' | b'\n' | b'\r', ..]).then_some(column)
}

/// `PyYAML` follows YAML 1.1, in which U+0085, U+2028 and U+2029 end a line: it indents what comes after
/// them. In YAML 1.2 they are characters like any other.
fn single_lines(text: &str, line: u64) -> Result<Cow<'_, str>, Fault> {
    const BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];
    if !text.contains(BREAKS) {
        return Ok(Cow::Borrowed(text));
    }
    let mut single = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, _)) = rest.split_once(BREAKS) {
        let (taken, after) = rest.split_at(before.len());
        let mut characters = after.chars();
        single.push_str(taken);
        single.extend(characters.next());
        rest = characters.as_str().trim_start_matches(' ');
        if before.ends_with('\n') || rest.starts_with('\n') {
            let reason = "a text has line breaks of two kinds beside one another: dump it as JSON";
            return Err(Fault::at(line, reason));
        }
    }
    single.push_str(rest);
    Ok(Cow::Owned(single))
}

/// Parses the sequence of one record whose text begins in a line.
fn parse(text: &str, line: u64) -> Result<Record, Fault> {
    let mut events = Events {
        parser: Parser::new_from_str(text),
        before: line.saturating_sub(1),
        size: Size::default(),
    };
    events.expect(|event| matches!(event, Event::StreamStart))?;
    events.expect(|event| matches!(event, Event::DocumentStart(_)))?;
    events.expect(|event| matches!(event, Event::SequenceStart(0, None)))?;
    let (event, line) = events.next()?;
    let Value::Object(members) = events.node(event, line)? else {
        return Err(Fault::at(line, "a record is expected"));
    };
    events.expect(|event| matches!(event, Event::SequenceEnd))?;
    events.expect(|event| matches!(event, Event::DocumentEnd))?;
    events.expect(|event| matches!(event, Event::StreamEnd))?;
    Record::from_members(members, line).map_err(|reason| Fault::at(line, reason))
}

struct Events<'a> {
    parser: Parser<'a, StrInput<'a>>,
    /// How many lines of the file come before the text.
    before: u64,
    size: Size,
}

impl<'a> Events<'a> {
    /// The next event, and its line.
    fn next(&mut self) -> Result<(Event<'a>, u64), Fault> {
        match self.parser.next_event() {
            Some(Ok((event, Span { start, .. }))) => Ok((event, self.before + start.line() as u64)),
            Some(Err(error)) => {
                let line = self.before + error.marker().line() as u64;
                Err(Fault::at(line, error.info()))
            }
            None => Err(Fault::at(self.before + 1, "the record does not end")),
        }
    }

    fn expect(&mut self, is_it: impl Fn(&Event<'a>) -> bool) -> Result<(), Fault> {
        let (event, line) = self.next()?;
        refuse_marks(&event, line)?;
        if is_it(&event) {
            Ok(())
        } else {
            Err(Fault::at(line, "a sequence of records is expected"))
        }
    }

    /// The value that begins with an event.
    fn node(&mut self, event: Event<'a>, line: u64) -> Result<Value, Fault> {
        refuse_marks(&event, line)?;
        match &event {
            Event::SequenceStart(..) => self.size.open_list(),
            Event::MappingStart(..) => self.size.open_object(),
            _ => self.size.add_value(),
        }
        if let Some(excess) = self.size.excess() {
            return Err(Fault::at(line, excess));
        }
        match event {
            Event::Scalar(text, ScalarStyle::Plain, ..) => {
                resolve(&text).map_err(|reason| Fault::at(line, reason))
            }
            Event::Scalar(text, ..) => Ok(text.into()),
            Event::SequenceStart(..) => self.sequence(),
            Event::MappingStart(..) => self.mapping(),
            _ => Err(Fault::at(line, "a value is expected")),
        }
    }

    fn sequence(&mut self) -> Result<Value, Fault> {
        let mut list = Vec::new();
        loop {
            let (event, line) = self.next()?;
            if event == Event::SequenceEnd {
                self.size.close();
                return Ok(list.into());
            }
            list.push(self.node(event, line)?);
        }
    }

    fn mapping(&mut self) -> Result<Value, Fault> {
        let mut object = Map::new();
        loop {
            let (event, line) = self.next()?;
            refuse_marks(&event, line)?;
            let name = match event {
                Event::MappingEnd => {
                    self.size.close();
                    return Ok(object.into());
                }
                Event::Scalar(name, style, ..) if style != ScalarStyle::Plain || name != "<<" => {
                    name.into_owned()
                }
                _ => return Err(Fault::at(line, "a name is expected")),
            };
            self.size.add_name();
            let (event, value_line) = self.next()?;
            let value = self.node(event, value_line)?;
            if object.contains_key(&name) {
                return Err(Fault::at(line, given_twice(&name)));
            }
            object.insert(name, value);
        }
    }
}

/// What Django does not write, and what can make a small file large.
fn refuse_marks(event: &Event<'_>, line: u64) -> Result<(), Fault> {
    let (anchor, tag): (usize, &Option<Cow<'_, Tag>>) = match event {
        Event::Alias(_) => return Err(Fault::at(line, "YAML aliases are refused")),
        Event::Scalar(_, _, anchor, tag)
        | Event::SequenceStart(anchor, tag)
        | Event::MappingStart(anchor, tag) => (*anchor, tag),
        _ => return Ok(()),
    };
    if let Some(tag) = tag {
        let name = format!("{}{}", tag.handle, tag.suffix);
        return Err(Fault::at(line, format!("YAML tags are refused: {name}")));
    }
    if anchor > 0 {
        return Err(Fault::at(line, "YAML anchors are refused"));
    }
    Ok(())
}
