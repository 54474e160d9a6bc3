//! Streams the records of a dump: never more than one is in memory.

use std::fmt;
use std::io::Read;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// One record, as Django writes it.
#[derive(Debug, Deserialize)]
pub(crate) struct Record {
    pub(crate) model: String,
    #[serde(default)]
    pub(crate) pk: Value,
    pub(crate) fields: Map<String, Value>,
}

impl Record {
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

/// Why a dump could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DumpError<E> {
    /// The text is broken: the message names line and column.
    #[error("{0}")]
    Syntax(serde_json::Error),
    /// A record could not be stored.
    #[error("a record could not be stored")]
    Sink(E),
}

/// Hands every record of a dump to `sink`.
pub(crate) fn read<E>(
    source: impl Read,
    sink: impl FnMut(Record) -> Result<(), E>,
) -> Result<(), DumpError<E>> {
    let mut failure = None;
    let mut deserializer = serde_json::Deserializer::from_reader(source);
    let visitor = Records {
        sink,
        failure: &mut failure,
        error: PhantomData,
    };
    let outcome = deserializer
        .deserialize_seq(visitor)
        .and_then(|()| deserializer.end());
    match (failure, outcome) {
        (Some(error), _) => Err(DumpError::Sink(error)),
        (None, Err(error)) => Err(DumpError::Syntax(error)),
        (None, Ok(())) => Ok(()),
    }
}

struct Records<'a, S, E> {
    sink: S,
    failure: &'a mut Option<E>,
    error: PhantomData<E>,
}

impl<'de, S: FnMut(Record) -> Result<(), E>, E> Visitor<'de> for Records<'_, S, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records with model, pk and fields")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut records: A) -> Result<(), A::Error> {
        while let Some(record) = records.next_element()? {
            if let Err(error) = (self.sink)(record) {
                *self.failure = Some(error);
                return Err(de::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
