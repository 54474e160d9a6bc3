//! The end of a service, of which no client notices more than that its connection ends (ADR 0038).

use std::future::pending;
use std::io;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web;
use profiled_http::{AppState, Connections, HttpSettings};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, interval, timeout};

use crate::listeners::Listeners;

/// That a file has reached the limit of its size, on Linux. Untended it ends the process.
const SIGXFSZ: i32 = 25;

/// Clients that ask again and again learn within this time that their connection ends.
const GRACE: Duration = Duration::from_secs(1);
/// Between two looks at who is still there.
const LOOK: Duration = Duration::from_millis(20);

/// SIGTERM and SIGINT, heard from the moment on that others may know of the service.
pub(crate) struct Signals {
    ends: [Signal; 2],
    /// A file that may not grow any more is a disk that is full: its writer is told.
    _file_size: Signal,
}

impl Signals {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            ends: [
                signal(SignalKind::terminate())?,
                signal(SignalKind::interrupt())?,
            ],
            _file_size: signal(SignalKind::from_raw(SIGXFSZ))?,
        })
    }

    /// Waits for the next one.
    async fn next(&mut self) {
        let [terminate, interrupt] = &mut self.ends;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    }

    /// Waits for so long, but not after a signal, nor after `condition` has come true.
    async fn wait(&mut self, limit: Duration, condition: impl Future<Output = ()>) {
        let next = async {
            tokio::select! {
                () = condition => {}
                () = self.next() => {}
            }
        };
        // Either way the wait is over.
        let _ = timeout(limit, next).await;
    }
}

/// How a service stops.
pub(crate) struct Stop {
    pub(crate) state: web::Data<AppState>,
    pub(crate) listeners: Listeners,
    pub(crate) drain_delay: Duration,
    /// How long a client that is connected may take to ask.
    pub(crate) header_timeout: Duration,
}

impl Stop {
    pub(crate) fn new(
        settings: &HttpSettings,
        state: web::Data<AppState>,
        listeners: Listeners,
    ) -> Self {
        Self {
            state,
            listeners,
            drain_delay: Duration::from_secs(settings.drain_delay),
            header_timeout: Duration::from_secs(settings.header_timeout),
        }
    }

    /// Waits for a signal, and stops the server. Each further signal ends what is being waited for.
    pub(crate) async fn at(self, mut signals: Signals, server: ServerHandle) {
        signals.next().await;
        let began = Instant::now();
        self.state.services().start_draining();
        tracing::info!("stopping");
        signals.wait(self.drain_delay, pending()).await;
        self.listeners.close(&server).await;
        tracing::info!("nobody is let in any more");
        let connections = self.state.connections();
        let all_know = know(connections, began);
        signals.wait(self.header_timeout + GRACE, all_know).await;
        server.stop(true).await;
    }
}

/// Waits until no connection can be closed with a request under way: its client has been told, or has not asked since this
/// began, or never at all.
async fn know(connections: &Connections, began: Instant) {
    let mut looks = interval(LOOK);
    while connections.open() > 0 && (connections.silent() > 0 || began.elapsed() < GRACE) {
        looks.tick().await;
    }
}
