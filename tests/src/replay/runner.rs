//! Topics against servers: who may share one, and what comes out.

use std::any::Any;
use std::net::SocketAddr;
use std::ops::AddAssign;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::case::{Case, Reset, Topic};
use super::exchange::play;
use super::plan::Plan;
use super::tokens::Secrets;
use super::wire::{Answer, Request};

/// A running server with the data of a site. Dropping it ends it.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What keeps it alive.
    pub guard: Box<dyn Any>,
}

/// Starts a server with fresh data for a topic.
pub type Start<'a> = dyn Fn(&Topic) -> Result<Running, String> + Sync + 'a;

/// Is shown each exchange of the cases of a topic.
pub type Observe<'a> = dyn Fn(&Topic, &Case, &Request, &Answer) + Sync + 'a;

/// How many cases came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// As the contract demands.
    pub passed: usize,
    /// Otherwise, or an exception that passed.
    pub failed: usize,
    /// Listed as not passing yet, and not passing.
    pub excepted: usize,
    /// Of topics that have not been reached.
    pub pending: usize,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.excepted += other.excepted;
        self.pending += other.pending;
    }
}

/// What came out of a topic.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Its name.
    pub topic: String,
    /// The numbers.
    pub tally: Tally,
    /// A report for each failed case.
    pub failures: Vec<String>,
}

/// Plays all topics, several at a time, and returns the outcomes in the order of the topics.
pub fn run(
    topics: &[&Topic],
    plan: &Plan,
    secrets: &Secrets,
    start: &Start<'_>,
    observe: &Observe<'_>,
) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(topic) = topics.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = run_topic(topic, plan, secrets, start, observe);
                    if let Ok(mut outcomes) = outcomes.lock() {
                        outcomes.push(outcome);
                    }
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().unwrap_or_default();
    outcomes.sort_by(|a: &Outcome, b| a.topic.cmp(&b.topic));
    outcomes
}

/// Plays one topic; one that has not been reached is only counted.
pub fn run_topic(
    topic: &Topic,
    plan: &Plan,
    secrets: &Secrets,
    start: &Start<'_>,
    observe: &Observe<'_>,
) -> Outcome {
    let mut outcome = Outcome {
        topic: topic.name.clone(),
        ..Outcome::default()
    };
    if !plan.reached.contains(&topic.name) {
        outcome.tally.pending = topic.cases.len();
        return outcome;
    }
    let mut server = Server {
        topic,
        start,
        running: None,
    };
    for case in &topic.cases {
        let result = server.address().and_then(|address| {
            let observe = |request: &Request, answer: &Answer| {
                observe(topic, case, request, answer);
            };
            play(address, topic.site, case, secrets, &observe)
        });
        server.after(case, result.is_ok());
        match (result, plan.excepts(&topic.name, &case.name)) {
            (Ok(()), false) => outcome.tally.passed += 1,
            (Err(_), true) => outcome.tally.excepted += 1,
            (Ok(()), true) => outcome.fail(case, "passes: remove it from the exceptions"),
            (Err(report), false) => outcome.fail(case, &report),
        }
    }
    outcome
}

impl Outcome {
    fn fail(&mut self, case: &Case, report: &str) {
        self.tally.failed += 1;
        self.failures
            .push(format!("{}/{}: {report}", self.topic, case.name));
    }
}

/// The server of a topic: fresh for every case, unless the case before left everything as it was.
struct Server<'a> {
    topic: &'a Topic,
    start: &'a Start<'a>,
    running: Option<Running>,
}

impl Server<'_> {
    fn address(&mut self) -> Result<SocketAddr, String> {
        if self.running.is_none() {
            self.running = Some((self.start)(self.topic)?);
        }
        self.running
            .as_ref()
            .map(|running| running.address)
            .ok_or_else(String::new)
    }

    fn after(&mut self, case: &Case, as_expected: bool) {
        if self.topic.reset == Reset::Case && (case.may_write() || !as_expected) {
            self.running = None;
        }
    }
}
