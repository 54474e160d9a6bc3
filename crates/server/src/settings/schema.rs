//! The JSON Schema of a settings file. What a value may be is asked of the code that reads it: each key is tried with values
//! that it may refuse, and what it says then is what the schema forbids. So there is no second list of it.

use serde_json::{Map, Value, json};

use super::Settings;
use super::layers::{TABLES, TEXT_OR_LIST, defaults};
use super::reference::{Reference, reference};
use crate::error::Failure;

/// A text that no setting with a fixed set of them has.
const NO_WORD: &str = "?";

/// JSON Schema, draft 2020-12.
pub(crate) fn schema() -> Result<Value, Failure> {
    let reader = Reader {
        defaults: defaults()?,
    };
    let mut root = section();
    for known in reference() {
        put(&mut root, &known.key, reader.property(known));
    }
    if let Some(root) = root.as_object_mut() {
        root.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        root.insert("title".to_owned(), json!("Settings of profiled"));
    }
    Ok(root)
}

fn section() -> Value {
    json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

/// Puts a property into its section, which is made if it is not there.
fn put(section_of: &mut Value, key: &str, property: Value) {
    let Some(properties) = section_of
        .get_mut("properties")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    match key.split_once('.') {
        None => {
            properties.insert(key.to_owned(), property);
        }
        Some((name, rest)) => {
            let inner = properties.entry(name).or_insert_with(section);
            put(inner, rest, property);
        }
    }
}

/// Tries values.
struct Reader {
    defaults: Value,
}

impl Reader {
    fn property(&self, known: &Reference) -> Value {
        let key = known.key.as_str();
        let default = self.defaults.pointer(&pointer(key)).cloned();
        let default = default.unwrap_or_default();
        let mut property = if TABLES.contains(&key) {
            json!({ "type": "array", "items": self.table(key) })
        } else if key == TEXT_OR_LIST {
            text_or_list()
        } else {
            match &default {
                Value::Array(_) => {
                    json!({ "type": "array", "items": self.text(key, json!([NO_WORD])) })
                }
                Value::Bool(_) => json!({ "type": "boolean" }),
                Value::Number(number) if number.is_f64() => {
                    self.number(key, "number", json!(1e300))
                }
                Value::Number(_) => self.number(key, "integer", json!(i64::MAX)),
                _ => self.text(key, json!(NO_WORD)),
            }
        };
        if let Some(property) = property.as_object_mut() {
            property.insert("description".to_owned(), json!(known.meaning));
            property.insert("default".to_owned(), default);
        }
        property
    }

    /// A text, one of a few if any other is refused with them.
    fn text(&self, key: &str, trial: Value) -> Value {
        match self.refusal(key, trial).as_deref().and_then(words) {
            Some(words) => json!({ "enum": words }),
            None => json!({ "type": "string" }),
        }
    }

    /// A number within the bounds that one beyond all of them is refused with.
    fn number(&self, key: &str, kind: &str, trial: Value) -> Value {
        let refusal = self.refusal(key, trial);
        match refusal.as_deref().and_then(bounds) {
            Some((min, max)) => json!({ "type": kind, "minimum": min, "maximum": max }),
            None => json!({ "type": kind, "minimum": 0 }),
        }
    }

    /// An item of a list of tables.
    fn table(&self, key: &str) -> Value {
        let stranger = json!([{ NO_WORD: "" }]);
        let names = self.refusal(key, stranger).as_deref().and_then(words);
        let (mut properties, mut samples) = (Map::new(), Map::new());
        for name in names.unwrap_or_default() {
            let (schema, sample) = self.member(key, &name);
            properties.insert(name.clone(), schema);
            samples.insert(name, sample);
        }
        let (mut given, mut required) = (Map::new(), Vec::new());
        // Each trial has one member more.
        while let Some(missing) = self
            .refusal(key, json!([given]))
            .as_deref()
            .and_then(|refusal| refusal.strip_prefix("missing field ").and_then(quoted))
            && let Some(sample) = samples.remove(&missing)
        {
            given.insert(missing.clone(), sample);
            required.push(missing);
        }
        json!({
            "type": "object", "properties": properties, "required": required, "additionalProperties": false,
        })
    }

    /// What a member of such an item may be, and a value of that kind.
    fn member(&self, key: &str, name: &str) -> (Value, Value) {
        let takes = |value: &Value| {
            let refusal = self.refusal(key, json!([{ name: value }]));
            // It was read then, and something else is wrong.
            refusal.is_none_or(|refusal| {
                !refusal.starts_with("invalid type") && !refusal.starts_with("data did not match")
            })
        };
        let texts = json!([NO_WORD]);
        let (takes_text, takes_texts) = (takes(&json!(NO_WORD)), takes(&texts));
        let words_of = |value| {
            let refusal = self.refusal(key, json!([{ name: value }]));
            let words = refusal.filter(|refusal| refusal.starts_with("unknown variant"));
            words.as_deref().and_then(words_in)
        };
        if takes_text && takes_texts {
            return (text_or_list(), json!(""));
        }
        if takes_texts {
            let items = words_of(texts).map_or(
                json!({ "type": "string" }),
                |words| json!({ "enum": words }),
            );
            return (json!({ "type": "array", "items": items }), json!([]));
        }
        if takes_text {
            return match words_of(json!(NO_WORD)) {
                Some(words) => (json!({ "enum": words }), json!(words.first())),
                None => (json!({ "type": "string" }), json!("")),
            };
        }
        if takes(&json!(true)) {
            return (json!({ "type": "boolean" }), json!(false));
        }
        (json!({ "type": "integer", "minimum": 0 }), json!(0))
    }

    /// What is said of a value; `None` if it is taken.
    fn refusal(&self, key: &str, value: Value) -> Option<String> {
        let mut all = self.defaults.clone();
        *all.pointer_mut(&pointer(key))? = value;
        let read: Result<Settings, _> = serde_json::from_value(all);
        read.err().map(|error| error.to_string())
    }
}

fn pointer(key: &str) -> String {
    format!("/{}", key.replace('.', "/"))
}

fn text_or_list() -> Value {
    json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
}

/// The words that serde lists: "unknown variant `?`, expected one of `a`, `b`".
fn words(refusal: &str) -> Option<Vec<String>> {
    let is_list = ["unknown variant", "unknown field"]
        .iter()
        .any(|begin| refusal.starts_with(begin));
    is_list.then(|| words_in(refusal)).flatten()
}

fn words_in(refusal: &str) -> Option<Vec<String>> {
    let (_, expected) = refusal.split_once(", expected ")?;
    let odd = expected.split('`').skip(1).step_by(2);
    Some(odd.map(str::to_owned).collect())
}

fn quoted(text: &str) -> Option<String> {
    text.split('`').nth(1).map(str::to_owned)
}

/// The bounds that `outside` tells, or those of the number's type.
fn bounds(refusal: &str) -> Option<(Value, Value)> {
    let Some((_, told)) = refusal.split_once("it must be at least ") else {
        let (_, name) = refusal.rsplit_once("expected ")?;
        let max = match name {
            "u8" => u64::from(u8::MAX),
            "u16" => u64::from(u16::MAX),
            "u32" => u64::from(u32::MAX),
            _ => return None,
        };
        return Some((json!(0), json!(max)));
    };
    let (min, max) = told.split_once(" and at most ")?;
    let number = |text: &str| serde_json::from_str(text.split(' ').next()?).ok();
    Some((number(min)?, number(max)?))
}
