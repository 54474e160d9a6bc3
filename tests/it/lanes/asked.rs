//! Requests that are under way, and answered in any order.

use std::net::SocketAddr;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use acceptance::client::Caller;
use acceptance::connection::Connection;
use acceptance::replay::wire::{Answer, Request, read_answer};

use super::assert_told_to_wait;

/// A caller, and what it asks.
pub(crate) type Ask = (Caller, Request);
/// The path that was asked, and what came.
pub(super) type Answered = (String, Answer);

/// A service that does not recover for so long never does.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request that the service has taken.
pub(super) struct Taken {
    path: String,
    method: String,
    connection: Connection,
}

impl Taken {
    /// Sends a request on a connection of its own, and waits until it is taken: the service says `100 Continue` then,
    /// and not before.
    pub(super) fn by(address: SocketAddr, (caller, request): Ask) -> Self {
        let (path, method) = (request.path.clone(), request.method.clone());
        let request = request.header("Host", "localhost");
        let mut request = request.header("Expect", "100-continue");
        if !caller.credentials().is_empty() {
            request = request.header("Authorization", caller.credentials());
        }
        let mut connection = Connection::open(address).unwrap();
        connection.send(&request.bytes().unwrap()).unwrap();
        let announced = connection.answer().unwrap();
        assert!(announced.starts_with(b"HTTP/1.1 100 "), "{path}");
        Self {
            path,
            method,
            connection,
        }
    }

    pub(super) fn has_answer(&self) -> bool {
        self.connection.has_answer().unwrap()
    }

    pub(super) fn answered(&mut self) -> Result<Answered, String> {
        let answer = self.connection.answer();
        let answer = answer.and_then(|mut bytes| read_answer(&mut bytes, &self.method));
        let answer = answer.map_err(|error| format!("no answer to {}: {error}", self.path))?;
        Ok((self.path.clone(), answer))
    }
}

/// Many of them.
pub(super) struct Asked {
    /// Whose answers have not come yet.
    open: usize,
    early: Vec<Answered>,
    answers: Receiver<Result<Answered, String>>,
}

impl Asked {
    /// Returns when all requests are taken.
    pub(super) fn all(address: SocketAddr, requests: Vec<Ask>) -> Self {
        let requests = requests.into_iter();
        let taken: Vec<_> = requests.map(|ask| Taken::by(address, ask)).collect();
        let (open, (sender, answers)) = (taken.len(), mpsc::channel());
        for mut request in taken {
            let sender = sender.clone();
            thread::spawn(move || {
                // A test that has failed waits for nothing.
                let _ = sender.send(request.answered());
            });
        }
        Self {
            open,
            early: Vec::new(),
            answers,
        }
    }

    /// The next answer, of which there must be one.
    pub(super) fn next(&mut self) -> Answered {
        self.open -= 1;
        self.answers.recv().unwrap().unwrap()
    }

    /// Whether all of them still wait.
    pub(super) fn are_waiting(&mut self) -> bool {
        let come = self.answers.try_iter().map(Result::unwrap);
        self.early.extend(come);
        self.early.is_empty()
    }

    /// All that have not been taken yet.
    pub(super) fn rest(self) -> Vec<Answered> {
        let mut all = self.early;
        all.extend(self.answers.iter().map(Result::unwrap));
        assert_eq!(all.len(), self.open);
        all
    }
}

/// Each is told to come again.
pub(super) fn assert_all_told_to_wait(answers: &[Answered]) {
    for (path, answer) in answers {
        assert_told_to_wait(path, answer);
    }
}

/// Each is told to come again, or has what it asked for.
pub(super) fn assert_all_served_or_told_to_wait(answers: &[Answered]) {
    for (path, answer) in answers.iter().filter(|(_, answer)| answer.status != 200) {
        assert_told_to_wait(path, answer);
    }
}

pub(super) fn assert_all_served(answers: &[Answered]) {
    for (path, answer) in answers {
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

/// Asks until the answer is the one of a service that is well. Until then each one tells to come again: with 429, too,
/// while lists of the same user have not ended.
pub(crate) fn until_well(ask: &Ask) {
    let end = Instant::now() + PATIENCE;
    loop {
        let (caller, request) = ask.clone();
        let (path, answer) = (request.path.clone(), caller.send(request));
        if answer.status == 200 {
            return;
        }
        if answer.status != 429 {
            assert_told_to_wait(&path, &answer);
        }
        assert!(Instant::now() < end, "{path} does not recover");
    }
}
