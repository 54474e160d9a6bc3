//! The keys of one issuer: fetched in the background, kept, and asked for anew when a token names one
//! that is not known.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use super::document::{IssuerKey, parse};
use super::fetch::Fetcher;
use super::{KeyReport, Verdict};
use crate::error::JwtFault;
use crate::jwt::algorithm::Algorithm;
use crate::jwt::claims::Parts;
use crate::jwt::key::SigningKey;
use crate::key_fetch::{Fetches, KeyFetch};
use crate::settings::IssuerSettings;

/// Keys of an issuer.
pub(in crate::jwt) struct IssuerKeys {
    shared: Arc<Shared>,
    /// Asks the thread to fetch. Dropping it ends the thread.
    fetch_request: Option<SyncSender<()>>,
}

struct Shared {
    issuer: String,
    algorithms: Vec<Algorithm>,
    keys: ArcSwap<Vec<IssuerKey>>,
    fetches: Arc<Fetches>,
    /// What is wrong, as it stands in the log.
    told: Mutex<Option<String>>,
    /// When they were fetched last.
    fetched: Mutex<Option<Instant>>,
}

enum Source {
    Network(Box<Fetcher>),
    File(PathBuf),
}

impl Source {
    fn read(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::Network(fetcher) => fetcher.get(),
            Self::File(file) => {
                std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))
            }
        }
    }
}

/// Fetches the keys of an issuer once.
///
/// # Errors
/// What is wrong.
pub(super) fn try_out(settings: &IssuerSettings) -> Result<(), String> {
    if !settings.secret_file.is_empty() || !settings.jwks_file.is_empty() {
        return Ok(());
    }
    parse(&fetcher(settings).get()?, &settings.algorithms).map(drop)
}

impl IssuerKeys {
    /// Keys of checked settings. A secret and a file have to be there. Without `refresh` nothing is fetched.
    pub(super) fn start(
        settings: &IssuerSettings,
        refresh: Option<Duration>,
        patience: Duration,
    ) -> Result<Self, String> {
        let shared = Arc::new(Shared {
            issuer: settings.issuer.clone(),
            algorithms: settings.algorithms.clone(),
            keys: ArcSwap::default(),
            fetches: Fetches::new(patience),
            told: Mutex::default(),
            fetched: Mutex::default(),
        });
        let mut keys = Self {
            shared: Arc::clone(&shared),
            fetch_request: None,
        };
        if !settings.secret_file.is_empty() {
            shared.keys.store(Arc::new(secret_keys(settings)?));
            return Ok(keys);
        }
        let source = if settings.jwks_file.is_empty() {
            Source::Network(Box::new(fetcher(settings)))
        } else {
            let source = Source::File(PathBuf::from(&settings.jwks_file));
            let document = source.read()?;
            let read = parse(&document, &settings.algorithms);
            let read = read.map_err(|problem| format!("{} {problem}", settings.jwks_file))?;
            shared.keys.store(Arc::new(read));
            source
        };
        let Some(refresh) = refresh else {
            return Ok(keys);
        };
        let (fetch_request, fetch_requests) = sync_channel(1);
        let thread = thread::Builder::new().name("jwks".to_owned());
        let started = thread.spawn(move || shared.run(&source, &fetch_requests, refresh));
        started.map_err(|error| format!("has no thread: {error}"))?;
        keys.fetch_request = Some(fetch_request);
        Ok(keys)
    }

    /// Whether one of the keys that may have signed a token did so. Where none did, they are fetched for later ones, and for
    /// this one if that does not take long: a new key may go by the name of an old one, or by none.
    pub(in crate::jwt) fn verify(
        &self,
        algorithm: Algorithm,
        parts: &Parts<'_>,
        now: DateTime<Utc>,
    ) -> Verdict {
        let keys = self.shared.keys.load();
        let Err(fault) = judge(&keys, algorithm, parts) else {
            return Verdict::Good;
        };
        if let Some(fetch) = self.fetch(now) {
            return Verdict::Wait(fetch);
        }
        // A fetch may have ended since.
        let newer = self.shared.keys.load();
        if Arc::ptr_eq(&keys, &newer) {
            return Verdict::Bad(fault);
        }
        match judge(&newer, algorithm, parts) {
            Ok(()) => Verdict::Good,
            Err(fault) => Verdict::Bad(fault),
        }
    }

    /// How old they are; `None` if they come from nowhere that is asked again.
    pub(super) fn report(&self) -> Option<KeyReport> {
        self.fetch_request.as_ref()?;
        let shared = &self.shared;
        let fetched = *shared
            .fetched
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let told = shared.told.lock().unwrap_or_else(PoisonError::into_inner);
        Some(KeyReport {
            issuer: shared.issuer.clone(),
            age: fetched.map(|at| at.elapsed()),
            is_failing: told.is_some(),
        })
    }

    fn fetch(&self, now: DateTime<Utc>) -> Option<KeyFetch> {
        let fetch_request = self.fetch_request.as_ref()?;
        self.shared.fetches.wait_for(now, || {
            // A full channel holds this very request.
            let _ = fetch_request.try_send(());
        })
    }
}

impl Shared {
    /// Fetches at once, at every request, and after every interval, until the verifier is dropped.
    fn run(&self, source: &Source, fetch_requests: &Receiver<()>, refresh: Duration) {
        loop {
            self.fetches.run(|| self.fetch(source));
            match fetch_requests.recv_timeout(refresh) {
                Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// Keys that are there stay when no others can be fetched. Each problem is logged once.
    fn fetch(&self, source: &Source) {
        let document = source.read();
        let keys = document.and_then(|document| parse(&document, &self.algorithms));
        let (keys, problem) = match keys {
            Ok(keys) => (Some(keys), None),
            Err(problem) => (None, Some(problem)),
        };
        if let Some(keys) = keys {
            self.keys.store(Arc::new(keys));
            let mut fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner);
            *fetched = Some(Instant::now());
        }
        self.tell(problem);
    }

    fn tell(&self, problem: Option<String>) {
        let issuer = &self.issuer;
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if *told == problem {
            return;
        }
        if let Some(problem) = &problem {
            tracing::warn!(
                issuer,
                problem,
                "the keys of a token issuer cannot be fetched"
            );
        } else {
            tracing::info!(issuer, "the keys of a token issuer are there again");
        }
        *told = problem;
    }
}

/// Whether a key that the token may mean verifies it.
fn judge(keys: &[IssuerKey], algorithm: Algorithm, parts: &Parts<'_>) -> Result<(), JwtFault> {
    // A token or a key without a name may mean any.
    let is_meant = |key: &&IssuerKey| {
        let names = parts.header.kid().zip(key.kid.as_deref());
        key.key.algorithm() == algorithm && names.is_none_or(|(wanted, known)| wanted == known)
    };
    let verifies = |key: &IssuerKey| key.key.verifies(parts.signature, parts.signed.as_bytes());
    let mut meant = keys.iter().filter(is_meant).peekable();
    meant.peek().ok_or(JwtFault::UnknownKey)?;
    let is_good = meant.any(verifies);
    is_good.then_some(()).ok_or(JwtFault::Signature)
}

fn fetcher(settings: &IssuerSettings) -> Fetcher {
    if settings.jwks_url.is_empty() {
        Fetcher::of_issuer(settings.issuer.clone(), settings.allow_private_addresses)
    } else {
        Fetcher::of_keys(settings.jwks_url.clone())
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
