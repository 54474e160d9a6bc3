//! What is logged of one database, to wait for and to count.

use std::fmt::{self, Write};
use std::sync::{Mutex, OnceLock, mpsc};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Whoever looks for a text gets the lines with it.
static LISTENERS: Mutex<Vec<(String, mpsc::Sender<String>)>> = Mutex::new(Vec::new());

/// The lines from now on that contain a text.
pub fn lines_with(text: &str) -> mpsc::Receiver<String> {
    static SET: OnceLock<()> = OnceLock::new();
    SET.get_or_init(|| tracing::subscriber::set_global_default(Listening).unwrap());
    let (sender, receiver) = mpsc::channel();
    let mut listeners = LISTENERS.lock().unwrap();
    listeners.push((text.to_owned(), sender));
    receiver
}

struct Listening;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Listening {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::INFO
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().level().to_string());
        event.record(&mut line);
        for (text, listener) in LISTENERS.lock().unwrap().iter() {
            if line.0.contains(text) {
                // The test may be over.
                let _ = listener.send(line.0.clone());
            }
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
