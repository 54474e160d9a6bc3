//! The keys of one issuer: fetched in the background, kept, and asked for anew when a token names one
//! that is not known.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use arc_swap::ArcSwap;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::Algorithm;

use super::document::{IssuerKey, parse};
use super::fetch::Fetcher;
use super::{MissingKey, Verdict};
use crate::jwt::claims::Parts;
use crate::jwt::key::SigningKey;
use crate::settings::IssuerSettings;

/// Seconds between two fetches that unknown keys may ask for: names of keys are easily made up.
const MIN_INTERVAL: i64 = 30;
/// Requests that may wait for a fetch at a time; more are judged by the keys that there are.
const MAX_WAITING: usize = 2;

/// Keys of an issuer.
pub(super) struct IssuerKeys {
    shared: Arc<Shared>,
    /// Asks the thread to fetch. Dropping it ends the thread.
    fetch_request: Option<SyncSender<()>>,
    patience: Duration,
}

struct Shared {
    issuer: String,
    algorithms: Vec<Algorithm>,
    keys: ArcSwap<Vec<IssuerKey>>,
    state: Mutex<State>,
    fetched: Condvar,
}

#[derive(Default)]
struct State {
    /// Fetches that were asked for, and the last of them that is done.
    asked: u64,
    done: u64,
    is_failing: bool,
    waiting: usize,
    asked_at: Option<DateTime<Utc>>,
}

enum Source {
    Url(Fetcher),
    File(PathBuf),
}

impl Source {
    fn read(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Url(fetcher) => fetcher.get(),
            Self::File(file) => {
                std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
            }
        }
    }
}

impl IssuerKeys {
    /// Keys of checked settings. A secret and a file have to be there.
    pub(super) fn start(
        settings: &IssuerSettings,
        refresh: Duration,
        patience: Duration,
    ) -> Result<Self, String> {
        let shared = Arc::new(Shared {
            issuer: settings.issuer.clone(),
            algorithms: settings.algorithms.clone(),
            keys: ArcSwap::default(),
            state: Mutex::default(),
            fetched: Condvar::new(),
        });
        let mut keys = Self {
            shared: Arc::clone(&shared),
            fetch_request: None,
            patience,
        };
        if !settings.secret_file.is_empty() {
            shared.keys.store(Arc::new(secret_keys(settings)?));
            return Ok(keys);
        }
        let source = if settings.jwks_file.is_empty() {
            Source::Url(Fetcher::new(settings.jwks_url.clone()))
        } else {
            let source = Source::File(PathBuf::from(&settings.jwks_file));
            let document = source.read()?;
            let read = parse(&document, &settings.algorithms);
            let read = read.map_err(|problem| format!("{} {problem}", settings.jwks_file))?;
            shared.keys.store(Arc::new(read));
            source
        };
        shared.state().asked = 1;
        let (fetch_request, fetch_requests) = sync_channel(1);
        let thread = thread::Builder::new().name("jwks".to_owned());
        let started = thread.spawn(move || shared.run(&source, &fetch_requests, refresh));
        started.map_err(|error| format!("has no thread: {error}"))?;
        keys.fetch_request = Some(fetch_request);
        Ok(keys)
    }

    /// Whether one of the keys that may have signed a token did so. [`Verdict::KeyIsMissing`] only where that is to be told.
    pub(super) fn verify(
        &self,
        algorithm: Algorithm,
        parts: &Parts<'_>,
        now: DateTime<Utc>,
        missing: MissingKey,
    ) -> Verdict {
        let judge = || self.shared.judge(algorithm, parts);
        match (judge(), missing) {
            (Verdict::KeyIsMissing, MissingKey::Tell) if self.fetch_request.is_some() => {
                Verdict::KeyIsMissing
            }
            (Verdict::KeyIsMissing, _) => self.verify_fetched(judge, now),
            (known, _) => known,
        }
    }

    /// Judges by the keys of a fetch that is under way, and of one more where they do not do.
    fn verify_fetched(&self, judge: impl Fn() -> Verdict, now: DateTime<Utc>) -> Verdict {
        let waited = self.wait(self.shared.state()).then(&judge);
        let known = waited.filter(|verdict| *verdict != Verdict::KeyIsMissing);
        match known.or_else(|| self.ask(now).then(&judge)) {
            Some(Verdict::Good) => Verdict::Good,
            Some(Verdict::Bad | Verdict::KeyIsMissing) | None => Verdict::Bad,
        }
    }

    /// Has the keys fetched, unless they were a moment ago.
    fn ask(&self, now: DateTime<Utc>) -> bool {
        let Some(fetch_request) = &self.fetch_request else {
            return false;
        };
        let mut state = self.shared.state();
        let interval = TimeDelta::seconds(MIN_INTERVAL);
        let is_recent = |asked: DateTime<Utc>| (now - asked).abs() < interval;
        if state.asked_at.is_some_and(is_recent) {
            return false;
        }
        state.asked_at = Some(now);
        state.asked += 1;
        // A full channel holds this very request.
        let _ = fetch_request.try_send(());
        self.wait(state)
    }

    /// Waits a little for a fetch that is under way; `false` if there is none, or nothing came of it.
    fn wait(&self, mut state: MutexGuard<'_, State>) -> bool {
        let asked = state.asked;
        if state.done == asked || state.waiting >= MAX_WAITING {
            return false;
        }
        state.waiting += 1;
        let fetched = &self.shared.fetched;
        let waited = fetched.wait_timeout_while(state, self.patience, |state| state.done < asked);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state.done >= asked
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a key that the token may mean verifies it.
    fn judge(&self, algorithm: Algorithm, parts: &Parts<'_>) -> Verdict {
        let keys = self.keys.load();
        // A token or a key without a name may mean any.
        let is_meant = |key: &&IssuerKey| {
            let names = parts.header.kid().zip(key.kid.as_deref());
            key.key.algorithm() == algorithm && names.is_none_or(|(wanted, known)| wanted == known)
        };
        let verifies = |key: &IssuerKey| key.key.verifies(parts.signature, parts.signed.as_bytes());
        let mut meant = keys.iter().filter(is_meant).peekable();
        if meant.peek().is_none() {
            Verdict::KeyIsMissing
        } else if meant.any(verifies) {
            Verdict::Good
        } else {
            Verdict::Bad
        }
    }

    /// Fetches at once, at every request, and after every interval, until the verifier is dropped.
    fn run(&self, source: &Source, fetch_requests: &Receiver<()>, refresh: Duration) {
        loop {
            self.fetch(source);
            match fetch_requests.recv_timeout(refresh) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Keys that are there stay when no others can be fetched. A problem is logged once.
    fn fetch(&self, source: &Source) {
        let asked = self.state().asked;
        let document = source.read();
        let keys = document.and_then(|document| parse(&document, &self.algorithms));
        let mut state = self.state();
        let issuer = &self.issuer;
        match keys {
            Ok(keys) => {
                self.keys.store(Arc::new(keys));
                if state.is_failing {
                    tracing::info!(issuer, "the keys of a token issuer are there again");
                }
                state.is_failing = false;
            }
            Err(problem) => {
                if !state.is_failing {
                    tracing::warn!(
                        issuer,
                        problem,
                        "the keys of a token issuer cannot be fetched"
                    );
                }
                state.is_failing = true;
            }
        }
        state.done = asked;
        self.fetched.notify_all();
    }
}

/// One key for each algorithm that the secret is for.
fn secret_keys(settings: &IssuerSettings) -> Result<Vec<IssuerKey>, String> {
    let file = &settings.secret_file;
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let secret = text.trim_end_matches(['\r', '\n']).to_owned().into();
    let key = |algorithm: &Algorithm| {
        let key = SigningKey::new(&secret, *algorithm);
        let key = key.map_err(|error| format!("{file} {error}"))?;
        Ok(IssuerKey {
            kid: None,
            key: key.verifying().clone(),
        })
    };
    settings.algorithms.iter().map(key).collect()
}
