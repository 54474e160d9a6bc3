//! Work that is done again and again while the service runs: a look at the folder of keys, so that a
//! rotation needs no restart, the purge, the uses of tokens that are noted together, threads that are stuck, and a replica of
//! the database.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use actix_web::web;
use profiled_auth::KeyRing;
use profiled_auth::audit::Actor;
use profiled_http::{AppState, MediaStorage};
use profiled_store::{DatabaseSettings, Replica, Store};
use sd_notify::NotifyState;

use crate::clock::now;
use crate::maintenance;
use crate::purges::Purges;
use crate::reload;
use crate::schema;
use crate::settings::Settings;
use crate::supervisor;
use crate::tls::Tls;

/// So few uses of tokens are lost with the process, and so many are written together.
const BETWEEN_NOTES: Duration = Duration::from_secs(1);

/// So long another certificate goes unnoticed.
const BETWEEN_CERTIFICATES: Duration = Duration::from_mins(1);

/// So long a migration by another build goes unnoticed.
const BETWEEN_SCHEMAS: Duration = Duration::from_secs(10);

/// So long a stuck thread goes unnoticed.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// So long it goes unnoticed that a replica of the database has gone or come back.
const BETWEEN_COMPARISONS: Duration = Duration::from_millis(250);

/// A thread that ends with this value.
pub(crate) struct Periodic {
    _stop: Sender<()>,
}

impl Periodic {
    /// Does the work once in every interval, for the first time after one.
    fn start(
        name: &str,
        interval: Duration,
        mut work: impl FnMut() + Send + 'static,
    ) -> io::Result<Self> {
        let (stop, stopped): (_, Receiver<()>) = channel();
        let thread = thread::Builder::new().name(name.to_owned());
        thread.spawn(move || {
            while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                work();
            }
        })?;
        Ok(Self { _stop: stop })
    }

    /// Looks for changes of the folder of keys.
    pub(crate) fn keys(keys: Arc<KeyRing>, interval: Duration) -> io::Result<Self> {
        let mut reported = String::new();
        Self::start("keys", interval, move || look_at(&keys, &mut reported))
    }

    /// Notes the uses of tokens.
    pub(crate) fn token_uses(state: web::Data<AppState>) -> io::Result<Self> {
        Self::start("token-uses", BETWEEN_NOTES, move || {
            state.services().record_token_uses();
        })
    }

    /// Looks after the lanes to the database.
    pub(crate) fn lanes(state: web::Data<AppState>) -> io::Result<Self> {
        Self::start("lanes", BETWEEN_LOOKS, move || {
            state.services().lanes.look_after();
        })
    }

    /// Looks after a replica of the database, for the first time at once.
    pub(crate) fn replica(state: web::Data<AppState>, replica: Arc<Replica>) -> io::Result<Self> {
        state.services().note_replica(replica.examine());
        Self::start("replica", BETWEEN_COMPARISONS, move || {
            state.services().note_replica(replica.watch());
        })
    }

    /// Looks whether another build has migrated the database.
    pub(crate) fn schema(
        state: web::Data<AppState>,
        database: DatabaseSettings,
    ) -> io::Result<Self> {
        Self::start("schema", BETWEEN_SCHEMAS, move || {
            // Whether the database answers, each request finds out.
            if let Ok(found) = schema::read(&database) {
                schema::tell(&state, found);
            }
        })
    }

    /// Looks for another certificate.
    pub(crate) fn certificate(tls: Tls) -> io::Result<Self> {
        Self::start("certificate", BETWEEN_CERTIFICATES, move || {
            reload::look_at(&tls);
        })
    }

    /// Tells a supervisor who asks that the service is well: none of its threads hangs.
    pub(crate) fn reports(state: web::Data<AppState>) -> io::Result<Option<Self>> {
        let report = move || {
            if !state.services().lanes.are_stuck() {
                supervisor::tell(&[NotifyState::Watchdog]);
            }
        };
        let interval = supervisor::reports_every();
        interval
            .map(|interval| Self::start("reports", interval, report))
            .transpose()
    }

    /// Purges.
    pub(crate) fn purge(
        store: Store,
        media: MediaStorage,
        settings: Settings,
        purges: Arc<Purges>,
    ) -> io::Result<Self> {
        let interval = Duration::from_secs(settings.accounts.purge_interval);
        let unseen = |_some| {};
        let actor = Actor::Service;
        let work = move || match maintenance::run(&store, &media, &settings, &actor, now(), &unseen)
        {
            Ok(cleared) => {
                purges.succeeded(&cleared, now());
                if !cleared.is_nothing() {
                    tracing::info!(?cleared, "purged");
                }
            }
            Err(error) => {
                purges.failed();
                tracing::warn!(%error, "the purge failed");
            }
        };
        Self::start("purge", interval, work)
    }
}

fn look_at(keys: &KeyRing, reported: &mut String) {
    match keys.reload(now()) {
        Ok(false) => {}
        Ok(true) => {
            reported.clear();
            tracing::info!("the folder of keys has changed and was read again");
        }
        Err(error) => {
            let text = error.to_string();
            if text != *reported {
                tracing::error!(%error, "the folder of keys cannot be used: former keys stay");
            }
            *reported = text;
        }
    }
}
