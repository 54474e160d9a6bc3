//! Requests that are sent at once, and answered in any order.

use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use acceptance::client::Caller;
use acceptance::replay::wire::{Answer, Request};

use super::assert_told_to_wait;

/// A caller, and what it asks.
pub(super) type Ask = (Caller, Request);
/// The path that was asked, and what came.
pub(super) type Answered = (String, Answer);

/// A service that does not recover for so long never does.
const PATIENCE: Duration = Duration::from_mins(1);

/// Requests under way, each on a connection of its own.
pub(super) struct Asked {
    /// Whose answers have not been taken yet.
    open: usize,
    answers: Receiver<Answered>,
}

impl Asked {
    pub(super) fn all(requests: Vec<Ask>) -> Self {
        let open = requests.len();
        let (sender, answers) = mpsc::channel();
        for (caller, request) in requests {
            let sender = sender.clone();
            thread::spawn(move || {
                let (path, answer) = (request.path.clone(), caller.send(request));
                // A test that has failed waits for nothing.
                let _ = sender.send((path, answer));
            });
        }
        Self { open, answers }
    }

    /// The next answer, of which there must be one.
    pub(super) fn next(&mut self) -> Answered {
        self.open -= 1;
        self.answers.recv().unwrap()
    }

    /// All that have not been taken yet.
    pub(super) fn rest(self) -> Vec<Answered> {
        let all: Vec<_> = self.answers.iter().collect();
        assert_eq!(all.len(), self.open, "some were not answered");
        all
    }

    /// The same, while `meanwhile` is done again and again until the last one has come.
    pub(super) fn beside(self, meanwhile: impl Fn()) -> Vec<Answered> {
        let mut all = Vec::new();
        loop {
            meanwhile();
            loop {
                match self.answers.try_recv() {
                    Ok(answered) => all.push(answered),
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => {
                        assert_eq!(all.len(), self.open, "some were not answered");
                        return all;
                    }
                }
            }
        }
    }
}

/// Each is told to come again.
pub(super) fn assert_all_told_to_wait(answers: &[Answered]) {
    for (path, answer) in answers {
        assert_told_to_wait(path, answer);
    }
}

/// Asks until the answer is the one of a service that is well. Until then each one tells to come again.
pub(super) fn until_well(ask: &Ask) {
    let end = Instant::now() + PATIENCE;
    loop {
        let (caller, request) = ask.clone();
        let (path, answer) = (request.path.clone(), caller.send(request));
        if answer.status == 200 {
            return;
        }
        assert_told_to_wait(&path, &answer);
        assert!(Instant::now() < end, "{path} does not recover");
    }
}
