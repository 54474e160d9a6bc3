//! XML as Django's serializer writes it.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::WriteError;
use super::record::{FieldValue, OutputKey, OutputRecord};

pub(super) const HEAD: &str =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<django-objects version=\"1.0\">\n";
pub(super) const TAIL: &str = "</django-objects>\n";

/// A record as an element.
///
/// # Errors
/// [`WriteError::Character`] for a text that XML cannot hold.
pub(super) fn object(record: &OutputRecord<'_>) -> Result<String, WriteError> {
    let place = |name: &str| format!("{name} of {} {}", record.model, record.pk);
    let pk = key(&record.pk).ok_or_else(|| WriteError::Character(place("the primary key")))?;
    let model = escape(record.model);
    let mut text = format!("<object model=\"{model}\" pk=\"{pk}\">");
    for (name, value) in &record.fields {
        let field = field(name, value).ok_or_else(|| WriteError::Character(place(name)))?;
        text.push_str(&field);
    }
    text.push_str("</object>\n");
    Ok(text)
}

/// A field as an element; `None` for a text that XML cannot hold.
fn field(name: &str, value: &FieldValue<'_>) -> Option<String> {
    const NONE: &str = "<None></None>";
    let (kind, content) = match value {
        FieldValue::Null => (typed("CharField"), NONE.to_owned()),
        FieldValue::Text(text) => (typed("CharField"), escaped(text)?),
        FieldValue::Flag(true) => (typed("BooleanField"), "True".to_owned()),
        FieldValue::Flag(false) => (typed("BooleanField"), "False".to_owned()),
        FieldValue::Instant(text) => (typed("DateTimeField"), text.clone()),
        FieldValue::One { model, key: one } => {
            let content = one.as_ref().map_or_else(|| Some(NONE.to_owned()), key);
            (related("ManyToOneRel", model), content?)
        }
        FieldValue::Many { model, keys } => {
            let mut content = String::new();
            for one in keys {
                // Writing to a text cannot fail.
                let _ = write!(content, "<object pk=\"{}\"></object>", key(one)?);
            }
            (related("ManyToManyRel", model), content)
        }
    };
    let name = escaped(name)?;
    Some(format!("<field name=\"{name}\" {kind}>{content}</field>"))
}

fn typed(kind: &str) -> String {
    format!("type=\"{kind}\"")
}

fn related(kind: &str, model: &str) -> String {
    format!("rel=\"{kind}\" to=\"{}\"", escape(model))
}

fn key(key: &OutputKey) -> Option<String> {
    escaped(&key.to_string())
}

/// A text for an element or an attribute. Readers turn plain carriage returns, and all white space of attributes,
/// into something else.
fn escaped(text: &str) -> Option<String> {
    if text.chars().any(|character| !is_held(character)) {
        return None;
    }
    let text = escape(text);
    let text = text.replace('\r', "&#13;").replace('\n', "&#10;");
    Some(text.replace('\t', "&#9;"))
}

/// Whether XML 1.0 has the character.
fn is_held(character: char) -> bool {
    !matches!(character,
        '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}
