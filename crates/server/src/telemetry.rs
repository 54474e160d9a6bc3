//! Logs: one line an event, to standard error.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::panic::{self, PanicHookInfo};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use profiled_auth::audit::AUDIT;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::{DefaultFields, Format, Json, JsonFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt, reload};

use crate::error::Failure;
use crate::log_queue::LogQueue;
use crate::settings::{LogFormat, LogLevel, LogSettings};

/// How long the end of the process waits for a log that is slow.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What targets of our own begin with.
const OURS: &str = "profiled";

/// Where the HTTP library tells of what clients do wrong, as errors.
const CLIENTS: &str = "actix_http";

/// So many bytes of a panic's text are kept.
const LONGEST_PANIC: usize = 500;

/// The lines of a process that serves: requests do not wait for whoever reads the log.
static QUEUE: OnceLock<LogQueue> = OnceLock::new();

/// What the log takes, which can change.
static FILTER: OnceLock<reload::Handle<Targets, Registry>> = OnceLock::new();

/// Who logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logging {
    /// A command, which waits until each line is written.
    Command,
    /// A service, which waits for none: lines that nobody takes are lost, and counted.
    Service,
}

/// Starts logging for this process. A second start changes nothing.
///
/// # Errors
/// The operating system's, when it gives a service no thread.
pub(crate) fn start(settings: &LogSettings, logging: Logging) -> Result<(), Failure> {
    let layers = match logging {
        Logging::Command => layers(settings, io::stderr),
        Logging::Service => {
            let queue = queue().map_err(|error| Failure::failed(format!("the log: {error}")))?;
            panic::set_hook(Box::new(log_panic));
            let mut layers = layers(settings, queue);
            layers.extend(traces(settings)?);
            layers
        }
    };
    // The only reason to fail is a logger that is there already: an embedding program's.
    let _ = Registry::default().with(layers).try_init();
    Ok(())
}

/// Logs up to another level from now on.
pub(crate) fn set_level(level: LogLevel) {
    if let Some(handle) = FILTER.get()
        && let Err(error) = handle.reload(filter(level))
    {
        tracing::warn!(%error, "the level of the log stays as it is");
    }
}

/// What sends requests to a collector of traces, if there is one.
#[cfg(feature = "otlp")]
fn traces(
    settings: &LogSettings,
) -> Result<Option<Box<dyn Layer<Registry> + Send + Sync>>, Failure> {
    if settings.otlp_endpoint.is_empty() {
        return Ok(None);
    }
    let spans = crate::otlp::Spans::start(&settings.otlp_endpoint);
    let spans = spans.map_err(|error| Failure::failed(format!("log.otlp_endpoint: {error}")))?;
    Ok(Some(spans.of_requests().boxed()))
}

/// The settings refuse a collector.
#[cfg(not(feature = "otlp"))]
#[expect(clippy::unnecessary_wraps, reason = "it can fail in other builds")]
fn traces(_: &LogSettings) -> Result<Option<Box<dyn Layer<Registry> + Send + Sync>>, Failure> {
    Ok(None)
}

/// Lines of a service that nobody has taken.
pub(crate) fn lost_lines() -> u64 {
    QUEUE.get().map_or(0, LogQueue::lost)
}

/// Writes a last line, which is no event, and waits a little for a log that is slow.
pub(crate) fn end(last: Option<&str>) {
    match QUEUE.get() {
        Some(queue) => {
            if let Some(text) = last {
                queue.push(format!("{text}\n").as_bytes());
            }
            queue.flush(LAST_WORDS);
        }
        None => {
            if let Some(text) = last {
                // Unlike eprintln!, this does not panic when standard error is closed.
                let _ = writeln!(io::stderr(), "{text}");
            }
        }
    }
}

/// Not the standard library's stream: a thread that waits would keep its lock.
fn queue() -> io::Result<LogQueue> {
    let out = File::from(io::stderr().as_fd().try_clone_to_owned()?);
    let queue = LogQueue::start(out)?;
    Ok(QUEUE.get_or_init(|| queue).clone())
}

fn layers<W>(settings: &LogSettings, writer: W) -> Vec<Box<dyn Layer<Registry> + Send + Sync>>
where
    W: for<'w> MakeWriter<'w> + Clone + Send + Sync + 'static,
{
    let (log, handle) = reload::Layer::new(filter(settings.level));
    // The first logger of a process stays.
    let _ = FILTER.set(handle);
    let mut layers = vec![match settings.format {
        LogFormat::Text => lines(writer.clone()).with_filter(log).boxed(),
        LogFormat::Json => json(writer.clone()).with_filter(log).boxed(),
    }];
    if settings.audit {
        // For programs, whatever the format; and the level says nothing of it.
        let trail = filter_fn(|event| event.target() == AUDIT);
        let trail = json(writer).with_filter(trail.with_max_level_hint(LevelFilter::INFO));
        layers.push(trail.boxed());
    }
    layers
}

/// Everything up to a level; the audit trail has a layer of its own.
fn filter(level: LogLevel) -> Targets {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    // What libraries have to say is of interest to those who look for something.
    let chatter = match level {
        LevelFilter::INFO => LevelFilter::WARN,
        other => other,
    };
    let all = Targets::new().with_default(chatter);
    let of_clients = match level {
        LevelFilter::DEBUG | LevelFilter::TRACE => level,
        _ => LevelFilter::OFF,
    };
    let ours = all
        .with_target(CLIENTS, of_clients)
        .with_target(OURS, level);
    ours.with_target(AUDIT, LevelFilter::OFF)
}

fn lines<W>(writer: W) -> fmt::Layer<Registry, DefaultFields, Format, W>
where
    W: for<'w> MakeWriter<'w> + 'static,
{
    let layer = fmt::layer().with_ansi(false).with_writer(writer);
    // They would be told by a macro that panics where the log cannot be written.
    layer.log_internal_errors(false)
}

fn json<W>(writer: W) -> fmt::Layer<Registry, JsonFields, Format<Json>, W>
where
    W: for<'w> MakeWriter<'w> + 'static,
{
    lines(writer).json().flatten_event(true)
}

/// A panic as a line of the log: the standard library's hook waits for standard error.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let current = thread::current();
    let thread = current.name();
    let place = panic.location().map(ToString::to_string);
    let text = panic.payload_as_str().unwrap_or("no text");
    let (text, _) = text.split_at(text.floor_char_boundary(LONGEST_PANIC));
    tracing::error!(thread, place, ?text, "a thread has panicked");
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};

    use super::*;

    #[test]
    fn panic_is_a_line_of_the_log() {
        let (reader, writer) = io::pipe().unwrap();
        let queue = LogQueue::start(writer).unwrap();
        let log = Registry::default().with(json(queue));
        let former = panic::take_hook();
        panic::set_hook(Box::new(log_panic));

        tracing::subscriber::with_default(log, || {
            panic::catch_unwind(|| panic!("two\nlines")).unwrap_err();
        });

        panic::set_hook(former);
        let mut line = String::new();
        BufReader::new(reader).read_line(&mut line).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["message"], "a thread has panicked");
        assert_eq!(line["text"], r#""two\nlines""#);
        assert!(line["place"].as_str().unwrap().contains("telemetry.rs:"));
    }
}
