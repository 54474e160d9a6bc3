//! Literals of a Python settings file. Nothing is executed: what is computed has no value here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};

use super::scan::{split, stripped};
use super::text::text;

/// Expressions by the names that a file gives them at its left margin. The last one counts.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeMap<String, String>,
    /// Names whose value is changed somewhere: under a condition, or in parts.
    changed: BTreeSet<String>,
}

/// What statements begin with that hold others.
const KEYWORDS: [&str; 12] = [
    "if", "elif", "else", "for", "while", "with", "try", "except", "finally", "def", "class",
    "match",
];
/// Most names that lead from one to the next: circles end.
const MAX_DEPTH: usize = 16;

impl Names {
    pub(super) fn read(file: &str) -> Self {
        let mut names = Self::default();
        let file = file.trim_start_matches('\u{feff}');
        for statement in split(file, '\n') {
            let is_inner = statement.starts_with([' ', '\t']);
            names.add(&stripped(statement), is_inner);
        }
        names
    }

    fn add(&mut self, statement: &str, is_inner: bool) {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = statement.find(|c| !is_part(c)).unwrap_or(statement.len());
        let (name, rest) = statement.split_at(end);
        let rest = rest.trim_start();
        if name == "from" && rest.ends_with("import *") || rest.contains("locals()") {
            // Whatever is read here may be another there.
            self.changed.insert("SIMPLE_JWT".to_owned());
            return;
        }
        if KEYWORDS.contains(&name) {
            for inner in split(rest, ':').into_iter().skip(1) {
                self.add(inner.trim(), true);
            }
            return;
        }
        let annotated = rest.starts_with(':').then(|| rest.split_once('='));
        let assigned = rest
            .strip_prefix('=')
            .or(annotated.flatten().map(|(_, value)| value));
        match assigned {
            Some(value) if !is_inner && !value.starts_with('=') => {
                self.known.insert(name.to_owned(), value.trim().to_owned());
                self.changed.remove(name);
            }
            None if !rest.starts_with(['[', '.', '+', '|', '*']) => {}
            _ => {
                self.changed.insert(name.to_owned());
            }
        }
    }

    /// Whether a name has another value than the one that stands at the left margin.
    pub(super) fn is_changed(&self, name: &str) -> bool {
        self.changed.contains(name)
    }

    fn expression(&self, name: &str) -> Option<&str> {
        let known = self.known.get(name).filter(|_| !self.is_changed(name));
        known.map(String::as_str)
    }

    /// The value of a name, if it is a literal.
    pub(super) fn value(&self, name: &str) -> Option<Value> {
        self.evaluate(self.expression(name)?, 0)
    }

    /// The members of the dict of a name: each a literal, or the text of what is computed.
    pub(super) fn members(&self, name: &str) -> Option<Vec<(String, Result<Value, String>)>> {
        let body = inside(self.known.get(name)?, '{', '}')?;
        let members = split(body, ',').into_iter().map(stripped);
        let members = members.filter(|member| !member.is_empty());
        let member = |member: String| match split(&member, ':').as_slice() {
            [key, value] => {
                let value = stripped(value);
                let known = self.evaluate(&value, 0).ok_or(value);
                text(&stripped(key)).map(|key| (key, known))
            }
            _ => Some((member.clone(), Err(member))),
        };
        members.map(member).collect()
    }

    fn evaluate(&self, expression: &str, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            return None;
        }
        match expression {
            "None" => return Some(Value::Null),
            "True" => return Some(Value::Bool(true)),
            "False" => return Some(Value::Bool(false)),
            _ => {}
        }
        if let Some(text) = text(expression) {
            return Some(Value::String(text));
        }
        if let Some(number) = number(expression) {
            return Some(number);
        }
        if is_identifier(expression) {
            return self.evaluate(self.expression(expression)?, depth + 1);
        }
        self.composed(expression, depth + 1)
    }

    fn composed(&self, expression: &str, depth: usize) -> Option<Value> {
        let sum = split(expression, '+');
        if sum.len() > 1 {
            let parts: Option<Vec<Value>> = sum
                .into_iter()
                .map(|part| self.evaluate(&stripped(part), depth))
                .collect();
            return added(&parts?);
        }
        let product = split(expression, '*');
        if product.len() > 1 {
            let factors = product.into_iter();
            let factors = factors.map(|part| self.evaluate(&stripped(part), depth)?.as_f64());
            return float(factors.product::<Option<f64>>()?);
        }
        for name in ["timedelta", "datetime.timedelta"] {
            if let Some(arguments) = expression.strip_prefix(name) {
                return self.timedelta(inside(arguments, '(', ')')?, depth);
            }
        }
        if let Some(body) = inside(expression, '[', ']') {
            return self.list(body, depth);
        }
        let body = inside(expression, '(', ')')?;
        if split(body, ',').len() > 1 || body.trim().is_empty() {
            self.list(body, depth)
        } else {
            self.evaluate(&stripped(body), depth)
        }
    }

    fn list(&self, body: &str, depth: usize) -> Option<Value> {
        let items = split(body, ',').into_iter().map(stripped);
        let items = items.filter(|item| !item.is_empty());
        let items = items.map(|item| self.evaluate(&item, depth));
        items.collect::<Option<_>>().map(Value::Array)
    }

    /// Seconds of a `timedelta`.
    fn timedelta(&self, arguments: &str, depth: usize) -> Option<Value> {
        const POSITIONS: [&str; 3] = ["days", "seconds", "microseconds"];
        let mut sum = 0.0;
        let arguments = split(arguments, ',').into_iter().map(stripped);
        for (at, argument) in arguments.filter(|one| !one.is_empty()).enumerate() {
            let (unit, amount) = match argument.split_once('=') {
                Some((unit, amount)) => (unit.trim(), amount),
                None => (*POSITIONS.get(at)?, argument.as_str()),
            };
            let amount = self.evaluate(&stripped(amount), depth)?.as_f64()?;
            sum += amount * seconds(unit)?;
        }
        float(sum)
    }
}

fn seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "weeks" => 604_800.0,
        "days" => 86_400.0,
        "hours" => 3600.0,
        "minutes" => 60.0,
        "seconds" => 1.0,
        "milliseconds" => 1e-3,
        "microseconds" => 1e-6,
        _ => return None,
    })
}

fn is_identifier(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(is_letter) && text.chars().all(|c| is_letter(c) || c.is_ascii_digit())
}

/// What is between two brackets that belong together.
fn inside(text: &str, open: char, close: char) -> Option<&str> {
    let text = text.trim();
    let body = text.strip_prefix(open)?.strip_suffix(close)?;
    // The bracket at the end closes the first one, unless that was closed before.
    is_balanced(body).then_some(body)
}

fn is_balanced(body: &str) -> bool {
    let mut depth = 0_i32;
    // Strings do not count.
    for part in split_strings(body) {
        for c in part.chars() {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                _ => {}
            }
            if depth < 0 {
                return false;
            }
        }
    }
    depth == 0
}

/// The parts of a text outside of strings.
fn split_strings(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    let mut is_escaped = false;
    for c in text.chars() {
        match quote {
            Some(open) => {
                if c == open && !is_escaped {
                    quote = None;
                }
                is_escaped = c == '\\' && !is_escaped;
            }
            None if c == '"' || c == '\'' => quote = Some(c),
            None => {
                if let Some(last) = parts.last_mut() {
                    last.push(c);
                }
            }
        }
    }
    parts
}

fn number(text: &str) -> Option<Value> {
    let is_number = text.starts_with(|c: char| c.is_ascii_digit() || "-.".contains(c));
    let plain = text.replace('_', "");
    let number: f64 = is_number.then(|| plain.parse().ok()).flatten()?;
    float(number)
}

/// A number, whole where it can be.
fn float(number: f64) -> Option<Value> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "whole, and far below the limits of the type"
    )]
    let whole = (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64);
    match whole {
        Some(whole) => Some(whole.into()),
        None => Number::from_f64(number).map(Value::Number),
    }
}

/// Texts joined, or numbers added.
fn added(parts: &[Value]) -> Option<Value> {
    let texts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
    if let Some(texts) = texts {
        return Some(Value::String(texts.concat()));
    }
    let numbers: Option<Vec<f64>> = parts.iter().map(Value::as_f64).collect();
    float(numbers?.iter().sum())
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    /// Members that are literals.
    fn object(members: Vec<(String, Result<Value, String>)>) -> Map<String, Value> {
        let known = members.into_iter();
        known
            .filter_map(|(key, value)| Some((key, value.ok()?)))
            .collect()
    }

    const FILE: &str = r#"
import os
from datetime import timedelta
SECRET_KEY = "first" "-second"  # not 'third'
MINUTE = 60
SIMPLE_JWT = {
    # A comment with a brace: }
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5, seconds=30),
    'REFRESH_TOKEN_LIFETIME': datetime.timedelta(1),
    "SLIDING_TOKEN_LIFETIME": 2 * MINUTE + 1,
    "SIGNING_KEY": SECRET_KEY, "VERIFYING_KEY": os.environ["KEY"],
    "AUDIENCE": ("a", 'b',),
    "ISSUER": ("it's, {here}"),
    "AUTH_HEADER_TYPES": ("JWT"),
    "JTI_CLAIM": None,
    "ALGORITHM": """HS\
512""",
}
"#;

    #[test]
    fn literals_of_a_file_are_read_and_what_is_computed_is_told() {
        let names = Names::read(FILE);

        let members = names.members("SIMPLE_JWT").unwrap();

        let computed = members.iter().find(|(key, _)| key == "VERIFYING_KEY");
        assert_eq!(computed.unwrap().1, Err(r#"os.environ["KEY"]"#.to_owned()));
        let expected = json!({
            "ACCESS_TOKEN_LIFETIME": 330, "REFRESH_TOKEN_LIFETIME": 86400, "SLIDING_TOKEN_LIFETIME": 121,
            "SIGNING_KEY": "first-second", "AUDIENCE": ["a", "b"], "ISSUER": "it's, {here}",
            "AUTH_HEADER_TYPES": "JWT", "JTI_CLAIM": null, "ALGORITHM": "HS512",
        });
        assert_eq!(Value::Object(object(members)), expected);
    }

    #[test]
    fn expressions_that_are_no_literals_have_no_value() {
        for expression in [
            "f\"{KEY}\"",
            "os.getenv('A')",
            "get('a') or 'b'",
            "A",
            "[1, B]",
            "timedelta(years=1)",
            "'a' if DEBUG else 'b'",
            "('a').upper()",
            "'open",
            "(1)(2)",
            "'\\N{BULLET}'",
        ] {
            let names = Names::read(&format!("A = A\nX = {expression}\n"));
            assert_eq!(names.value("X"), None, "{expression}");
        }
    }

    #[test]
    fn name_that_is_changed_elsewhere_has_no_value() {
        for change in [
            "if DEBUG:\n    KEY = 'b'\n",
            "if DEBUG: KEY = 'b'\n",
            "KEY += 'b'\n",
            "KEY['x'] = 1\n",
            "KEY.update(x=1)\n",
            "try:\n    from x import y\nexcept ImportError:\n    KEY = 'b'\n",
        ] {
            let names = Names::read(&format!("KEY = 'a'\nOTHER = KEY\n{change}"));
            assert_eq!(names.value("KEY"), None, "{change}");
            assert_eq!(names.value("OTHER"), None, "{change}");
        }
        let last = Names::read("if DEBUG:\n    KEY = 'b'\nKEY: str = 'a'\n");
        assert_eq!(last.value("KEY"), Some(json!("a")));
    }
}
