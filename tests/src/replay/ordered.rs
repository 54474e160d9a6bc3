//! JSON that keeps the order of keys, and its comparison.
//!
//! `serde_json` could keep it, but only for the whole build: then the server would be tested with
//! another map than it ships.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

use super::template::{Form, Meanings};

/// Marks text that stands outside of quotes in a template, where a number is expected.
const BARE: &str = "\u{e000}";

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` and `false`
    Bool(bool),
    /// A number, as precise as 64 bits are.
    Number(Number),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object in the order of the source, duplicates included.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Parses a document.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))
    }

    /// Parses a document in which placeholders stand inside and outside of strings.
    pub fn parse_template(text: &str) -> Result<Self, String> {
        Self::parse(&quote_bare_placeholders(text))
    }

    /// Leaves members out: `outer` of this object only, `deep` of all.
    #[must_use]
    pub fn without(self, outer: &[String], deep: &[String]) -> Self {
        let Self::Object(members) = self.without_deep(deep) else {
            return Self::Null;
        };
        Self::Object(
            members
                .into_iter()
                .filter(|(key, _)| !outer.contains(key))
                .collect(),
        )
    }

    fn without_deep(self, names: &[String]) -> Self {
        match self {
            Self::List(items) => Self::List(
                items
                    .into_iter()
                    .map(|item| item.without_deep(names))
                    .collect(),
            ),
            Self::Object(members) => {
                let rest = members.into_iter().filter(|(key, _)| !names.contains(key));
                Self::Object(
                    rest.map(|(k, value)| (k, value.without_deep(names)))
                        .collect(),
                )
            }
            plain => plain,
        }
    }

    /// The same value with the keys of all objects sorted.
    #[must_use]
    pub fn sorted(self) -> Self {
        match self {
            Self::List(items) => Self::List(items.into_iter().map(Self::sorted).collect()),
            Self::Object(members) => {
                let sorted = members
                    .into_iter()
                    .map(|(key, value)| (key, value.sorted()));
                let mut sorted: Vec<_> = sorted.collect();
                sorted.sort_by(|a, b| a.0.cmp(&b.0));
                Self::Object(sorted)
            }
            plain => plain,
        }
    }

    /// The first difference to `actual` by its path, if there is one.
    pub fn difference(&self, actual: &Self, meanings: &mut Meanings) -> Result<(), String> {
        self.compare("$", actual, meanings)
    }

    fn compare(&self, path: &str, actual: &Self, meanings: &mut Meanings) -> Result<(), String> {
        match (self, actual) {
            (Self::Text(template), actual) => {
                let same = match (template.strip_prefix(BARE), actual) {
                    (Some(bare), Self::Number(number)) => {
                        meanings.matches(bare, &number.to_string(), Form::Value)?
                    }
                    (None, Self::Text(text)) => meanings.matches(template, text, Form::Value)?,
                    _ => false,
                };
                if same {
                    Ok(())
                } else {
                    Err(differs(path, self, actual))
                }
            }
            (Self::List(expected), Self::List(items)) if expected.len() == items.len() => {
                for (index, (expected, item)) in expected.iter().zip(items).enumerate() {
                    expected.compare(&format!("{path}[{index}]"), item, meanings)?;
                }
                Ok(())
            }
            (Self::Object(expected), Self::Object(members)) => {
                if !expected
                    .iter()
                    .map(|(key, _)| key)
                    .eq(members.iter().map(|(key, _)| key))
                {
                    return Err(format!(
                        "{path}: expected the keys {:?}, got {:?}",
                        keys(expected),
                        keys(members)
                    ));
                }
                for ((key, expected), (_, value)) in expected.iter().zip(members) {
                    expected.compare(&format!("{path}.{key}"), value, meanings)?;
                }
                Ok(())
            }
            (expected, actual) if expected == actual => Ok(()),
            (expected, actual) => Err(differs(path, expected, actual)),
        }
    }
}

fn keys(members: &[(String, Json)]) -> Vec<&str> {
    members.iter().map(|(key, _)| key.as_str()).collect()
}

fn differs(path: &str, expected: &Json, actual: &Json) -> String {
    format!("{path}: expected {expected:?}, got {actual:?}")
}

/// Turns `{"id": {{id}}}` into JSON, with a mark in the string that takes the placeholder's place.
fn quote_bare_placeholders(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_string = false;
    while let Some(character) = rest.chars().next() {
        let placeholder = rest
            .strip_prefix("{{")
            .and_then(|rest| rest.split_once("}}"));
        if let (false, Some((name, tail))) = (in_string, placeholder)
            && !name.contains(['"', '{'])
        {
            quoted.extend(["\"", BARE, "{{", name, "}}\""]);
            rest = tail;
            continue;
        }
        let escaped = in_string && character == '\\';
        let step: String = rest.chars().take(if escaped { 2 } else { 1 }).collect();
        in_string ^= character == '"';
        quoted.push_str(&step);
        rest = rest.get(step.len()..).unwrap_or_default();
    }
    quoted
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        source.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Number::from_f64(value).map_or(Json::Null, Json::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = source.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = source.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::template::Kept;

    fn difference(template: &str, actual: &str) -> Result<(), String> {
        let mut meanings = Meanings::new(0, &Kept::new());
        Json::parse_template(template)
            .unwrap()
            .difference(&Json::parse(actual).unwrap(), &mut meanings)
    }

    #[test]
    fn the_order_of_keys_counts() {
        assert_eq!(
            difference(r#"{"a": 1, "b": 2}"#, r#"{"a":1,"b":2}"#),
            Ok(())
        );
        assert!(difference(r#"{"a": 1, "b": 2}"#, r#"{"b":2,"a":1}"#).is_err());
    }

    #[test]
    fn sorting_takes_the_order_of_keys_away_but_not_that_of_items() {
        let sorted = |text| Json::parse(text).unwrap().sorted();

        assert_eq!(
            sorted(r#"{"b": [2, 1], "a": {}}"#),
            sorted(r#"{"a": {}, "b": [2, 1]}"#)
        );
        assert_ne!(sorted(r#"{"b": [2, 1]}"#), sorted(r#"{"b": [1, 2]}"#));
    }

    #[test]
    fn a_bare_placeholder_wants_a_number_and_a_quoted_one_a_string() {
        let template = r#"{"id": {{id}}, "url": "/users/{{id}}/"}"#;

        assert_eq!(
            difference(template, r#"{"id": 7, "url": "/users/7/"}"#),
            Ok(())
        );
        assert!(difference(template, r#"{"id": "7", "url": "/users/7/"}"#).is_err());
        assert!(difference(template, r#"{"id": 7, "url": "/users/8/"}"#).is_err());
    }

    #[test]
    fn the_difference_names_its_path() {
        let error = difference(r#"{"a": [{"b": "x"}]}"#, r#"{"a": [{"b": "y"}]}"#).unwrap_err();

        assert!(error.starts_with("$.a[0].b: "), "{error}");
    }

    #[test]
    fn members_are_left_out_outside_or_everywhere() {
        let json = || Json::parse(r#"{"d": 1, "a": {"d": 2, "h": 3}}"#).unwrap();
        let name = |name: &str| [name.to_owned()];

        assert_eq!(
            json().without(&name("d"), &[]),
            Json::parse(r#"{"a":{"d":2,"h":3}}"#).unwrap()
        );
        assert_eq!(
            json().without(&[], &name("d")),
            Json::parse(r#"{"a":{"h":3}}"#).unwrap()
        );
    }

    #[test]
    fn integers_and_floats_differ() {
        assert!(difference("[1]", "[1.0]").is_err());
    }
}
