//! Logs: one line an event, to standard error.

use std::io::Stderr;

use profiled_auth::audit::AUDIT;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt::format::{DefaultFields, Format, Json, JsonFields};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::settings::{LogFormat, LogLevel, LogSettings};

/// Starts logging for this process. A second start changes nothing.
pub(crate) fn start(settings: LogSettings) {
    let level = match settings.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let log = filter_fn(move |event| event.target() != AUDIT && *event.level() <= level);
    let mut layers = vec![match settings.format {
        LogFormat::Text => lines().with_filter(log.with_max_level_hint(level)).boxed(),
        LogFormat::Json => json().with_filter(log.with_max_level_hint(level)).boxed(),
    }];
    if settings.audit {
        // For programs, whatever the format; and the level says nothing of it.
        let trail = filter_fn(|event| event.target() == AUDIT);
        let trail = json().with_filter(trail.with_max_level_hint(LevelFilter::INFO));
        layers.push(trail.boxed());
    }
    // The only reason to fail is a logger that is there already: an embedding program's.
    let _ = Registry::default().with(layers).try_init();
}

fn lines() -> fmt::Layer<Registry, DefaultFields, Format, fn() -> Stderr> {
    let layer = fmt::layer().with_ansi(false);
    layer.with_writer(std::io::stderr as fn() -> Stderr)
}

fn json() -> fmt::Layer<Registry, JsonFields, Format<Json>, fn() -> Stderr> {
    lines().json().flatten_event(true)
}
