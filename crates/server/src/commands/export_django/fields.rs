//! Keys and fields of records.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, SecondsFormat, Utc};
use chrono_tz::Tz;

use crate::dump::{FieldValue, ModelMapping, OutputKey, OutputRecord};

/// The fields of a record, as far as its model has them.
pub(super) struct Fields<'a> {
    pub(super) model: &'a ModelMapping,
    written: Vec<(&'a str, FieldValue<'a>)>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(model: &'a ModelMapping) -> Self {
        let written = Vec::new();
        Self { model, written }
    }

    /// Whether the model has the field, which has the value then.
    pub(super) fn put(&mut self, name: &str, value: impl FnOnce() -> FieldValue<'a>) -> bool {
        let Some(name) = self.model.fields.get(name) else {
            return false;
        };
        self.written.push((name, value()));
        true
    }

    pub(super) fn record(self, pk: OutputKey) -> OutputRecord<'a> {
        OutputRecord {
            model: &self.model.model,
            pk,
            fields: self.written,
        }
    }
}

pub(super) fn text(text: &str) -> FieldValue<'_> {
    FieldValue::Text(Cow::Borrowed(text))
}

/// The absence of a value: columns of Django seldom take null, and columns of numbers no text. `None` where neither
/// is known to do: Django has a default, or tells what is missing.
pub(super) fn none(model: &ModelMapping, field: &str) -> Option<FieldValue<'static>> {
    if model.nullable.contains(field) {
        Some(FieldValue::Null)
    } else if model.numbers.contains(field) {
        None
    } else {
        Some(text(""))
    }
}

/// The primary key of what has an id here, and perhaps a key of its own elsewhere. Where keys are texts, it is made
/// a UUID: most of them are.
pub(super) fn key(model: &ModelMapping, id: i64, external: Option<&str>) -> OutputKey {
    match external {
        Some(key) if model.has_text_keys => OutputKey::Text(key.to_owned()),
        Some(key) => match key.parse() {
            Ok(number) => OutputKey::Number(number),
            Err(_not_a_number) => OutputKey::Text(key.to_owned()),
        },
        None if model.has_text_keys => {
            let (high, low) = (id >> 48 & 0xfff, id & 0xffff_ffff_ffff);
            OutputKey::Text(format!("00000000-0000-4000-8{high:03x}-{low:012x}"))
        }
        None => OutputKey::Number(id),
    }
}

/// How instants are written: as times of a zone, or with theirs.
#[derive(Clone, Copy)]
pub(super) struct Instants(pub(super) Option<Tz>);

impl Instants {
    /// As Django's JSON has it, with microseconds where it has some.
    ///
    /// # Errors
    /// A text, for a year that Python does not know.
    pub(super) fn field(self, at: DateTime<Utc>) -> Result<FieldValue<'static>, String> {
        let local = self.0.map(|zone| at.with_timezone(&zone).naive_local());
        let year = local.map_or_else(|| at.year(), |local| local.year());
        if !(1..=9999).contains(&year) {
            return Err(format!("has the instant {at}, which Python cannot read"));
        }
        Ok(FieldValue::Instant(match local {
            None => at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
            Some(local) => local.format("%Y-%m-%dT%H:%M:%S%.f").to_string(),
        }))
    }
}
