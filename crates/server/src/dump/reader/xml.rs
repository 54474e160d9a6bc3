//! XML: `<django-objects>` with one `<object>` for each record.

use std::borrow::Cow;

use memchr::memchr_iter;
use quick_xml::escape::{EscapeError, resolve_xml_entity};
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::{Decoder, Error, Reader, XmlVersion};
use serde_json::{Map, Number, Value};

use super::json;
use super::record::{Record, given_twice, instant_as_json};
use super::text::{Fault, NOT_UTF8, Text};

/// Reads the records.
pub(super) struct Records<'a> {
    reader: Reader<Text<'a>>,
    buffer: Vec<u8>,
    is_begun: bool,
}

/// What comes next, without comments; adjoining texts are several.
enum Token {
    Open(Tag),
    Close,
    Text(String),
    End,
}

/// A tag that opens an element, and the line where it begins.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    line: u64,
}

impl Tag {
    fn attribute(&mut self, wanted: &str) -> Option<String> {
        let mut attributes = self.attributes.iter_mut();
        let found = attributes.find(|(name, _)| name == wanted)?;
        Some(std::mem::take(&mut found.1))
    }
}

impl<'a> Records<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        let mut reader = Reader::from_reader(text);
        reader.config_mut().expand_empty_elements = true;
        Self {
            reader,
            buffer: Vec::new(),
            is_begun: false,
        }
    }

    fn find(&mut self) -> Result<Option<Record>, Fault> {
        self.reader.get_mut().renew();
        if !self.is_begun {
            match self.between()? {
                Token::Open(tag) if tag.name == "django-objects" => self.is_begun = true,
                Token::Open(tag) => return Err(unexpected(&tag)),
                _ => return Err(self.fault("django-objects is expected")),
            }
        }
        match self.between()? {
            Token::Open(tag) if tag.name == "object" => self.record(tag).map(Some),
            Token::Open(tag) => Err(unexpected(&tag)),
            Token::Close => match self.between()? {
                Token::End => Ok(None),
                _ => Err(self.fault("there is more after the objects")),
            },
            _ => Err(self.fault("the dump is cut off: its objects do not end")),
        }
    }

    fn record(&mut self, mut tag: Tag) -> Result<Record, Fault> {
        let line = tag.line;
        let model = tag.attribute("model");
        let model = model.ok_or_else(|| Fault::at(line, "the record has no model"))?;
        let pk = tag.attribute("pk").map(key).unwrap_or_default();
        let mut fields = Map::new();
        loop {
            match self.between()? {
                Token::Open(mut tag) if tag.name == "field" => {
                    let name = tag.attribute("name");
                    let name = name.ok_or_else(|| Fault::at(tag.line, "the field has no name"))?;
                    let line = tag.line;
                    let value = self.field(tag)?;
                    if fields.contains_key(&name) {
                        return Err(Fault::at(line, given_twice(&name)));
                    }
                    fields.insert(name, value);
                }
                Token::Open(tag) => return Err(unexpected(&tag)),
                Token::Close => {
                    return Ok(Record {
                        model,
                        pk,
                        fields,
                        line,
                    });
                }
                _ => return Err(Fault::at(line, CUT_OFF)),
            }
        }
    }

    /// The value of a field, by what is in it.
    fn field(&mut self, mut tag: Tag) -> Result<Value, Fault> {
        let (kind, relation) = (tag.attribute("type"), tag.attribute("rel"));
        let (text, children) = self.content(&tag, |this, child| match &*child.name {
            "None" => this.text(&child).map(|_empty| Child::None),
            "natural" => this.text(&child).map(Child::Natural),
            "object" => this.object(child).map(Child::Object),
            _ => Err(unexpected(&child)),
        })?;
        let is_list = relation.as_deref() == Some("ManyToManyRel");
        if children.is_empty() && !(is_list && text.trim().is_empty()) {
            return match (relation, kind) {
                (Some(_), _) => Ok(key(text)),
                (None, kind) => typed(text, kind.as_deref().unwrap_or_default())
                    .map_err(|reason| Fault::at(tag.line, reason)),
            };
        }
        let mut values = Vec::new();
        for child in children {
            match child {
                Child::None => return Ok(Value::Null),
                Child::Natural(part) => values.push(part.into()),
                Child::Object(value) => values.push(value),
            }
        }
        Ok(values.into())
    }

    /// One of the objects of a list: by its primary key or its natural key.
    fn object(&mut self, mut tag: Tag) -> Result<Value, Fault> {
        let pk = tag.attribute("pk");
        let (_, parts) = self.content(&tag, |this, child| match &*child.name {
            "natural" => this.text(&child).map(Value::from),
            _ => Err(unexpected(&child)),
        })?;
        Ok(pk.map_or_else(|| parts.into(), key))
    }

    /// An element without elements.
    fn text(&mut self, tag: &Tag) -> Result<String, Fault> {
        let (text, _) = self.content(tag, |_, child| Err::<(), _>(unexpected(&child)))?;
        Ok(text)
    }

    /// Text and elements up to the end of an element. Between elements there is no text.
    fn content<T>(
        &mut self,
        tag: &Tag,
        mut child: impl FnMut(&mut Self, Tag) -> Result<T, Fault>,
    ) -> Result<(String, Vec<T>), Fault> {
        let (mut text, mut children) = (String::new(), Vec::new());
        loop {
            match self.token()? {
                Token::Text(more) => text.push_str(&more),
                Token::Open(tag) => children.push(child(self, tag)?),
                Token::Close if children.is_empty() || text.trim().is_empty() => {
                    return Ok((text, children));
                }
                Token::Close => return Err(Fault::at(tag.line, "text beside elements")),
                Token::End => return Err(Fault::at(tag.line, CUT_OFF)),
            }
        }
    }

    /// The next token that is no blank text.
    fn between(&mut self) -> Result<Token, Fault> {
        loop {
            match self.token()? {
                Token::Text(text) if text.trim().is_empty() => {}
                Token::Text(_) => return Err(self.fault("text where an element is expected")),
                token => return Ok(token),
            }
        }
    }

    fn token(&mut self) -> Result<Token, Fault> {
        let decoder = self.reader.decoder();
        loop {
            self.buffer.clear();
            let read = self.reader.read_event_into(&mut self.buffer);
            let line = self.reader.get_ref().line();
            let event = read.map_err(|error| told(&error, line))?;
            let text = match event {
                Event::Start(start) => return opened(&start, line, decoder).map(Token::Open),
                Event::End(_) => return Ok(Token::Close),
                Event::Eof => return Ok(Token::End),
                Event::Text(text) => text.decode().map(Cow::into_owned),
                Event::CData(text) => text.decode().map(Cow::into_owned),
                Event::GeneralRef(reference) => return character(&reference, line),
                Event::Decl(declaration) => {
                    declared(&declaration, line)?;
                    continue;
                }
                Event::DocType(_) => {
                    return Err(Fault::at(line, "XML document types (DTD) are refused"));
                }
                Event::Comment(_) | Event::PI(_) | Event::Empty(_) => continue,
            };
            return match text {
                Ok(text) => Ok(Token::Text(text)),
                Err(_not_utf8) => Err(Fault::at(line, NOT_UTF8)),
            };
        }
    }

    fn fault(&self, reason: &str) -> Fault {
        self.reader.get_ref().fault(reason)
    }
}

impl Iterator for Records<'_> {
    type Item = Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        self.find().transpose()
    }
}

const CUT_OFF: &str = "the dump is cut off in this record";

/// An element of a field.
enum Child {
    None,
    Natural(String),
    Object(Value),
}

fn unexpected(tag: &Tag) -> Fault {
    Fault::at(tag.line, format!("the element {} is unexpected", tag.name))
}

fn entity(name: &str, line: u64) -> Fault {
    Fault::at(line, format!("XML entities are refused: &{name};"))
}

fn told(error: &Error, line: u64) -> Fault {
    match error {
        Error::Encoding(_) => Fault::at(line, NOT_UTF8),
        Error::Io(error) => Fault::at(line, error),
        Error::Escape(EscapeError::UnrecognizedEntity(_, name)) => entity(name, line),
        error => Fault::at(line, error),
    }
}

/// A tag that ends in a line.
fn opened(start: &BytesStart<'_>, end: u64, decoder: Decoder) -> Result<Tag, Fault> {
    let line = end - memchr_iter(b'\n', start).count() as u64;
    let owned = |name: &[u8]| match decoder.decode(name) {
        Ok(name) => Ok(name.into_owned()),
        Err(_not_utf8) => Err(Fault::at(line, NOT_UTF8)),
    };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| told(&error.into(), line))?;
        if !matches!(
            attribute.key.as_ref(),
            b"model" | b"pk" | b"name" | b"type" | b"rel"
        ) {
            continue;
        }
        let value = attribute.decoded_and_normalized_value(XmlVersion::Implicit1_0, decoder);
        let value = value.map_err(|error| told(&error, line))?;
        attributes.push((owned(attribute.key.as_ref())?, value.into_owned()));
    }
    Ok(Tag {
        name: owned(start.name().as_ref())?,
        attributes,
        line,
    })
}

fn declared(declaration: &BytesDecl<'_>, line: u64) -> Result<(), Fault> {
    let encoding = declaration.encoding().transpose();
    let encoding = encoding.map_err(|error| told(&error.into(), line))?;
    match encoding {
        Some(name) if !name.eq_ignore_ascii_case(b"utf-8") => Err(Fault::at(line, NOT_UTF8)),
        _ => Ok(()),
    }
}

/// A reference to a character, or to one of the five entities that need no declaration.
fn character(reference: &BytesRef<'_>, line: u64) -> Result<Token, Fault> {
    let character = reference.resolve_char_ref();
    if let Some(character) = character.map_err(|error| told(&error, line))? {
        return Ok(Token::Text(character.into()));
    }
    let name = reference.decode().unwrap_or_default();
    match resolve_xml_entity(&name) {
        Some(text) => Ok(Token::Text(text.to_owned())),
        None => Err(entity(&name, line)),
    }
}

/// A primary key. XML does not tell numbers from texts: what is written as a number is one.
fn key(text: String) -> Value {
    match text.parse::<i64>() {
        Ok(number) if number.to_string() == text => number.into(),
        _ => text.into(),
    }
}

/// A value by the type of its field. What is not written as that type is a text.
fn typed(text: String, kind: &str) -> Result<Value, String> {
    Ok(match kind {
        "BooleanField" | "NullBooleanField" => match &*text {
            "True" => true.into(),
            "False" => false.into(),
            _ => text.into(),
        },
        "FloatField" => match (&*text, text.parse().ok().and_then(Number::from_f64)) {
            (_, Some(number)) => number.into(),
            ("nan", None) => "NaN".into(),
            ("inf", None) => "Infinity".into(),
            ("-inf", None) => "-Infinity".into(),
            _ => text.into(),
        },
        "DateTimeField" => instant_as_json(&text).into(),
        "JSONField" => {
            json::value(text).map_err(|reason| format!("the field is no JSON: {reason}"))?
        }
        _ if kind.ends_with("IntegerField") || kind.ends_with("AutoField") => key(text),
        _ => text.into(),
    })
}
