//! One case: its setup, its request, and what is wrong with the answers.

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::case::{Case, Earlier, Part, Request, Response, Site, Step};
use super::compare::problems;
use super::expected::Expected;
use super::rules::Compare;
use super::template::{Kept, Meanings, fill};
use super::tokens::{Secrets, mint};
use super::wire::{self, Answer};

/// Plays a case against a server. The error describes the first exchange that went wrong.
pub fn play(
    address: SocketAddr,
    site: Site,
    case: &Case,
    secrets: &Secrets,
    observe: &dyn Fn(&wire::Request, &Answer),
) -> Result<(), String> {
    let mut player = Player {
        address,
        site,
        secrets,
        observe,
        kept: Kept::new(),
    };
    for (index, step) in case.setup.iter().enumerate() {
        match step {
            Step::Wait(pause) => wait(pause.wait),
            Step::Earlier(earlier) => player
                .earlier(earlier)
                .map_err(|report| format!("setup {}: {report}", index + 1))?,
        }
    }
    let answer = player.exchange(&case.request, &case.response, &case.compare);
    answer.map(drop).map_err(|report| {
        let remarks = [case.note.as_ref(), case.compare.why.as_ref()];
        remarks
            .into_iter()
            .flatten()
            .fold(report, |report, remark| report + "\n  note: " + remark)
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "the case wants something to grow old"
)]
fn wait(seconds: u64) {
    std::thread::sleep(Duration::from_secs(seconds));
}

struct Player<'a> {
    address: SocketAddr,
    site: Site,
    secrets: &'a Secrets,
    observe: &'a dyn Fn(&wire::Request, &Answer),
    kept: Kept,
}

impl Player<'_> {
    fn earlier(&mut self, step: &Earlier) -> Result<(), String> {
        for n in 1..=step.repeat {
            self.kept.insert("n".to_owned(), format!("{n:03}"));
            let answer = self.exchange(&step.request, &step.response, &step.compare)?;
            for (name, source) in &step.capture {
                let value = captured(source, &answer)
                    .ok_or_else(|| format!("nothing to keep at {source:?}"))?;
                self.kept.insert(name.clone(), value);
            }
        }
        Ok(())
    }

    fn exchange(
        &mut self,
        request: &Request,
        response: &Response,
        compare: &Compare,
    ) -> Result<Answer, String> {
        if let Some(jwt) = request
            .jwt
            .as_ref()
            .filter(|_| request.has_placeholder_token())
        {
            let token = mint(jwt, self.secrets, unix_now())?;
            self.kept.insert("request-jwt".to_owned(), token);
        }
        let request = self.filled(request)?;
        let answer = wire::send(self.address, &request)
            .map_err(|error| format!("{}\n  no answer: {error}", described(&request)))?;
        (self.observe)(&request, &answer);
        let mut meanings = Meanings::new(unix_now(), &self.kept);
        let expected = Expected::new(self.site, response, compare);
        let problems = problems(&expected, &answer, &mut meanings);
        if problems.is_empty() {
            return Ok(answer);
        }
        Err(problems
            .iter()
            .fold(described(&request), |report, problem| {
                report + "\n  " + problem
            }))
    }

    fn filled(&self, request: &Request) -> Result<wire::Request, String> {
        let fill = |text: &str| fill(text, &self.kept);
        let headers = request.headers.iter();
        Ok(wire::Request {
            method: request.method.clone(),
            path: fill(&request.path),
            version: request
                .http_version
                .clone()
                .unwrap_or_else(|| "1.1".to_owned()),
            headers: headers
                .map(|(name, value)| (name.clone(), fill(value)))
                .collect(),
            body: match &request.body {
                Some(text) => Some(fill(text).into_bytes()),
                None => request.binary_body()?,
            },
        })
    }
}

impl Request {
    fn has_placeholder_token(&self) -> bool {
        self.headers
            .iter()
            .any(|(_, value)| value.contains("{{request-jwt}}"))
    }

    fn binary_body(&self) -> Result<Option<Vec<u8>>, String> {
        if let Some(encoded) = &self.body_base64 {
            return decoded(encoded).map(Some);
        }
        let Some(parts) = &self.body_parts else {
            return Ok(None);
        };
        let mut body = Vec::new();
        for part in parts {
            match part {
                Part::Text { text } => body.extend(text.as_bytes()),
                Part::Base64 { base64 } => body.extend(decoded(base64)?),
                Part::Repeated { repeat, count } => body.extend(repeat.repeat(*count).as_bytes()),
            }
        }
        Ok(Some(body))
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, String> {
    BASE64_STANDARD
        .decode(text)
        .map_err(|error| error.to_string())
}

pub fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since
        .ok()
        .and_then(|since| i64::try_from(since.as_secs()).ok())
        .unwrap_or_default()
}

/// `$.a.b[0]` of the body, or `cookie:name`.
fn captured(source: &str, answer: &Answer) -> Option<String> {
    if let Some(name) = source.strip_prefix("cookie:") {
        let prefix = format!("{name}=");
        let cookies = answer
            .headers
            .iter()
            .filter(|(h, _)| h.eq_ignore_ascii_case("Set-Cookie"));
        let mut values = cookies.filter_map(|(_, value)| value.strip_prefix(&prefix));
        return values
            .next()
            .map(|value| value.split(';').next().unwrap_or(value).to_owned());
    }
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let pointer = source
        .strip_prefix('$')?
        .replace(['.', '['], "/")
        .replace(']', "");
    match body.pointer(&pointer)? {
        Value::String(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

/// The request as the report of a failure shows it.
fn described(request: &wire::Request) -> String {
    let mut text = request.head().trim_end().replace("\r\n", "\n    > ");
    if let Some(body) = &request.body {
        let start: String = String::from_utf8_lossy(body).chars().take(300).collect();
        write!(text, "\n    > \n    > {start}").ok();
    }
    format!("sent\n    > {text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> Answer {
        let cookie = |value: &str| ("Set-Cookie".to_owned(), value.to_owned());
        Answer {
            headers: vec![cookie("csrftoken=x"), cookie("sessionid=abc; HttpOnly")],
            body: body.into(),
            ..Answer::default()
        }
    }

    #[test]
    fn members_and_cookies_can_be_kept() {
        let answer = answer(r#"{"results": [{"id": 7}], "token": "t"}"#);

        assert_eq!(captured("$.results[0].id", &answer).as_deref(), Some("7"));
        assert_eq!(captured("$.token", &answer).as_deref(), Some("t"));
        assert_eq!(
            captured("cookie:sessionid", &answer).as_deref(),
            Some("abc")
        );
        assert_eq!(captured("$.absent", &answer), None);
    }
}
