//! The recorded cases against the real server over TCP, on every database there is.
//!
//! `cargo test -p acceptance --test conformance` plays all; topics and databases can be named:
//! `cargo test -p acceptance --test conformance -- staff_auth sqlite`. There is no test framework
//! around it because the numbers of a run are to be seen when it passes, too. What is played first is held against the
//! OpenAPI document as well.

mod openapi;

use std::process::ExitCode;

use acceptance::contract;
use acceptance::replay::Secrets;
use acceptance::replay::case::{Case, Topic, load_topics};
use acceptance::replay::plan::Plan;
use acceptance::replay::runner::{Outcome, Tally, run};
use acceptance::replay::wire::{Answer, Request};
use acceptance::service::{Backend, Service};

use openapi::Witness;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--list") {
        list(&arguments);
        return ExitCode::SUCCESS;
    }
    match conformance(&Selection::new(&arguments)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers test runners that ask for the tests: all cases are one.
fn list(arguments: &[String]) {
    if !arguments.iter().any(|argument| argument == "--ignored") {
        println!("conformance: test");
    }
}

/// What of it to play.
struct Selection(Vec<String>);

impl Selection {
    fn new(arguments: &[String]) -> Self {
        let names = arguments
            .iter()
            .filter(|argument| !argument.starts_with('-'));
        Self(
            names
                .filter(|name| *name != "conformance")
                .cloned()
                .collect(),
        )
    }

    fn has_database(&self, backend: Backend) -> bool {
        let is_database =
            |name: &&String| Backend::ALL.iter().any(|one| one.name() == name.as_str());
        let mut named = self.0.iter().filter(is_database).peekable();
        named.peek().is_none() || named.any(|name| name == backend.name())
    }

    fn has_topic(&self, topic: &Topic) -> bool {
        let is_topic = |name: &&String| Backend::ALL.iter().all(|one| one.name() != name.as_str());
        let mut named = self.0.iter().filter(is_topic).peekable();
        named.peek().is_none() || named.any(|name| *name == topic.name)
    }
}

fn conformance(selection: &Selection) -> Result<bool, String> {
    let topics = load_topics(&contract("cases"))?;
    let plan = Plan::load(&contract("plan.json"))?;
    let mistakes = plan.mistakes(&topics);
    if !mistakes.is_empty() {
        return Err(mistakes.join("\n"));
    }
    let secrets = acceptance::secrets()?;
    let topics: Vec<&Topic> = topics
        .iter()
        .filter(|topic| selection.has_topic(topic))
        .collect();
    let mut passed = true;
    let mut witness = Some(Witness::default());
    for backend in Backend::available("conformance")? {
        if selection.has_database(backend) {
            let witness = witness.take();
            passed &= on(backend, &topics, &plan, &secrets, witness.as_ref()).failed == 0;
            passed &= witness.is_none_or(Witness::agrees);
        }
    }
    Ok(passed)
}

fn on(
    backend: Backend,
    topics: &[&Topic],
    plan: &Plan,
    secrets: &Secrets,
    witness: Option<&Witness>,
) -> Tally {
    let start = |topic: &Topic| {
        let service = Service::for_topic(backend, topic)?;
        if let Some(witness) = witness {
            witness.asks(topic, &service)?;
        }
        Ok(service.into_running())
    };
    let observe = |topic: &Topic, case: &Case, request: &Request, answer: &Answer| {
        if let Some(witness) = witness {
            witness.sees(topic, case, request, answer);
        }
    };
    let outcomes = run(topics, plan, secrets, &start, &observe);
    for failure in outcomes.iter().flat_map(|outcome| &outcome.failures) {
        println!("FAILED on {backend}: {failure}\n", backend = backend.name());
    }
    let mut total = Tally::default();
    for outcome in &outcomes {
        print(outcome, backend);
        total += outcome.tally;
    }
    let Tally {
        passed,
        failed,
        excepted,
        pending,
    } = total;
    println!(
        "conformance {}: {passed} passed, {failed} failed, {excepted} excepted, {pending} pending",
        backend.name()
    );
    total
}

fn print(outcome: &Outcome, backend: Backend) {
    let Outcome { topic, tally, .. } = outcome;
    let backend = backend.name();
    let Tally {
        passed,
        failed,
        excepted,
        pending,
    } = tally;
    if *pending > 0 {
        println!("conformance {topic} {backend}: {pending} pending");
    } else {
        println!(
            "conformance {topic} {backend}: {passed} passed, {failed} failed, {excepted} excepted"
        );
    }
}
