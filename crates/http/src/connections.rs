//! Who is connected, so that a service that stops knows for whom to wait.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Counts connections.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    open: AtomicUsize,
    silent: AtomicUsize,
    malformed: AtomicU64,
    too_large: AtomicU64,
}

/// That one of them is open: data of the connection, which its requests find.
#[derive(Debug)]
pub struct Presence {
    counts: Arc<Counts>,
    is_silent: Cell<bool>,
}

impl Connections {
    /// Counts a connection in.
    #[must_use]
    pub fn add(&self) -> Presence {
        let counts = Arc::clone(&self.0);
        counts.open.fetch_add(1, Ordering::Relaxed);
        counts.silent.fetch_add(1, Ordering::Relaxed);
        Presence {
            counts,
            is_silent: Cell::new(true),
        }
    }

    /// Notes that a connection has ended since its peer sent no HTTP (400).
    pub fn was_malformed(&self) {
        self.0.malformed.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that a connection has ended since a head was too large (431).
    pub fn was_too_large(&self) {
        self.0.too_large.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections ended so, with the status that they were told.
    #[must_use]
    pub fn malformed(&self) -> [(&'static str, u64); 2] {
        let Counts {
            malformed,
            too_large,
            ..
        } = &*self.0;
        [("400", malformed), ("431", too_large)]
            .map(|(status, count)| (status, count.load(Ordering::Relaxed)))
    }

    /// How many there are.
    #[must_use]
    pub fn open(&self) -> usize {
        self.0.open.load(Ordering::Relaxed)
    }

    /// How many of them have not asked for anything yet: their first request may be under way.
    #[must_use]
    pub fn silent(&self) -> usize {
        self.0.silent.load(Ordering::Relaxed)
    }
}

impl Presence {
    /// Notes that a request has come.
    pub(crate) fn has_asked(&self) {
        if self.is_silent.replace(false) {
            self.counts.silent.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.has_asked();
        self.counts.open.fetch_sub(1, Ordering::Relaxed);
    }
}
