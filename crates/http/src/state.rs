//! What all workers share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use actix_web::web;
use chrono::{DateTime, Duration, SubsecRound, Utc};
use profiled_auth::{
    Identity, Introspector, JwtVerifier, PasswordHasher, PasswordLogin, PasswordPolicy,
    PasswordSettings, Throttle, TokenSettings,
};
use profiled_domain::{CompletionRules, Repository, TokenUse};
use tracing::Span;

use crate::content::Limits;
use crate::failure::ApiError;
use crate::host::Hosts;
use crate::media::{MediaSettings, MediaStorage};
use crate::pool::WorkerPool;
use crate::router::Router;
use crate::settings::{DialectSettings, HttpSettings, LimitSettings, TowerSettings};
use crate::token_uses::{Deferred, TokenUses};

/// What the service is put together from.
pub struct Parts {
    /// The storage.
    pub repository: Arc<dyn Repository>,
    /// Judges Bearer tokens.
    pub jwt: Arc<JwtVerifier>,
    /// Judges tokens for other services, if any may ask.
    pub introspector: Option<Arc<Introspector>>,
    /// Verifies passwords.
    pub passwords: Arc<PasswordHasher>,
    /// Counts requests and failed log-ins.
    pub throttle: Arc<Throttle>,
    /// Section `auth.password`: the size of the hashing pool.
    pub password_settings: PasswordSettings,
    /// Section `auth.token`.
    pub tokens: TokenSettings,
    /// Section `http`.
    pub http: HttpSettings,
    /// Section `dialects`.
    pub dialects: DialectSettings,
    /// Section `profile_completion`.
    pub completion: CompletionRules,
    /// Section `limits`.
    pub limits: LimitSettings,
    /// The files under `/media/`.
    pub media: MediaStorage,
    /// Section `media`.
    pub media_settings: MediaSettings,
    /// Tells the time.
    pub clock: fn() -> DateTime<Utc>,
}

impl Parts {
    /// Log-ins by password, under the limit on failures.
    pub(crate) fn login(&self) -> PasswordLogin {
        PasswordLogin::new(Arc::clone(&self.passwords), Arc::clone(&self.throttle))
    }
}

/// Why the service cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Two views under one path, or a path that is none.
    #[error("the route {0} cannot be added")]
    Route(String),
    /// The operating system gives no thread.
    #[error("no thread for costly work")]
    Threads(#[from] std::io::Error),
}

/// State of the service, shared by all workers.
pub struct AppState {
    pub(crate) repository: Arc<dyn Repository>,
    pub(crate) router: Router,
    pub(crate) hosts: Hosts,
    pub(crate) throttle: Arc<Throttle>,
    pub(crate) passwords: Arc<PasswordHasher>,
    pub(crate) password_policy: Arc<PasswordPolicy>,
    pub(crate) login: PasswordLogin,
    pub(crate) tokens: TokenSettings,
    pub(crate) completion: CompletionRules,
    pub(crate) media: MediaStorage,
    pub(crate) media_settings: Arc<MediaSettings>,
    /// Decodes and encodes pictures.
    pub(crate) pictures: WorkerPool,
    pub(crate) is_browsable: bool,
    pub(crate) limits: Limits,
    body_timeout: std::time::Duration,
    pub(crate) tower: Arc<TowerSettings>,
    token_lifetime: Duration,
    token_uses: TokenUses,
    hashing: WorkerPool,
    clock: fn() -> DateTime<Utc>,
    is_draining: AtomicBool,
}

impl AppState {
    /// Mounts the dialects that are switched on, and starts the pools for costly work.
    ///
    /// # Errors
    /// [`BuildError`]: a thread that cannot be started.
    pub fn new(parts: Parts) -> Result<Self, BuildError> {
        let login = parts.login();
        let (passwords, media) = (&parts.password_settings, &parts.media_settings);
        Ok(Self {
            router: Router::new(&parts)?,
            hosts: Hosts::new(&parts.http),
            hashing: WorkerPool::start("hashing", passwords.threads(), passwords.queue)?,
            pictures: WorkerPool::start("pictures", media.threads(), media.queue)?,
            repository: parts.repository,
            throttle: parts.throttle,
            login,
            passwords: parts.passwords,
            password_policy: Arc::new(PasswordPolicy::new(&parts.password_settings)),
            tokens: parts.tokens,
            completion: parts.completion,
            media: parts.media,
            media_settings: Arc::new(parts.media_settings),
            is_browsable: parts.http.browsable,
            body_timeout: parts.http.body_timeout(),
            limits: Limits {
                body: parts.http.max_body_bytes,
                upload: parts.http.max_upload_bytes,
            },
            token_lifetime: Duration::seconds(i64::from(parts.dialects.tower.token_lifetime)),
            token_uses: TokenUses::default(),
            tower: Arc::new(parts.dialects.tower),
            clock: parts.clock,
            is_draining: AtomicBool::new(false),
        })
    }

    /// From now on `/ready` says no, so that a balancer sends nothing new.
    pub fn start_draining(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }

    /// When the body of a request that began to be answered at `started` must have arrived.
    pub(crate) fn body_deadline(&self, started: Instant) -> tokio::time::Instant {
        (started + self.body_timeout).into()
    }

    /// The time, in the precision that is stored.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)().trunc_subsecs(6)
    }

    /// Notes the use of a token, and moves a sliding one on: soon and behind the answer's back, or first if
    /// the token might end before.
    pub(crate) async fn note_use(&self, identity: &Identity, now: DateTime<Utc>) {
        let Some(token) = &identity.token else {
            return;
        };
        let extension = token.extension(now, self.token_lifetime);
        if extension.is_none() && !token.is_use_worth_noting(now) {
            return;
        }
        let used = TokenUse {
            token: token.id,
            at: now,
            extension,
        };
        if self.token_uses.defer(used) == Deferred::Done {
            return;
        }
        let written = self.blocking(move |repository| repository.note_token_uses(&[used]));
        if let Ok(Err(error)) = written.await {
            tracing::warn!(%error, token = used.token.0, "the use of a token was not noted");
        }
    }

    /// Writes a bounded number of the uses of tokens that are still to be noted: to be called every second or
    /// so, on a thread that may wait for the database.
    pub fn note_token_uses(&self) {
        self.token_uses.take_turn(&*self.repository);
    }

    /// Writes all of them: to be called at the end.
    pub fn flush_token_uses(&self) {
        self.token_uses.flush(&*self.repository);
    }

    /// Runs `work` on the threads of the database.
    pub(crate) async fn blocking<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Repository) -> T + Send + 'static,
    {
        let (repository, span) = (Arc::clone(&self.repository), Span::current());
        let job = web::block(move || span.in_scope(|| work(&*repository)));
        job.await
            .map_err(|error| ApiError::Internal(Box::new(error)))
    }

    /// Runs `work`, which hashes a password, on the threads that are there for it.
    pub(crate) async fn hashing<T, F>(&self, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce(&dyn Repository) -> T + Send + 'static,
    {
        let repository = Arc::clone(&self.repository);
        let job = self.hashing.run(move || work(&*repository));
        job.await
            .map_err(|busy| ApiError::Unavailable(Box::new(busy)))
    }
}
