//! The running service.

use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer, web};
use chrono::{DateTime, Utc};
use profiled_auth::{JwtVerifier, PasswordHasher};
use profiled_http::{AppState, Parts, configure};
use profiled_store::{DatabaseUrl, MigrateOnStart, Store};
use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Failure, Kind, with_causes};
use crate::settings::Settings;

/// A service that listens, and serves once it is run.
pub struct Application {
    server: Server,
    state: web::Data<AppState>,
    addresses: Vec<SocketAddr>,
}

/// The one clock of the service.
#[expect(clippy::disallowed_methods, reason = "the clock of the edge")]
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now()
}

impl Application {
    /// Opens the database, checks its schema and binds. Must be called on an actix runtime.
    ///
    /// # Errors
    /// [`Failure`]: a setting, a database that does not answer or lacks migrations, a port in use.
    pub fn build(settings: &Settings) -> Result<Self, Failure> {
        let store = open_store(settings)?;
        let state = web::Data::new(state(settings, store)?);
        let workers = workers(settings);
        let connections = usize::try_from(settings.database.connections()).unwrap_or(usize::MAX);
        let shared = state.clone();
        let mut server = HttpServer::new(move || App::new().configure(configure(shared.clone())))
            .workers(workers)
            // As many threads as connections: requests wait in a queue, not as sleeping threads.
            .worker_max_blocking_threads(connections.div_ceil(workers).max(1))
            .client_request_timeout(Duration::from_secs(settings.http.header_timeout))
            .shutdown_timeout(settings.http.shutdown_timeout)
            .disable_signals();
        for address in &settings.http.bind {
            server = server.bind(address).map_err(|error| {
                Failure::new(Kind::Failed, format!("http.bind {address}: {error}"))
            })?;
        }
        let addresses = server.addrs();
        Ok(Self {
            server: server.run(),
            state,
            addresses,
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

    /// Serves until SIGTERM or SIGINT, or until the [handle](Self::handle) stops it. Requests under way
    /// end first.
    ///
    /// # Errors
    /// [`Failure`] when a worker cannot go on.
    pub async fn run_until_stopped(self) -> Result<(), Failure> {
        let told = |error: std::io::Error| Failure::failed(error.to_string());
        let mut terminate = signal(SignalKind::terminate()).map_err(told)?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(told)?;
        let (handle, state) = (self.server.handle(), self.state);
        let watch = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!("stopping");
            state.start_draining();
            handle.stop(true).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            outcome = self.server => outcome.map_err(told),
            () = watch => Ok(()),
        }
    }
}

fn open_store(settings: &Settings) -> Result<Store, Failure> {
    let url: DatabaseUrl = settings
        .database
        .url
        .parse()
        .map_err(profiled_store::OpenError::from)?;
    let is_automatic = match settings.database.migrate_on_start {
        MigrateOnStart::Always => true,
        MigrateOnStart::Never => false,
        MigrateOnStart::Auto => url.file().is_some(),
    };
    if is_automatic {
        profiled_store::migrate(&settings.database)?;
    } else {
        let pending = profiled_store::pending(&settings.database)?;
        if let Some(first) = pending.first() {
            return Err(Failure::failed(format!(
                "the database {url} lacks {} migrations, the first is {first}: run profiled migrate",
                pending.len()
            )));
        }
    }
    Ok(Store::open(&settings.database)?)
}

fn state(settings: &Settings, store: Store) -> Result<AppState, Failure> {
    let jwt = JwtVerifier::new(&settings.auth.jwt, settings.signing_key()?);
    let parts = Parts {
        repository: Arc::new(store),
        jwt: Arc::new(jwt),
        passwords: Arc::new(PasswordHasher::new(&settings.auth.password)),
        password_settings: settings.auth.password.clone(),
        http: settings.http.clone(),
        dialects: settings.dialects.clone(),
        completion: settings.profile_completion.clone(),
        mobile_number_max: settings.limits.mobile_number,
        media_root: settings.media_root(),
        clock: now,
    };
    AppState::new(parts).map_err(|error| Failure::failed(with_causes(&error)))
}

fn workers(settings: &Settings) -> usize {
    match settings.http.workers {
        0 => std::thread::available_parallelism().map_or(1, NonZero::get),
        chosen => chosen,
    }
}
