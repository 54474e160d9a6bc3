//! The rules of comparison of both formats.

use std::collections::BTreeSet;

use regex_lite::Regex;

use super::expected::{Expected, ExpectedBody};
use super::ordered::Json;
use super::page;
use super::rules::{BodyRule, Compare};
use super::template::{Form, Meanings};
use super::tokens;
use super::wire::Answer;

/// Longest text that a problem quotes.
const QUOTED: usize = 3_000;

/// Every way in which an answer is not what was expected.
pub fn problems(expected: &Expected<'_>, answer: &Answer, meanings: &mut Meanings) -> Vec<String> {
    let mut problems = Vec::new();
    if answer.status != expected.status {
        problems.push(format!(
            "status: expected {}, got {}",
            expected.status, answer.status
        ));
    }
    if !answer.surplus.is_empty() {
        problems.push(format!(
            "{} bytes behind the end of the answer",
            answer.surplus.len()
        ));
    }
    problems.extend(header_problems(expected, answer, meanings));
    problems.extend(body_problem(expected, answer, meanings).err());
    problems.extend(tokens::problems(&expected.response.minted_tokens, meanings));
    problems.extend(distinct_problem(&expected.compare.distinct, meanings));
    problems
}

fn header_problems(
    expected: &Expected<'_>,
    answer: &Answer,
    meanings: &mut Meanings,
) -> Vec<String> {
    let mut problems = Vec::new();
    for name in expected.compared_headers() {
        let Some(headers) = expected.headers else {
            break;
        };
        let wanted = headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name));
        let wanted = wanted.map(|(_, value)| value.as_str());
        let got = answer.header(name);
        match same_header(name, wanted, got.as_deref(), meanings) {
            Ok(true) => {}
            Ok(false) => problems.push(format!("{name}: expected {wanted:?}, got {got:?}")),
            Err(error) => problems.push(format!("{name}: {error}")),
        }
    }
    for (name, pattern) in &expected.compare.header_patterns {
        let got = answer.header(name);
        if !got
            .as_deref()
            .is_some_and(|value| finds(&format!("^(?:{pattern})$"), value))
        {
            problems.push(format!(
                "{name}: expected a match of {pattern:?}, got {got:?}"
            ));
        }
    }
    for name in &expected.compare.absent_headers {
        problems.extend(
            answer
                .header(name)
                .map(|got| format!("{name}: expected none, got {got:?}")),
        );
    }
    problems
}

fn same_header(
    name: &str,
    wanted: Option<&str>,
    got: Option<&str>,
    meanings: &mut Meanings,
) -> Result<bool, String> {
    let (Some(wanted), Some(got)) = (wanted, got) else {
        return Ok(wanted == got);
    };
    match name {
        "Allow" => Ok(set(wanted) == set(got)),
        "Vary" => Ok(set(&wanted.to_lowercase()) == set(&got.to_lowercase())),
        _ => meanings.matches(wanted, got, Form::Source),
    }
}

fn set(list: &str) -> BTreeSet<&str> {
    list.split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect()
}

fn body_problem(
    expected: &Expected<'_>,
    answer: &Answer,
    meanings: &mut Meanings,
) -> Result<(), String> {
    let text = answer.text();
    match expected.body {
        ExpectedBody::Any => Ok(()),
        ExpectedBody::None if text.is_empty() => Ok(()),
        ExpectedBody::None => Err(format!("body: expected none, got\n{}", quote(&text))),
        ExpectedBody::Text(_) if bodiless(answer) => Ok(()),
        ExpectedBody::Text(wanted) => {
            by_text(expected.compare, wanted, &text, meanings).map_err(|problem| {
                format!(
                    "{problem}\n    expected {}\n    got      {}",
                    quote(wanted),
                    quote(&text)
                )
            })
        }
        ExpectedBody::ByRule => by_rule(expected.compare, &text, meanings)
            .map_err(|problem| format!("{problem}\n    got      {}", quote(&text))),
    }
}

/// An answer that has no body by its status.
fn bodiless(answer: &Answer) -> bool {
    matches!(answer.status, 204 | 304)
}

fn by_text(
    compare: &Compare,
    wanted: &str,
    text: &str,
    meanings: &mut Meanings,
) -> Result<(), String> {
    if compare.body == BodyRule::Exact {
        let same = meanings.matches(wanted, text, Form::Source)?;
        return if same {
            Ok(())
        } else {
            Err(format!("body {}", first_difference(wanted, text)))
        };
    }
    let (wanted, actual) = (Json::parse_template(wanted)?, Json::parse(text)?);
    let in_body = |problem| format!("body {problem}");
    match compare.body {
        BodyRule::JsonUnordered => wanted.sorted().difference(&actual.sorted(), meanings),
        BodyRule::JsonExcept => {
            let rest = |json: Json| json.without(&compare.except, &compare.except_deep);
            rest(wanted).difference(&rest(actual), meanings)
        }
        _ => wanted.difference(&actual, meanings),
    }
    .map_err(in_body)
}

fn by_rule(compare: &Compare, text: &str, meanings: &mut Meanings) -> Result<(), String> {
    match compare.body {
        BodyRule::Prefix => prefix(compare.prefix.as_deref().unwrap_or_default(), text),
        BodyRule::Members => members(compare, text, meanings),
        BodyRule::Contains => contains(&compare.strings, &compare.absent, text, "the body"),
        _ => page(compare, text),
    }
}

fn prefix(prefix: &str, text: &str) -> Result<(), String> {
    if !text.starts_with(prefix) {
        return Err(format!("body: expected it to start with {prefix:?}"));
    }
    Json::parse(text)
        .map(drop)
        .map_err(|error| format!("body: {error}"))
}

fn members(compare: &Compare, text: &str, meanings: &mut Meanings) -> Result<(), String> {
    let Json::Object(actual) = Json::parse(text)? else {
        return Err("body: expected a JSON object".to_owned());
    };
    for (key, wanted) in &compare.members {
        let (_, value) = actual
            .iter()
            .find(|(name, _)| name == key)
            .ok_or_else(|| format!("body: expected the member {key:?}"))?;
        let wanted = Json::parse_template(&wanted.to_string())?.sorted();
        wanted
            .difference(&value.clone().sorted(), meanings)
            .map_err(|problem| format!("body member {key:?} {problem}"))?;
    }
    Ok(())
}

fn contains(wanted: &[String], absent: &[String], text: &str, place: &str) -> Result<(), String> {
    if let Some(missing) = wanted.iter().find(|string| !text.contains(string.as_str())) {
        return Err(format!("{place} lacks {missing:?}"));
    }
    match absent.iter().find(|string| text.contains(string.as_str())) {
        Some(there) => Err(format!("{place} has {there:?}")),
        None => Ok(()),
    }
}

fn page(compare: &Compare, source: &str) -> Result<(), String> {
    let text = page::visible_text(source);
    contains(&compare.text, &compare.no_text, &text, "the visible text")?;
    let links = page::links(source);
    if let Some(missing) = compare.links.iter().find(|link| !links.contains(link)) {
        return Err(format!("no link to {missing:?} among {links:?}"));
    }
    if let Some(there) = compare.no_links.iter().find(|link| links.contains(link)) {
        return Err(format!("a link to {there:?}"));
    }
    if let Some(missing) = compare
        .markup
        .iter()
        .find(|pattern| !finds(pattern, source))
    {
        return Err(format!("no markup {missing:?}"));
    }
    match compare
        .no_markup
        .iter()
        .find(|pattern| finds(pattern, source))
    {
        Some(there) => Err(format!("markup {there:?}")),
        None => Ok(()),
    }
}

/// Whether a pattern of a case file is found. One that cannot be read is never found.
fn finds(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

fn distinct_problem(names: &[String], meanings: &Meanings) -> Option<String> {
    let values: Vec<_> = names.iter().map(|name| meanings.value(name)).collect();
    let distinct: BTreeSet<_> = values.iter().collect();
    (distinct.len() != values.len()).then(|| format!("{names:?} are not distinct: {values:?}"))
}

fn first_difference(wanted: &str, got: &str) -> String {
    let same = wanted
        .chars()
        .zip(got.chars())
        .take_while(|(a, b)| a == b)
        .count();
    format!("differs from character {same} on (or in the meaning of a placeholder)")
}

fn quote(text: &str) -> String {
    let mut quoted: String = text.chars().take(QUOTED).collect();
    if quoted.len() < text.len() {
        quoted.extend([" … ", &text.len().to_string(), " bytes in all"]);
    }
    quoted
}
