//! All that services of this process log, searched for all secrets that went over the wire or stand in their settings.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::mem;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, Once, PoisonError};

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use regex_lite::Regex;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// Shorter texts are found by chance.
const SHORTEST: usize = 8;
/// Bytes of a request or an answer in which secrets are looked for: pictures have none.
const SEARCHED: usize = 64 * 1024;

static SECRETS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static LOGGED: AtomicUsize = AtomicUsize::new(0);

/// Where secrets stand in requests and answers. The last group is one.
static PLACES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let names = "(?:[a-z]+_)?password|token|access|refresh|key|(?:[a-z]+_)?secret";
    [
        r"(?im)^(?:authorization|x-[a-z-]*token):[ \t]*(?:token|bearer|jwt)[ \t]+([^\s,]+)"
            .to_owned(),
        r"(?im)^(?:set-)?cookie:.*?\b(?:sessionid|csrftoken|token)=([^\s;]+)".to_owned(),
        format!(r#"(?i)"(?:{names})"\s*:\s*"([^"\\]+)""#),
        format!(r"(?im)(?:^|&)(?:{names})=([^&\s]+)"),
    ]
    .into_iter()
    .filter_map(|pattern| Regex::new(&pattern).ok())
    .collect()
});
static BASIC: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?im)^authorization:[ \t]*basic[ \t]+(\S+)").ok());

/// Has all of the log kept from now on, more of it than any level of an operator writes.
pub(crate) fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let levels = Targets::new()
            .with_default(LevelFilter::DEBUG)
            .with_target("profiled", LevelFilter::TRACE)
            .with_target("audit", LevelFilter::TRACE);
        let lines = fmt::layer().json().flatten_event(true);
        let lines = lines.with_writer(|| Kept).with_filter(levels);
        // Another logger would be a test's own.
        let _ = tracing_subscriber::registry().with(lines).try_init();
    });
}

/// Bytes that were logged so far.
pub fn logged() -> usize {
    LOGGED.load(Ordering::Relaxed)
}

/// Notes a text that must not be in the log.
pub fn is_secret(text: &str) {
    // Words are found by chance, too: `password` is a name of fields.
    let is_word = text
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || b" _.:-/".contains(&byte));
    if text.len() >= SHORTEST && !is_word {
        lock(&SECRETS).insert(text.to_owned());
    }
}

/// Notes the secrets of a request or an answer.
pub(crate) fn went_over_the_wire(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes.get(..SEARCHED).unwrap_or(bytes));
    let found = PLACES.iter().flat_map(|place| place.captures_iter(&text));
    for secret in found.filter_map(|found| found.get(1)) {
        is_secret(secret.as_str());
        if let Ok(plain) = percent_encoding::percent_decode_str(secret.as_str()).decode_utf8() {
            is_secret(&plain);
        }
    }
    let basic = BASIC.iter().flat_map(|place| place.captures_iter(&text));
    for pair in basic.filter_map(|found| found.get(1)) {
        is_secret(pair.as_str());
        let pair = STANDARD.decode(pair.as_str()).unwrap_or_default();
        if let Some((_, password)) = String::from_utf8_lossy(&pair).split_once(':') {
            is_secret(password);
        }
    }
}

/// The first line with a secret in it, of those that were logged since the last search.
pub(crate) fn leak() -> Option<String> {
    let log = mem::take(&mut *lock(&LOG));
    leak_in(&log)
}

/// The first line of a text that has a secret in it.
///
/// # Panics
/// If there are too many secrets to search for.
#[must_use]
pub fn leak_in(text: &[u8]) -> Option<String> {
    let secrets = lock(&SECRETS).clone();
    let search = AhoCorasick::new(&secrets);
    let search = search.unwrap_or_else(|error| panic!("{error}"));
    let found = search.find(text)?;
    let secret = secrets.iter().nth(found.pattern().as_usize())?;
    let (before, behind) = text.split_at_checked(found.start())?;
    let start = before.iter().rposition(|byte| *byte == b'\n');
    let rest = before.get(start.map_or(0, |at| at + 1)..)?;
    let end = behind.iter().position(|byte| *byte == b'\n');
    let behind = behind.get(..end.unwrap_or(behind.len()))?;
    let line = String::from_utf8_lossy(&[rest, behind].concat()).into_owned();
    Some(format!("{secret:?} in {line}"))
}

fn lock<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Kept;

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&LOG).extend_from_slice(bytes);
        LOGGED.fetch_add(bytes.len(), Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
