//! The running service.

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::web;
use profiled_auth::{
    Introspector, Issuers, JwtService, KeyRing, PasswordHasher, Throttle, TokenKey, TokenPolicy,
};
use profiled_http::{AppState, MediaStorage, MetricsText, Parts, RouteEntry, ServiceParts};
use profiled_store::{OpenError, OpenFile, Replica, Store};
use sd_notify::NotifyState;
use secrecy::{ExposeSecret, SecretString};

use crate::admin::Admin;
use crate::clock::now;
use crate::connections;
use crate::doctor;
use crate::error::{Failure, with_causes};
use crate::lanes;
use crate::listeners::Listeners;
use crate::media::open_media;
use crate::metrics::Sources;
use crate::purges::Purges;
use crate::reload::{Read, Reload};
use crate::schema::{self, Schema};
use crate::settings::Settings;
use crate::stop::{Hangup, Signals, Stop};
use crate::supervisor;
use crate::tls::Tls;
use crate::watch::Periodic;

/// How long a token may wait for the keys of its issuer that are just being fetched.
const PATIENCE: Duration = Duration::from_secs(1);

/// A service that listens, and serves once it is run.
pub struct Application {
    server: Server,
    stop: Stop,
    reload: Reload,
    state: web::Data<AppState>,
    store: Store,
    addresses: Vec<SocketAddr>,
    _periodic: Vec<Periodic>,
    _open: Option<OpenFile>,
    signals: Signals,
    admin: Option<(Admin, MetricsText)>,
}

impl Application {
    /// Binds, opens the database and checks its schema. Must be called on an actix runtime.
    ///
    /// # Errors
    /// [`Failure`]: a port in use, a setting, a database that does not answer or lacks migrations.
    pub fn build(settings: &Settings) -> Result<Self, Failure> {
        // Whoever reloads a service that still starts does not end it.
        let hangup = Hangup::listen().map_err(failed)?;
        // A second instance must not touch the database of a first one, unless it may take its place.
        let listeners = Listeners::take(&settings.http.bind, settings.http.reuse_port)?;
        let addresses = listeners.addresses().map_err(failed)?;
        let admin = Admin::bind(&settings.http.admin_bind)?;
        let tls = Tls::open(&settings.http.tls)?;
        let issuers = issuers(settings)?;
        let purges = Arc::new(Purges::default());
        let (store, schema) = open_store(settings)?;
        let media = open_media(settings)?;
        let media_on_trial = media.clone();
        let keys = Arc::new(settings.key_ring(now())?);
        let interval = Duration::from_secs(settings.auth.jwt.keys_reload.into());
        let mut periodic = vec![Periodic::keys(Arc::clone(&keys), interval).map_err(failed)?];
        if settings.accounts.purge_interval > 0 {
            periodic.push(
                Periodic::purge(
                    store.clone(),
                    media.clone(),
                    settings.clone(),
                    Arc::clone(&purges),
                )
                .map_err(failed)?,
            );
        }
        let fetched = issuers.clone();
        let replica = lanes::replica(settings, &store)?;
        let secret = settings.counting_secret()?;
        let services = services(settings, &store, replica.clone(), &secret)?;
        let ring = Arc::clone(&keys);
        let state = web::Data::new(state(settings, services, ring, issuers, media)?);
        if let Some(replica) = replica {
            periodic.push(Periodic::replica(state.clone(), replica).map_err(failed)?);
        }
        periodic.push(Periodic::token_uses(state.clone()).map_err(failed)?);
        periodic.push(Periodic::lanes(state.clone()).map_err(failed)?);
        let database = settings.database.clone();
        periodic.push(Periodic::schema(state.clone(), database).map_err(failed)?);
        if let Some(tls) = &tls {
            periodic.push(Periodic::certificate(tls.clone()).map_err(failed)?);
        }
        periodic.extend(Periodic::reports(state.clone()).map_err(failed)?);
        // A start that fails is reported in one line, so this comes last.
        schema::tell(&state, schema);
        doctor::warn_at_start(settings, &media_on_trial).map_err(failed)?;
        let admin = admin.map(|admin| {
            admin.tell();
            let kind = settings.database_kind();
            let sources = Sources::new(state.clone(), store.clone(), fetched, purges, kind);
            (admin, sources.text())
        });
        listeners.open().map_err(failed)?;
        Ok(Self {
            server: connections::server(
                &settings.http,
                workers(settings),
                &state,
                listeners.share().map_err(failed)?,
                tls.as_ref(),
            )
            .map_err(failed)?,
            stop: Stop::new(&settings.http, state.clone(), listeners),
            reload: Reload {
                read: None,
                settings: Mutex::new(settings.clone()),
                state: state.clone(),
                keys,
                tls,
            },
            state,
            _open: store.keep_open()?,
            store,
            addresses,
            _periodic: periodic,
            signals: Signals::listen(hangup).map_err(failed)?,
            admin,
        })
    }

    /// Has `read` read the settings again at SIGHUP. Without it keys and certificates alone are read again then.
    pub(crate) fn reloading(mut self, read: Option<Read>) -> Self {
        self.reload.read = read;
        self
    }

    /// What URLs of the service begin with: `https`, or `http`.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.reload.tls.is_some() {
            "https"
        } else {
            "http"
        }
    }

    /// Where the service listens: with the ports that were found for port 0.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where operators ask, unless that is off, or in use.
    #[must_use]
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref()?.0.address()
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

    /// Serves until SIGTERM or SIGINT, or until the [handle](Self::handle) stops it; SIGHUP reloads. Requests under way
    /// end first.
    ///
    /// # Errors
    /// [`Failure`] when a worker cannot go on.
    pub async fn run_until_stopped(self) -> Result<(), Failure> {
        let admin = self.admin;
        let admin = admin.map(|(admin, metrics)| admin.start(self.state.clone(), metrics));
        let (mut signals, handle) = (self.signals, self.server.handle());
        let reload = Arc::new(self.reload);
        supervisor::tell(&[NotifyState::Ready]);
        let stop = async {
            signals.end(async || run(&reload).await).await;
            self.stop.run(signals, handle).await;
            // The server's own end is what counts.
            std::future::pending::<()>().await;
        };
        let outcome = tokio::select! {
            outcome = self.server => outcome.map_err(failed),
            () = stop => Ok(()),
        };
        if let Some(admin) = admin {
            admin.abort();
        }
        let state = self.state;
        let noted = web::block(move || state.services().flush_token_uses()).await;
        noted.map_err(|error| Failure::failed(error.to_string()))?;
        outcome
    }
}

/// Files are read on a thread of their own.
async fn run(reload: &Arc<Reload>) {
    let reload = Arc::clone(reload);
    if let Err(error) = web::block(move || reload.run()).await {
        tracing::error!(%error, "the reload has failed");
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

/// The OpenAPI document of the service that these settings make, as YAML or as JSON. No database, key or folder is
/// opened for it.
pub(crate) fn openapi(settings: &Settings, is_yaml: bool) -> Result<String, Failure> {
    let store = Store::unopened(&settings.database).map_err(OpenError::from)?;
    let secret = SecretString::from(TokenKey::generate().as_str());
    let services = services(settings, &store, None, &secret)?;
    let media = MediaStorage::in_memory();
    let media = media.map_err(|error| Failure::failed(with_causes(&error)))?;
    let keys = Arc::new(KeyRing::empty());
    let state = state(settings, services, keys, Issuers::default(), media)?;
    let failed = |error: &dyn Display| Failure::failed(error.to_string());
    if is_yaml {
        state.openapi().to_yaml().map_err(|error| failed(&error))
    } else {
        let text = state.openapi().to_pretty_json();
        text.map_err(|error| failed(&error))
    }
}

fn throttle(settings: &Settings, store: &Store, secret: &SecretString) -> Throttle {
    let counters = lanes::counters(settings, store);
    let secret = secret.expose_secret().as_bytes();
    let throttle = Throttle::new(&settings.throttle, counters, secret);
    throttle.telling(settings.log.failed_accounts)
}

fn services(
    settings: &Settings,
    store: &Store,
    replica: Option<Arc<Replica>>,
    secret: &SecretString,
) -> Result<ServiceParts, Failure> {
    Ok(ServiceParts {
        lanes: lanes::of(settings, store, replica),
        throttle: Arc::new(throttle(settings, store, secret)),
        passwords: Arc::new(PasswordHasher::new(&settings.auth.password)?),
        password_settings: settings.auth.password.clone(),
        username_field: settings.auth.username_field,
        tokens: settings.auth.token,
        http: settings.http.clone(),
        completion: settings.profile_completion.clone(),
        clock: now,
    })
}

fn state(
    settings: &Settings,
    services: ServiceParts,
    keys: Arc<KeyRing>,
    issuers: Issuers,
    media: MediaStorage,
) -> Result<AppState, Failure> {
    let jwt = JwtService::with_issuers(&settings.auth.jwt, keys, issuers);
    let jwt = Arc::new(jwt);
    let policy = TokenPolicy {
        check_binding: settings.dialects.tower.bind_tokens,
    };
    let introspection = &settings.auth.introspection;
    let introspector = Introspector::new(Arc::clone(&jwt), policy, introspection);
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
