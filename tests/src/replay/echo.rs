//! Proof that the harness demands nothing else than what was recorded: every case against a server
//! that answers with the recording.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Map, Value, json};

use super::case::{Case, Response, Site, Step, load_topics};
use super::exchange::{play, unix_now};
use super::expected::{Expected, ExpectedBody};
use super::rules::{BodyRule, Compare};
use super::template::{Kept, next_placeholder, offset_from_now};
use super::tokens::Secrets;

/// The answers to a case's requests in their order; `None` where a page has to match patterns.
fn answers(site: Site, case: &Case) -> Option<Vec<String>> {
    let mut kept = Kept::new();
    let mut answers = Vec::new();
    for step in &case.setup {
        let Step::Earlier(step) = step else {
            return None;
        };
        let mut extra = Map::new();
        for (name, source) in &step.capture {
            kept.insert(name.clone(), "7".to_owned());
            if let Some(name) = source
                .strip_prefix("$.")
                .filter(|_| step.response.body.is_none())
            {
                let plain = !name.contains('[');
                let member = if plain {
                    json!({name: "7"})
                } else {
                    json!({"results": [{"id": "7"}]})
                };
                extra.extend(member.as_object().cloned().unwrap_or_default());
            }
        }
        let answer = answer(
            site,
            &step.response,
            &step.compare,
            &kept,
            &Value::from(extra),
        )?;
        answers.extend(std::iter::repeat_n(answer, step.repeat as usize));
        // A token that was rendered into a recorded body, not one of ours.
        if let Some(body) = &step.response.body {
            let body: Value =
                serde_json::from_str(&render(body, &step.response, &Kept::new())).ok()?;
            for (name, source) in &step.capture {
                let value = body[source.trim_start_matches("$.")].as_str()?;
                kept.insert(name.clone(), value.to_owned());
            }
        }
    }
    answers.push(answer(
        site,
        &case.response,
        &case.compare,
        &kept,
        &json!({}),
    )?);
    Some(answers)
}

fn answer(
    site: Site,
    response: &Response,
    compare: &Compare,
    kept: &Kept,
    extra: &Value,
) -> Option<String> {
    if !compare.markup.is_empty() || !compare.header_patterns.is_empty() {
        return None;
    }
    let expected = Expected::new(site, response, compare);
    let body = match expected.body {
        ExpectedBody::None => String::new(),
        ExpectedBody::Any if expected.status == 204 => String::new(),
        ExpectedBody::Any => extra.to_string(),
        ExpectedBody::Text(text) => render(text, response, kept),
        ExpectedBody::ByRule => by_rule(compare),
    };
    let mut answer = format!("HTTP/1.1 {} X\r\n", expected.status);
    if compare.absent_headers.is_empty() {
        answer.push_str("Set-Cookie: sessionid=7; HttpOnly\r\n");
    }
    for (name, value) in expected.headers.into_iter().flatten() {
        if name != "Content-Length" {
            answer.extend([name, ": ", &render(value, response, kept), "\r\n"]);
        }
    }
    answer.extend([
        "Content-Length: ",
        &body.len().to_string(),
        "\r\n\r\n",
        &body,
    ]);
    Some(answer)
}

fn by_rule(compare: &Compare) -> String {
    match compare.body {
        BodyRule::Prefix => {
            let prefix = compare.prefix.clone().unwrap_or_default();
            let is_json = |text: &String| serde_json::from_str::<Value>(text).is_ok();
            let ends = ["", "\"}", "\"]}", "]}"].map(|end| format!("{prefix}{end}"));
            ends.into_iter().find(is_json).unwrap_or_default()
        }
        BodyRule::Members => Value::from(compare.members.clone()).to_string(),
        BodyRule::Contains => compare.strings.join(" "),
        _ => {
            let link = |to| format!("<a href=\"{to}\"></a>");
            let links = compare.links.iter().map(link).collect::<Vec<_>>().concat();
            let text = compare
                .text
                .join("\n")
                .replace('&', "&amp;")
                .replace('<', "&lt;");
            format!("{links}<p>{text}</p>")
        }
    }
}

fn render(template: &str, response: &Response, kept: &Kept) -> String {
    let Some((before, name, rest)) = next_placeholder(template) else {
        return template.to_owned();
    };
    let value = match kept.get(name) {
        Some(value) => value.clone(),
        None => rendered(name, response),
    };
    format!("{before}{value}{}", render(rest, response, kept))
}

fn rendered(name: &str, response: &Response) -> String {
    if let Some(offset) = offset_from_now(name) {
        return (unix_now() + offset).to_string();
    }
    if let Some((low, _)) = name.split_once("..") {
        return low.to_owned();
    }
    let now = chrono::DateTime::from_timestamp(unix_now(), 0)
        .unwrap()
        .format("%Y-%m-%dT%H:%M:%S");
    match name {
        "hex32" => "a1".repeat(16),
        "HEX32" => "A1".repeat(16),
        "hex40" => "a1".repeat(20),
        "rand7" => "abcDE12".to_owned(),
        "now-iso" => format!("{now}Z"),
        "time" => format!("{now}.123Z"),
        "seconds" => "0.012s".to_owned(),
        _ if name.starts_with("jwt:") => token(name, response),
        _ => "42".to_owned(),
    }
}

/// The token that the recording describes, signed with any key.
fn token(name: &str, response: &Response) -> String {
    let minted = &response.minted_tokens[name];
    let mut claims = minted.claims.clone();
    for claim in claims.values_mut() {
        let text = claim.as_str().unwrap_or_default().to_owned();
        if let Some((_, name, _)) = next_placeholder(&text) {
            let offset = offset_from_now(name);
            *claim = offset.map_or_else(
                || rendered(name, response).into(),
                |o| (unix_now() + o).into(),
            );
        }
    }
    let algorithm = minted.header["alg"].as_str().unwrap().parse().unwrap();
    let key = EncodingKey::from_secret(b"any").unwrap();
    jsonwebtoken::encode(&Header::new(algorithm), &claims, &key).unwrap()
}

/// Answers one request on each connection.
fn serve(listener: &TcpListener, answers: Vec<String>) {
    for (answer, stream) in answers.into_iter().zip(listener.incoming()) {
        let mut stream = stream.unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut head, mut line, mut length) = (String::new(), Vec::new(), 0);
        while reader.read_until(b'\n', &mut line).unwrap() > 2 {
            let text = String::from_utf8_lossy(&line).to_lowercase();
            let value = text
                .trim()
                .strip_prefix("content-length: ")
                .and_then(|n| n.parse().ok());
            length = value.unwrap_or(length);
            head.push_str(&text);
            line.clear();
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let cut = if head.starts_with("head") {
            answer.find("\r\n\r\n").map(|at| at + 4)
        } else {
            None
        };
        stream
            .write_all(&answer.as_bytes()[..cut.unwrap_or(answer.len())])
            .unwrap();
    }
}

#[test]
fn every_recorded_answer_satisfies_its_case() {
    let secrets = Secrets::from([("SECRET".to_owned(), "s".repeat(32))]);
    let (mut played, mut left_out) = (0, Vec::new());
    for topic in load_topics(&crate::contract("cases")).unwrap() {
        for case in &topic.cases {
            let Some(answers) = answers(topic.site, case) else {
                left_out.push(format!("{}/{}", topic.name, case.name));
                continue;
            };
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap();
            let server = std::thread::spawn(move || serve(&listener, answers));

            let result = play(address, topic.site, case, &secrets, &|_, _| ());

            assert_eq!(result, Ok(()), "{}/{}", topic.name, case.name);
            server.join().unwrap();
            played += 1;
        }
    }
    assert!(
        played > 1_400 && left_out.len() < 11,
        "{played} played, left out: {left_out:?}"
    );
}
