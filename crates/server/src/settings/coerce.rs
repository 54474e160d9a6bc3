//! Values in the kind that a setting has, whatever the layer that gives them.

use config::{Value, ValueKind};

/// A value in the kind of the default, or what it should be. The value itself may be a secret.
pub(super) fn coerced(expected: &ValueKind, given: ValueKind) -> Result<ValueKind, &'static str> {
    let is_text = |item: &Value| matches!(item.kind, ValueKind::String(_));
    match (expected, given) {
        (ValueKind::Array(_), ValueKind::String(text)) => Ok(ValueKind::Array(list(&text))),
        (ValueKind::Array(_), ValueKind::Array(items)) if items.iter().all(is_text) => {
            Ok(ValueKind::Array(items))
        }
        (ValueKind::Array(_), _) => Err("a list of texts"),
        (ValueKind::Boolean(_), ValueKind::Boolean(flag)) => Ok(ValueKind::Boolean(flag)),
        (ValueKind::Boolean(_), ValueKind::String(text)) => {
            let flag = text.parse().map(ValueKind::Boolean);
            flag.ok().ok_or("true or false")
        }
        (ValueKind::Boolean(_), _) => Err("true or false"),
        (ValueKind::I64(_), ValueKind::I64(number)) if number >= 0 => Ok(ValueKind::I64(number)),
        (ValueKind::I64(_), ValueKind::String(text)) => {
            let number = text.parse().ok().filter(|number| *number >= 0);
            number.map(ValueKind::I64).ok_or("a whole number")
        }
        (ValueKind::I64(_), _) => Err("a whole number"),
        (ValueKind::Float(_), given) => float(&given).ok_or("a number"),
        (_, ValueKind::String(text)) => Ok(ValueKind::String(text)),
        _ => Err("text"),
    }
}

/// A text, or a list as it is or as JSON.
pub(super) fn text_or_list(given: ValueKind) -> Result<ValueKind, &'static str> {
    let given = match given {
        ValueKind::String(text) if text.trim_start().starts_with('[') => {
            let value = serde_json::from_str(&text);
            value.map_or(ValueKind::Nil, from_json)
        }
        other => other,
    };
    let is_text = |item: &Value| matches!(item.kind, ValueKind::String(_));
    match given {
        ValueKind::Array(items) if items.iter().all(is_text) => Ok(ValueKind::Array(items)),
        ValueKind::String(text) => Ok(ValueKind::String(text)),
        _ => Err("a text, or a list of texts (elsewhere than in a file: JSON)"),
    }
}

fn float(given: &ValueKind) -> Option<ValueKind> {
    let number = match given {
        ValueKind::Float(number) => *number,
        ValueKind::I64(number) => f64::from(i32::try_from(*number).ok()?),
        ValueKind::String(text) => text.parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(ValueKind::Float(number))
}

/// Tables as they are, or as JSON where there is only text.
pub(super) fn tables(given: ValueKind) -> Result<ValueKind, &'static str> {
    let is_table = |item: &Value| matches!(item.kind, ValueKind::Table(_));
    let given = match given {
        ValueKind::String(text) if text.trim().is_empty() => ValueKind::Array(Vec::new()),
        // TOML's inline tables would do as well, but they are unusual in an environment.
        ValueKind::String(text) => match serde_json::from_str(&text) {
            Ok(value) => from_json(value),
            Err(_) => ValueKind::Nil,
        },
        other => other,
    };
    match given {
        ValueKind::Array(items) if items.iter().all(is_table) => Ok(ValueKind::Array(items)),
        _ => Err("a list of tables, or JSON of one"),
    }
}

fn from_json(value: serde_json::Value) -> ValueKind {
    match value {
        serde_json::Value::Null => ValueKind::Nil,
        serde_json::Value::Bool(flag) => ValueKind::Boolean(flag),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(number) => ValueKind::I64(number),
            None => ValueKind::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(text) => ValueKind::String(text),
        serde_json::Value::Array(items) => {
            let items = items.into_iter().map(|item| Value::from(from_json(item)));
            ValueKind::Array(items.collect())
        }
        serde_json::Value::Object(members) => {
            let members = members.into_iter();
            let members = members.map(|(name, value)| (name, Value::from(from_json(value))));
            ValueKind::Table(members.collect())
        }
    }
}

fn list(text: &str) -> Vec<Value> {
    let parts = text.split(',').map(str::trim);
    let parts = parts.filter(|part| !part.is_empty());
    parts.map(|part| Value::from(part.to_owned())).collect()
}
