//! Texts with placeholders, `{{hex40}}` or `{{now+300}}`, as patterns.

use std::collections::BTreeMap;

use chrono::DateTime;
use regex_lite::Regex;

/// How far the server's clock and the harness may be apart, in seconds; slow machines included.
const TOLERANCE: i64 = 60;

/// Seconds that a token of Tower lives by default.
const TOKEN_LIFETIME: i64 = 1800;

/// Names with values, as `capture` keeps them.
pub type Kept = BTreeMap<String, String>;

/// Puts kept values into a request's text.
pub fn fill(text: &str, kept: &Kept) -> String {
    kept.iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("{{{{{name}}}}}"), value)
    })
}

/// What the placeholders of one answer mean.
#[derive(Debug)]
pub struct Meanings {
    now: i64,
    values: Kept,
}

/// Whether a text stands in the source of a JSON document, or is the value of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Source text.
    Source,
    /// A decoded string.
    Value,
}

impl Meanings {
    /// Those of an answer that came at `now`, with values of earlier requests.
    pub fn new(now: i64, kept: &Kept) -> Self {
        Self {
            now,
            values: kept.clone(),
        }
    }

    /// The value that a placeholder had, once it has matched.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// Whether `actual` is what `template` describes; a name that recurs must keep its value.
    pub fn matches(&mut self, template: &str, actual: &str, form: Form) -> Result<bool, String> {
        if !template.contains("{{") {
            return Ok(template == actual);
        }
        let (pattern, names) = self.pattern(template, form)?;
        let pattern = Regex::new(&pattern).map_err(|error| error.to_string())?;
        let Some(groups) = pattern.captures(actual) else {
            return Ok(false);
        };
        let found = names.iter().zip(groups.iter().skip(1).flatten());
        let found: Vec<(&String, &str)> = found.map(|(n, group)| (n, group.as_str())).collect();
        for (name, value) in found {
            let same = self.values.get(name).is_none_or(|earlier| earlier == value);
            if !same || !self.is_plausible(name, value) {
                return Ok(false);
            }
            if recurs(name) {
                self.values.insert(name.clone(), value.to_owned());
            }
        }
        Ok(true)
    }

    fn pattern(&self, template: &str, form: Form) -> Result<(String, Vec<String>), String> {
        let mut pattern = String::from("(?s)^");
        let mut names = Vec::new();
        let mut rest = template;
        while let Some((literal, name, tail)) = next_placeholder(rest) {
            pattern.push_str(&regex_lite::escape(literal));
            if let Some(value) = self.values.get(name) {
                pattern.push_str(&regex_lite::escape(value));
            } else {
                let inner = shape(name, form).ok_or(format!("unknown placeholder {name:?}"))?;
                pattern.extend(["(", inner, ")"]);
                names.push(name.to_owned());
            }
            rest = tail;
        }
        pattern.push_str(&regex_lite::escape(rest));
        Ok((pattern + "$", names))
    }

    /// The part of a placeholder's meaning that a pattern cannot say.
    fn is_plausible(&self, name: &str, value: &str) -> bool {
        if let Some((low, high)) = range(name) {
            return value
                .parse()
                .is_ok_and(|value: i64| (low..=high).contains(&value));
        }
        if matches!(name, "now-iso" | "time") {
            let instant = DateTime::parse_from_rfc3339(value);
            // `time` is the end of a new token, too.
            let offsets: &[i64] = if name == "time" {
                &[0, TOKEN_LIFETIME]
            } else {
                &[0]
            };
            let is_near = |at: i64| offsets.iter().any(|offset| self.is_near(at, *offset));
            return instant.is_ok_and(|instant| is_near(instant.timestamp()));
        }
        match offset_from_now(name) {
            Some(offset) => value.parse().is_ok_and(|value| self.is_near(value, offset)),
            None => true,
        }
    }

    fn is_near(&self, seconds: i64, offset: i64) -> bool {
        (seconds - (self.now + offset)).abs() <= TOLERANCE
    }
}

/// Splits at the first placeholder: what is before, its name, what is behind.
pub fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (literal, rest) = text.split_once("{{")?;
    let (name, tail) = rest.split_once("}}")?;
    Some((literal, name, tail))
}

/// `now`, `now+300`, `now-5`: the offset in seconds.
pub fn offset_from_now(name: &str) -> Option<i64> {
    match name.strip_prefix("now")? {
        "" => Some(0),
        offset => offset.parse().ok(),
    }
}

fn range(name: &str) -> Option<(i64, i64)> {
    let (low, high) = name.split_once("..")?;
    Some((low.parse().ok()?, high.parse().ok()?))
}

/// Placeholders that stand for the same text wherever they recur in an answer.
fn recurs(name: &str) -> bool {
    name.starts_with("id") || name.starts_with("jwt:")
}

fn shape(name: &str, form: Form) -> Option<&'static str> {
    Some(match name {
        "hex32" => "[0-9a-f]{32}",
        "HEX32" => "[0-9A-F]{32}",
        "hex40" => "[0-9a-f]{40}",
        "rand7" => "[A-Za-z0-9]{7}",
        "now-iso" => r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z",
        "time" => r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
        "seconds" => r"\d+\.\d{3}s",
        "cookie" | "date" => ".*?",
        "text" if form == Form::Source => r#"(?:[^"\\]|\\.)*"#,
        "text" => ".*",
        _ if name.starts_with("jwt:") => r"[\w-]+\.[\w-]+\.[\w-]+",
        _ if is_number(name) => r"\d+",
        _ => return None,
    })
}

fn is_number(name: &str) -> bool {
    let id = name
        .strip_prefix("id")
        .is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()));
    id || range(name).is_some() || offset_from_now(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn matches(template: &str, actual: &str) -> bool {
        Meanings::new(NOW, &Kept::new())
            .matches(template, actual, Form::Source)
            .unwrap()
    }

    #[test]
    fn a_text_without_placeholders_matches_itself_only() {
        assert!(matches("a.c", "a.c"));
        assert!(!matches("a.c", "abc"));
    }

    #[test]
    fn digits_of_the_wrong_case_or_number_do_not_match() {
        let digits = "0123456789abcdef0123456789abcdef01234567";

        assert!(matches("[{{hex40}}]", &format!("[{digits}]")));
        assert!(!matches(
            "[{{hex40}}]",
            &format!("[{}]", digits.to_uppercase())
        ));
        assert!(!matches("[{{hex40}}]", &format!("[{digits}0]")));
    }

    #[test]
    fn instants_far_from_the_clock_do_not_match() {
        assert!(matches("{{now+300}}", "1800000310"));
        assert!(!matches("{{now+300}}", "1800000000"));
        assert!(matches("{{now-iso}}", "2027-01-15T08:00:01.000001Z"));
        assert!(!matches("{{now-iso}}", "2026-01-15T08:00:01.000001Z"));
        assert!(!matches("{{time}}", "2027-01-15T08:00:01.000001Z"));
        assert!(matches("{{time}}", "2027-01-15T08:00:01.000Z"));
        assert!(matches("{{time}}", "2027-01-15T08:30:01.000Z"));
        assert!(!matches("{{time}}", "2027-01-15T08:15:01.000Z"));
    }

    #[test]
    fn a_number_outside_the_range_does_not_match() {
        assert!(matches("in {{50..60}} s", "in 60 s"));
        assert!(!matches("in {{50..60}} s", "in 61 s"));
    }

    #[test]
    fn an_id_keeps_its_value_within_an_answer() {
        let mut meanings = Meanings::new(NOW, &Kept::new());

        assert!(!matches("{{id}}/{{id}}", "3/4"));
        assert!(
            meanings
                .matches("{{id}}/{{id2}}", "3/4", Form::Source)
                .unwrap()
        );
        assert!(!meanings.matches("/{{id}}/", "/4/", Form::Source).unwrap());
    }

    #[test]
    fn free_text_ends_with_its_string() {
        assert!(matches(r#""{{text}}""#, r#""a \" b""#));
        assert!(!matches(r#""{{text}}""#, r#""a" b""#));
    }

    #[test]
    fn an_unknown_placeholder_is_an_error() {
        let mut meanings = Meanings::new(NOW, &Kept::new());

        assert!(meanings.matches("{{wat}}", "x", Form::Source).is_err());
    }

    #[test]
    fn kept_values_fill_requests_and_templates() {
        let kept = Kept::from([("t".to_owned(), "abc".to_owned())]);

        assert_eq!(fill("Token {{t}}", &kept), "Token abc");
        let mut meanings = Meanings::new(NOW, &kept);
        assert!(!meanings.matches("{{t}}", "abd", Form::Source).unwrap());
    }
}
