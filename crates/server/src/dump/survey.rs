//! What a dump has, found out before anything is stored: its models, and how much is in their fields.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use crate::dump::instant::{self, InstantFault};
use crate::dump::keys::Keys;
use crate::dump::reader::Record;

/// Models that a dump may have, and fields that a model may have: more is no dump of Django's.
const MOST: usize = 5000;

/// The models of a dump, by their names in lower case.
#[derive(Default)]
pub(crate) struct Survey {
    models: BTreeMap<String, Model>,
    /// Primary keys of the outstanding refresh tokens that are blacklisted.
    pub(crate) blacklisted: HashSet<i64>,
}

/// What the records of a model have.
#[derive(Default)]
pub(crate) struct Model {
    /// The name as the dump writes it first.
    pub(crate) name: String,
    pub(crate) records: u64,
    /// Every field, with the number of records that have a value there.
    pub(crate) fields: BTreeMap<String, u64>,
    /// Fields that are null in a record.
    pub(crate) nullable: BTreeSet<String>,
    /// Fields that are a number in a record: no text is a value of theirs.
    pub(crate) numbers: BTreeSet<String>,
    /// The texts of fields that have few, with the number of records for each.
    texts: BTreeMap<String, Texts>,
    pub(crate) keys: Keys,
    /// Fields with a text that has an at sign, as an e-mail address has one.
    addresses: BTreeSet<String>,
    /// Fields with an instant that tells no zone.
    local_instants: BTreeSet<String>,
}

/// The texts of a field; `None` if they are many or long, and thus no choices.
type Texts = Option<BTreeMap<String, u64>>;

/// Texts of a field, and characters of a text, beyond which there is no choice between them.
const CHOICES: usize = 32;

impl Survey {
    /// Takes a record into account.
    ///
    /// # Errors
    /// A text, for a dump with too many models or fields.
    pub(crate) fn add(&mut self, record: &Record) -> Result<(), String> {
        let name = record.model.to_ascii_lowercase();
        if name == BLACKLISTED_TOKEN {
            let token = record.fields.get("token").and_then(Value::as_i64);
            self.blacklisted.extend(token);
        }
        let model = self.models.entry(name).or_default();
        model.records += 1;
        model.keys.add(&record.pk);
        if model.name.is_empty() {
            model.name.clone_from(&record.model);
        }
        for (field, value) in &record.fields {
            model.look_at(field, value);
            if has_at_sign(value) && !model.addresses.contains(field) {
                model.addresses.insert(field.clone());
            }
            if is_local_instant(value) && !model.local_instants.contains(field) {
                model.local_instants.insert(field.clone());
            }
            let count = u64::from(has_value(value));
            match model.fields.get_mut(field) {
                Some(values) => *values += count,
                None => {
                    model.fields.insert(field.clone(), count);
                }
            }
        }
        if self.models.len() > MOST || self.has_too_many_fields(&record.model) {
            return Err(format!("more than {MOST} models, or fields of one model"));
        }
        Ok(())
    }

    fn has_too_many_fields(&self, model: &str) -> bool {
        let model = self.models.get(&model.to_ascii_lowercase());
        model.is_some_and(|model| model.fields.len() > MOST)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Model> {
        self.models.get(name)
    }

    pub(crate) fn named(&self, name: Option<&str>) -> Option<&Model> {
        self.models.get(name?)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Model)> {
        self.models
            .iter()
            .map(|(name, model)| (name.as_str(), model))
    }
}

impl Model {
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    pub(crate) fn has_values(&self, field: &str) -> bool {
        self.fields.get(field).is_some_and(|count| *count > 0)
    }

    /// Whether every value of a field is true or false.
    pub(crate) fn has_flags(&self, field: &str) -> bool {
        let others = [&self.nullable, &self.numbers];
        let is_other = others.iter().any(|fields| fields.contains(field));
        self.has(field) && !self.texts.contains_key(field) && !is_other
    }

    /// Fields that have values and are not known, and how many.
    pub(crate) fn unread(&self, is_known: impl Fn(&str) -> bool) -> Vec<(String, u64)> {
        let fields = self.fields.iter();
        let unread = fields.filter(|(name, count)| **count > 0 && !is_known(name));
        unread.map(|(name, count)| (name.clone(), *count)).collect()
    }

    /// The first of these fields that has instants without a zone.
    pub(crate) fn local_instant<'a>(
        &self,
        mut fields: impl Iterator<Item = &'a str>,
    ) -> Option<&'a str> {
        fields.find(|field| self.local_instants.contains(*field))
    }

    /// Whether any text of a field may be an e-mail address.
    pub(crate) fn has_addresses(&self, field: &str) -> bool {
        self.addresses.contains(field)
    }

    /// The texts between which a field chooses, the most frequent first.
    pub(crate) fn choices(&self, field: &str) -> Vec<&str> {
        let texts = self.texts.get(field).and_then(Option::as_ref);
        let mut texts: Vec<_> = texts.into_iter().flatten().collect();
        texts.sort_by_key(|(_, count)| Reverse(**count));
        texts.into_iter().map(|(text, _)| text.as_str()).collect()
    }

    fn look_at(&mut self, field: &str, value: &Value) {
        let text = match value {
            Value::String(text) if !text.is_empty() => text,
            Value::Number(number) => &number.to_string(),
            _ => "",
        };
        if !text.is_empty() {
            if let Some(texts) = self.texts.get_mut(field) {
                count_text(texts, text);
            } else {
                let mut texts = Some(BTreeMap::new());
                count_text(&mut texts, text);
                self.texts.insert(field.to_owned(), texts);
            }
        }
        let kind = match value {
            Value::Null => &mut self.nullable,
            Value::Number(_) => &mut self.numbers,
            _ => return,
        };
        if !kind.contains(field) {
            kind.insert(field.to_owned());
        }
    }
}

/// simplejwt's list of refresh tokens.
pub(crate) const OUTSTANDING_TOKEN: &str = "token_blacklist.outstandingtoken";
/// simplejwt's list of those that are refused.
pub(crate) const BLACKLISTED_TOKEN: &str = "token_blacklist.blacklistedtoken";

fn count_text(texts: &mut Texts, text: &str) {
    let Some(known) = texts else { return };
    if let Some(count) = known.get_mut(text) {
        *count += 1;
    } else if known.len() < CHOICES && text.len() <= CHOICES {
        known.insert(text.to_owned(), 1);
    } else {
        *texts = None;
    }
}

/// Django's own values for "none" are none.
fn has_value(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn has_at_sign(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.contains('@'))
}

fn is_local_instant(value: &Value) -> bool {
    let text = value
        .as_str()
        .filter(|text| text.as_bytes().get(10) == Some(&b'T'));
    text.is_some_and(|text| instant::parse(text, None) == Err(InstantFault::NoZone))
}
