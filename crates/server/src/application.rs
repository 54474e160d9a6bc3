//! The running service.

use std::io;
use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::web;
use profiled_auth::{
    Introspector, Issuers, JwtService, KeyRing, PasswordHasher, Throttle, TokenPolicy,
};
use profiled_http::{AppState, MediaStorage, Parts, RouteEntry, ServiceParts};
use profiled_store::Store;
use secrecy::ExposeSecret;

use crate::clock::now;
use crate::connections;
use crate::doctor;
use crate::error::{Failure, with_causes};
use crate::lanes;
use crate::listeners::Listeners;
use crate::media::open_media;
use crate::schema::{self, Schema};
use crate::settings::Settings;
use crate::stop::{Signals, Stop};
use crate::watch::Periodic;

/// How long a token may wait for the keys of its issuer that are just being fetched.
const PATIENCE: Duration = Duration::from_secs(1);

/// A service that listens, and serves once it is run.
pub struct Application {
    server: Server,
    stop: Stop,
    state: web::Data<AppState>,
    store: Store,
    addresses: Vec<SocketAddr>,
    _periodic: Vec<Periodic>,
    signals: Signals,
}

impl Application {
    /// Binds, opens the database and checks its schema. Must be called on an actix runtime.
    ///
    /// # Errors
    /// [`Failure`]: a port in use, a setting, a database that does not answer or lacks migrations.
    pub fn build(settings: &Settings) -> Result<Self, Failure> {
        // First of all: a second instance must not touch the database of a first one.
        let listeners = Listeners::bind(&settings.http.bind)?;
        let addresses = listeners.addresses().map_err(failed)?;
        let issuers = issuers(settings)?;
        let (store, schema) = open_store(settings)?;
        let media = open_media(settings)?;
        let media_on_trial = media.clone();
        let keys = Arc::new(settings.key_ring(now())?);
        let interval = Duration::from_secs(settings.auth.jwt.keys_reload.into());
        let mut periodic = vec![Periodic::keys(Arc::clone(&keys), interval).map_err(failed)?];
        if settings.accounts.purge_interval > 0 {
            periodic.push(
                Periodic::purge(store.clone(), media.clone(), settings.clone()).map_err(failed)?,
            );
        }
        let state = web::Data::new(state(settings, &store, keys, issuers, media)?);
        periodic.push(Periodic::token_uses(state.clone()).map_err(failed)?);
        periodic.push(Periodic::lanes(state.clone()).map_err(failed)?);
        let database = settings.database.clone();
        periodic.push(Periodic::schema(state.clone(), database).map_err(failed)?);
        // A start that fails is reported in one line, so this comes last.
        schema::tell(&state, schema);
        doctor::warn_at_start(settings, &media_on_trial).map_err(failed)?;
        Ok(Self {
            server: connections::server(
                &settings.http,
                workers(settings),
                &state,
                listeners.share().map_err(failed)?,
            )
            .map_err(failed)?,
            stop: Stop::new(&settings.http, state.clone(), listeners),
            state,
            store,
            addresses,
            _periodic: periodic,
            signals: Signals::listen().map_err(failed)?,
        })
    }

    /// Where the service listens: with the ports that were found for port 0.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Stops the service from elsewhere.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// All routes of the dialects that are switched on.
    #[must_use]
    pub fn routes(&self) -> &[RouteEntry] {
        self.state.routes()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Serves until SIGTERM or SIGINT, or until the [handle](Self::handle) stops it. Requests under way
    /// end first.
    ///
    /// # Errors
    /// [`Failure`] when a worker cannot go on.
    pub async fn run_until_stopped(self) -> Result<(), Failure> {
        let stop = self.stop.at(self.signals, self.server.handle());
        let stop = async {
            stop.await;
            // The server's own end is what counts.
            std::future::pending::<()>().await;
        };
        let outcome = tokio::select! {
            outcome = self.server => outcome.map_err(failed),
            () = stop => Ok(()),
        };
        let state = self.state;
        let noted = web::block(move || state.services().flush_token_uses()).await;
        noted.map_err(|error| Failure::failed(error.to_string()))?;
        outcome
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
fn failed(error: io::Error) -> Failure {
    Failure::failed(error.to_string())
}

fn open_store(settings: &Settings) -> Result<(Store, Schema), Failure> {
    if schema::is_migrated_on_start(&settings.database) {
        profiled_store::migrate(&settings.database)?;
    }
    let schema = schema::check(&settings.database)?;
    Ok((Store::open(&settings.database)?, schema))
}

/// Foreign issuers of tokens. Their keys are fetched from now on.
pub(crate) fn issuers(settings: &Settings) -> Result<Issuers, Failure> {
    let issuers = Issuers::start(&settings.auth.jwt, PATIENCE);
    issuers.map_err(|error| Failure::settings(error.to_string()))
}

fn throttle(settings: &Settings, store: &Store) -> Result<Throttle, Failure> {
    let secret = settings.counting_secret()?;
    let counters = lanes::counters(settings, store);
    let secret = secret.expose_secret().as_bytes();
    Ok(Throttle::new(&settings.throttle, counters, secret))
}

fn state(
    settings: &Settings,
    store: &Store,
    keys: Arc<KeyRing>,
    issuers: Issuers,
    media: MediaStorage,
) -> Result<AppState, Failure> {
    let throttle = throttle(settings, store)?;
    let jwt = JwtService::with_issuers(&settings.auth.jwt, keys, issuers);
    let jwt = Arc::new(jwt);
    let policy = TokenPolicy {
        check_binding: settings.dialects.tower.bind_tokens,
    };
    let introspection = &settings.auth.introspection;
    let introspector = Introspector::new(Arc::clone(&jwt), policy, introspection);
    let services = ServiceParts {
        lanes: lanes::of(settings, store),
        throttle: Arc::new(throttle),
        passwords: Arc::new(PasswordHasher::new(&settings.auth.password)?),
        password_settings: settings.auth.password.clone(),
        username_field: settings.auth.username_field,
        tokens: settings.auth.token,
        http: settings.http.clone(),
        completion: settings.profile_completion.clone(),
        clock: now,
    };
    let parts = Parts {
        services,
        jwt,
        introspector: (!introspection.clients.is_empty()).then(|| Arc::new(introspector)),
        dialects: settings.dialects.clone(),
        limits: settings.limits,
        media,
        media_settings: settings.media.clone(),
    };
    AppState::new(parts).map_err(|error| Failure::failed(with_causes(&error)))
}

fn workers(settings: &Settings) -> usize {
    match settings.http.workers {
        0 => std::thread::available_parallelism().map_or(1, NonZero::get),
        chosen => chosen,
    }
}
