//! The end of a service, of which no client notices more than that its connection ends (ADR 0038).

use std::future::pending;
use std::io;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web;
use profiled_http::{AppState, Connections, HttpSettings};
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, interval, timeout};

use crate::listeners::Listeners;
use crate::supervisor;

/// That a file has reached the limit of its size, on Linux. Untended it ends the process.
const SIGXFSZ: i32 = 25;

/// Clients that ask again and again learn within this time that their connection ends.
const GRACE: Duration = Duration::from_secs(1);
/// Between two looks at who is still there.
const LOOK: Duration = Duration::from_millis(20);

/// SIGTERM, SIGINT and SIGHUP, heard from the moment on that others may know of the service.
pub(crate) struct Signals {
    ends: [Signal; 2],
    /// Once the service stops it says nothing any more.
    hangup: Signal,
    /// A file that may not grow any more is a disk that is full: its writer is told.
    _file_size: Signal,
}

#[derive(PartialEq, Eq)]
enum Heard {
    End,
    Hangup,
}

/// SIGHUP, which ends no process that has begun to listen for it.
pub(crate) struct Hangup(Signal);

impl Hangup {
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }
}

impl Signals {
    pub(crate) fn listen(Hangup(hangup): Hangup) -> io::Result<Self> {
        Ok(Self {
            ends: [
                signal(SignalKind::terminate())?,
                signal(SignalKind::interrupt())?,
            ],
            hangup,
            _file_size: signal(SignalKind::from_raw(SIGXFSZ))?,
        })
    }

    /// Waits for the one that ends the service, and does `reload` at each of the other kind.
    pub(crate) async fn end(&mut self, reload: impl AsyncFn()) {
        while self.heard().await == Heard::Hangup {
            reload().await;
        }
    }

    /// Waits for the next one that ends the service.
    async fn next(&mut self) {
        while self.heard().await == Heard::Hangup {}
    }

    async fn heard(&mut self) -> Heard {
        let [terminate, interrupt] = &mut self.ends;
        tokio::select! {
            _ = terminate.recv() => Heard::End,
            _ = interrupt.recv() => Heard::End,
            _ = self.hangup.recv() => Heard::Hangup,
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

    /// Stops the server. Each further signal ends what is being waited for.
    pub(crate) async fn run(self, mut signals: Signals, server: ServerHandle) {
        let began = Instant::now();
        self.state.services().start_draining();
        supervisor::tell(&[NotifyState::Stopping]);
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
