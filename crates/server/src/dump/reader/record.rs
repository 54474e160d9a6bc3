//! One record, whatever the form of its dump.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// One record, as JSON has it.
#[derive(Debug, PartialEq)]
pub(crate) struct Record {
    pub(crate) model: String,
    /// Null where the dump has none (`--natural-primary`). XML does not tell texts from numbers: there a
    /// primary key that is written as a number is one.
    pub(crate) pk: Value,
    pub(crate) fields: Map<String, Value>,
    /// Where it begins in the file, from 1.
    pub(crate) line: u64,
}

impl Record {
    /// Takes a record apart. As in Django, other members than the three are ignored.
    pub(super) fn from_members(
        mut members: Map<String, Value>,
        line: u64,
    ) -> Result<Self, &'static str> {
        let model = match members.remove("model") {
            Some(Value::String(model)) => model,
            Some(_) => return Err("the model of the record is not a text"),
            None => return Err("the record has no model"),
        };
        let fields = match members.remove("fields") {
            Some(Value::Object(fields)) => fields,
            Some(_) => return Err("the fields of the record are not an object"),
            None => return Err("the record has no fields"),
        };
        let pk = members.remove("pk").unwrap_or_default();
        Ok(Self {
            model,
            pk,
            fields,
            line,
        })
    }

    /// The record for a message. The primary key of a token is the token itself: not all of it is shown.
    pub(crate) fn name(&self) -> String {
        match &self.pk {
            Value::String(key) => {
                let start: String = key.chars().take(8).collect();
                format!("{} {start}…", self.model)
            }
            Value::Null => self.model.clone(),
            pk => format!("{} {pk}", self.model),
        }
    }
}

/// Why a name that is given twice is refused: which of the two is meant cannot be known.
pub(super) fn given_twice(name: &str) -> String {
    format!("{name:?} is given twice in one object")
}

/// What Python writes for an instant, as Django's JSON has it: `Z` for UTC, and milliseconds. Microseconds
/// that JSON would have lost are kept.
pub(super) fn instant_as_json(instant: &str) -> String {
    let (time, zone) = match instant.strip_suffix("+00:00") {
        Some(time) => (time, "Z"),
        None => (instant, ""),
    };
    match time.rsplit_once('.') {
        Some((whole, fraction)) if fraction.len() == 6 => {
            let fraction = fraction.strip_suffix("000").unwrap_or(fraction);
            format!("{whole}.{fraction}{zone}")
        }
        _ => format!("{time}{zone}"),
    }
}

/// A JSON value in which no object has the same name twice.
pub(super) struct Strict(pub(super) Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, Strict>()? {
            if object.contains_key(&name) {
                return Err(de::Error::custom(given_twice(&name)));
            }
            object.insert(name, value);
        }
        Ok(object.into())
    }
}
