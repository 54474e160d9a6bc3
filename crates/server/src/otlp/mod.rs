//! Requests as spans of OpenTelemetry, sent to a collector (OTLP over HTTP, in JSON). They are made from the lines of the request
//! log, on a thread of their own: no request knows of them (ADR 0046).

mod export;
mod span;

use std::io;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::SystemTime;

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Context;

use self::export::Exporter;
use self::span::Span;

/// Spans that may wait: a second or so of a busy service. Further ones are lost.
const CAPACITY: usize = 16_384;

/// What makes spans.
pub(crate) struct Spans {
    queue: SyncSender<Span>,
}

impl Spans {
    /// Sends to the collector at a URL.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub(crate) fn start(endpoint: &str) -> io::Result<Self> {
        let (queue, waiting) = sync_channel(CAPACITY);
        let exporter = Exporter::new(endpoint);
        let thread = thread::Builder::new().name("otlp".to_owned());
        thread.spawn(move || exporter.run(&waiting))?;
        Ok(Self { queue })
    }

    /// The same for those lines alone that make spans.
    pub(crate) fn of_requests<S>(self) -> impl Layer<S>
    where
        S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
    {
        let requests = filter_fn(|event| {
            // Probes are of a lower level.
            event.target() == "profiled::request" && *event.level() <= LevelFilter::INFO
        });
        self.with_filter(requests.with_max_level_hint(LevelFilter::INFO))
    }
}

impl<S: Subscriber> Layer<S> for Spans {
    fn on_event(&self, event: &tracing::Event<'_>, _context: Context<'_, S>) {
        let span = Span::of(event, SystemTime::now());
        if let Some(span) = span {
            // One that has no room is lost: a trace is best effort.
            let _ = self.queue.try_send(span);
        }
    }
}
