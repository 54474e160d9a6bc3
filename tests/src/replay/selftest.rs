//! Proof that the harness can fail: cases against a server that says what it is told.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::case::Topic;
use super::plan::{Exception, Plan};
use super::runner::{Outcome, Running, Tally, run_topic};
use super::tokens::Secrets;

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nAllow: HEAD, GET\r\n\
    Server: x\r\nContent-Length: 8\r\n\r\n{\"a\": 1}";

/// A case that [`ANSWER`] satisfies.
fn read_case(name: &str, method: &str, compare: &str) -> String {
    format!(
        r#"{{"name": "{name}", "request": {{"method": "{method}", "path": "/", "headers": [["Host", "x"]], "body": null}},
        "response": {{"status": 200, "headers": {{"Content-Type": "application/json", "Allow": "GET, HEAD"}}, "body": "{{\"a\": 1}}"}},
        "compare": {compare}}}"#
    )
}

fn topic(reset: &str, cases: &[String]) -> Topic {
    let cases = cases.join(",");
    serde_json::from_str(&format!(
        r#"{{"topic": "t", "title": "", "site": "staff", "server_options": "", "reset": "{reset}", "cases": [{cases}]}}"#
    ))
    .unwrap()
}

fn plan(exceptions: &[&str]) -> Plan {
    let cases = exceptions.iter().map(|&case| format!("t/{case}")).collect();
    Plan {
        reached: ["t".to_owned()].into(),
        exceptions: vec![Exception {
            reason: "why".to_owned(),
            cases,
        }],
    }
}

fn answer_once(mut stream: &TcpStream, answer: &str) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    lines.find(String::is_empty);
    stream.write_all(answer.as_bytes()).ok();
}

/// Plays a topic against servers that all say `answer`, and counts them.
fn play(topic: &Topic, plan: &Plan, answer: &'static str) -> (Outcome, usize) {
    let servers = AtomicUsize::new(0);
    let start = |_: &Topic| {
        servers.fetch_add(1, Ordering::Relaxed);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            listener
                .incoming()
                .map_while(Result::ok)
                .for_each(|stream| answer_once(&stream, answer));
        });
        Ok(Running {
            address,
            guard: Box::new(()),
        })
    };
    let outcome = run_topic(topic, plan, &Secrets::new(), &start, &|_, _, _, _| ());
    (outcome, servers.into_inner())
}

fn outcome_of(compare: &str, answer: &'static str) -> Outcome {
    play(
        &topic("case", &[read_case("c", "GET", compare)]),
        &plan(&[]),
        answer,
    )
    .0
}

#[test]
fn the_recorded_answer_passes() {
    assert_eq!(
        outcome_of("{}", ANSWER).tally,
        Tally {
            passed: 1,
            ..Tally::default()
        }
    );
}

#[test]
fn every_deviation_fails_and_is_named() {
    let deviations: [(&'static str, &str); 6] = [
        (
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nAllow: GET, HEAD\r\nContent-Length: 8\r\n\r\n{\"a\": 1}",
            "status: expected 200, got 201",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: text/json\r\nAllow: GET, HEAD\r\nContent-Length: 8\r\n\r\n{\"a\": 1}",
            "Content-Type: expected",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nAllow: GET\r\nContent-Length: 8\r\n\r\n{\"a\": 1}",
            "Allow: expected",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nAllow: GET, HEAD\r\nVary: Accept\r\nContent-Length: 8\r\n\r\n{\"a\": 1}",
            "Vary: expected None",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nAllow: GET, HEAD\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
            "body differs from character 5",
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nAllow: GET, HEAD\r\nContent-Length: 8\r\n\r\n{\"a\": 1}\n",
            "1 bytes behind the end",
        ),
    ];

    for (answer, problem) in deviations {
        let outcome = outcome_of("{}", answer);

        assert_eq!(outcome.tally.failed, 1, "{problem}");
        assert!(
            outcome.failures[0].contains(problem),
            "{}",
            outcome.failures[0]
        );
    }
}

#[test]
fn rules_of_comparison_can_fail() {
    let rules = [
        (
            r#"{"body": "prefix", "prefix": "{\"a"}"#,
            r#"{"body": "prefix", "prefix": "{\"b"}"#,
        ),
        (
            r#"{"body": "members", "members": {"a": 1}}"#,
            r#"{"body": "members", "members": {"a": 2}}"#,
        ),
        (
            r#"{"body": "json", "instead": {"body": "{ \"a\":1}"}}"#,
            r#"{"body": "json", "instead": {"body": "{\"a\":\"1\"}"}}"#,
        ),
        (
            r#"{"body": "json-except", "except": ["b"]}"#,
            r#"{"body": "json-except", "except": ["a"], "instead": {"body": "{\"b\": 1}"}}"#,
        ),
        (
            r#"{"body": "contains", "strings": ["a"], "absent": ["z"]}"#,
            r#"{"body": "contains", "absent": ["a"]}"#,
        ),
        (
            r#"{"body": "page", "text": ["1"], "markup": ["a.*1"]}"#,
            r#"{"body": "page", "links": ["/"]}"#,
        ),
        (
            r#"{"skip_headers": ["Allow"], "instead": {"headers": {"content-type": "application/json"}}}"#,
            r#"{"instead": {"headers": {}}}"#,
        ),
        (
            r#"{"header_patterns": {"Server": "[xy]"}}"#,
            r#"{"header_patterns": {"Server": "y"}}"#,
        ),
        (
            r#"{"absent_headers": ["Date"]}"#,
            r#"{"absent_headers": ["Server"]}"#,
        ),
        (r#"{"body": "ignore"}"#, r#"{"instead": {"status": 404}}"#),
    ];

    for (right, wrong) in rules {
        let last = |rule| outcome_of(rule, ANSWER);

        assert_eq!(last(right).failures, Vec::<String>::new());
        assert_eq!(last(wrong).tally.failed, 1, "{wrong}");
    }
}

#[test]
fn an_exception_that_passes_fails_the_run() {
    let topic = topic("case", &[read_case("c", "GET", "{}")]);

    let (outcome, _) = play(&topic, &plan(&["c"]), ANSWER);

    assert_eq!(
        outcome.tally,
        Tally {
            failed: 1,
            ..Tally::default()
        }
    );
    assert!(outcome.failures[0].contains("remove it from the exceptions"));
}

#[test]
fn an_exception_that_does_not_pass_is_counted() {
    let topic = topic(
        "case",
        &[read_case("c", "GET", r#"{"instead": {"status": 404}}"#)],
    );

    let (outcome, _) = play(&topic, &plan(&["c"]), ANSWER);

    assert_eq!(
        outcome.tally,
        Tally {
            excepted: 1,
            ..Tally::default()
        }
    );
}

#[test]
fn a_topic_that_has_not_been_reached_is_pending_and_starts_no_server() {
    let topic = topic("case", &[read_case("c", "GET", "{}")]);

    let (outcome, servers) = play(&topic, &Plan::default(), ANSWER);

    assert_eq!(
        outcome.tally,
        Tally {
            pending: 1,
            ..Tally::default()
        }
    );
    assert_eq!(servers, 0);
}

#[test]
fn reads_share_a_server_until_a_case_may_have_written() {
    let cases = [
        ("a", "GET"),
        ("b", "GET"),
        ("c", "POST"),
        ("d", "GET"),
        ("e", "GET"),
    ];
    let cases = cases.map(|(name, method)| read_case(name, method, "{}"));

    assert_eq!(play(&topic("case", &cases), &plan(&[]), ANSWER).1, 2);
    assert_eq!(play(&topic("topic", &cases), &plan(&[]), ANSWER).1, 1);
}
