//! What all views and all workers share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use chrono::{DateTime, Duration, Utc};
use profiled_auth::{
    Claimant, Identity, PasswordHasher, PasswordLogin, PasswordPolicy, PasswordSettings, Progress,
    SessionVerifier, Throttle, TokenPolicy, TokenSettings, UsernameField,
};
use profiled_domain::{CompletionRules, Repository, RepositoryError, TokenUse};
use tokio::time::timeout_at;

use crate::error::ApiError;
use crate::framework::doors::OwnPages;
use crate::framework::hashing::Hashing;
use crate::framework::lanes::{LaneParts, Lanes};
use crate::framework::measure::LaneReport;
use crate::framework::spec::Access;
use crate::framework::token_uses::{Deferred, TokenUses};
use crate::settings::HttpSettings;
use crate::wire::body::{BodyBudget, BodyLimits};
use crate::wire::host::Hosts;

/// What the services are put together from.
pub struct ServiceParts {
    /// The ways to the storage.
    pub lanes: LaneParts,
    /// Verifies passwords.
    pub passwords: Arc<PasswordHasher>,
    /// Counts requests and failed log-ins.
    pub throttle: Arc<Throttle>,
    /// Section `auth.password`: the size of the hashing pool.
    pub password_settings: PasswordSettings,
    /// By what users log in.
    pub username_field: UsernameField,
    /// Section `auth.token`.
    pub tokens: TokenSettings,
    /// Section `http`.
    pub http: HttpSettings,
    /// Section `profile_completion`.
    pub completion: CompletionRules,
    /// Tells the time.
    pub clock: fn() -> DateTime<Utc>,
}

impl ServiceParts {
    /// Log-ins by password, under the limit on failures.
    #[must_use]
    pub fn login(&self) -> PasswordLogin {
        let login = PasswordLogin::new(Arc::clone(&self.passwords), Arc::clone(&self.throttle));
        login.by(self.username_field)
    }
}

/// What holds for log-ins of browsers, and where they lead.
pub struct BrowserTerms {
    /// A sliding token, as a log-in is one, lives so long after its last use.
    pub lifetime: Duration,
    /// What is required of the token behind a log-in.
    pub policy: TokenPolicy,
    /// Pages of one's own profile.
    pub own_pages: OwnPages,
}

/// Shared by all views and workers.
pub struct Services {
    /// The ways to the storage.
    pub lanes: Lanes,
    /// Which hosts are answered.
    pub hosts: Hosts,
    /// Counts requests and failed log-ins.
    pub throttle: Arc<Throttle>,
    /// Verifies and makes password hashes.
    pub passwords: Arc<PasswordHasher>,
    /// What new passwords must be like.
    pub password_policy: Arc<PasswordPolicy>,
    /// Judges usernames and passwords.
    pub login: PasswordLogin,
    /// Section `auth.token`.
    pub tokens: TokenSettings,
    /// Section `profile_completion`.
    pub completion: CompletionRules,
    /// Whether there is HTML.
    pub is_browsable: bool,
    /// What all bodies may take together.
    pub bodies: BodyBudget,
    limits: BodyLimits,
    body_timeout: std::time::Duration,
    /// Pages of one's own profile.
    pub own_pages: OwnPages,
    pub(super) sessions: SessionVerifier,
    sliding_lifetime: Duration,
    token_uses: TokenUses,
    hashing: Hashing,
    clock: fn() -> DateTime<Utc>,
    is_draining: AtomicBool,
    readiness: RwLock<Readiness>,
    replica_problem: RwLock<Option<&'static str>>,
}

/// Whether the service and the database's schema get along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Readiness {
    /// They do.
    #[default]
    Ready,
    /// They do, and there is something to know.
    Noted(String),
    /// They do not.
    Not(String),
}

impl Services {
    /// Starts the pool that hashes passwords.
    ///
    /// # Errors
    /// The operating system's, when it gives no thread.
    pub fn new(parts: ServiceParts, browsers: BrowserTerms) -> std::io::Result<Self> {
        Ok(Self {
            hosts: Hosts::new(&parts.http),
            hashing: Hashing::start(&parts.password_settings)?,
            login: parts.login(),
            lanes: Lanes::start(parts.lanes)?,
            throttle: parts.throttle,
            passwords: parts.passwords,
            password_policy: Arc::new(PasswordPolicy::new(&parts.password_settings)),
            tokens: parts.tokens,
            completion: parts.completion,
            is_browsable: parts.http.browsable,
            body_timeout: parts.http.body_timeout(),
            limits: BodyLimits {
                body: parts.http.max_body_bytes,
                upload: Some(parts.http.max_upload_bytes),
            },
            bodies: BodyBudget::new(parts.http.max_bodies_bytes),
            own_pages: browsers.own_pages,
            sessions: SessionVerifier::new(browsers.policy),
            sliding_lifetime: browsers.lifetime,
            token_uses: TokenUses::default(),
            clock: parts.clock,
            is_draining: AtomicBool::new(false),
            readiness: RwLock::default(),
            replica_problem: RwLock::default(),
        })
    }

    /// What `/ready` says of the database's schema from now on. Returned is what is new about it.
    pub fn note_readiness(&self, found: Readiness) -> Option<String> {
        let mut known = self
            .readiness
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let news = match &found {
            _ if *known == found => None,
            Readiness::Ready => Some("the schema of the database fits again".to_owned()),
            Readiness::Noted(text) | Readiness::Not(text) => Some(text.clone()),
        };
        *known = found;
        news
    }

    /// Whether the service and the database's schema get along.
    pub fn readiness(&self) -> Readiness {
        let known = self.readiness.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Why the replica of the database is not asked, for `/ready` to say from now on.
    pub fn note_replica(&self, problem: Option<&'static str>) {
        let known = self.replica_problem.write();
        *known.unwrap_or_else(PoisonError::into_inner) = problem;
    }

    /// Why the replica of the database is not asked.
    pub fn replica_problem(&self) -> Option<&'static str> {
        let known = self.replica_problem.read();
        *known.unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on `/ready` says no, so that a balancer sends nothing new.
    pub fn start_draining(&self) {
        self.is_draining.store(true, Ordering::Relaxed);
    }

    /// Whether the service is about to end.
    pub fn is_draining(&self) -> bool {
        self.is_draining.load(Ordering::Relaxed)
    }

    /// Largest bodies of a view. Whoever has to show no credentials can send to as many as it likes.
    pub fn body_limits(&self, access: Access) -> BodyLimits {
        match access {
            Access::Open | Access::Optional => self.limits.of_strangers(),
            Access::Authenticated | Access::StaffOrSuperuser => self.limits,
        }
    }

    /// When the body of a request that began to be answered at `started` must have arrived.
    pub fn body_deadline(&self, started: Instant) -> tokio::time::Instant {
        (started + self.body_timeout).into()
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// Notes the use of a token, and moves a sliding one on: soon after the answer, or before it if
    /// the token might end before.
    pub async fn record_use(&self, identity: &Identity, now: DateTime<Utc>) {
        let Some(token) = &identity.token else {
            return;
        };
        let extension = token.extension(now, self.sliding_lifetime);
        if extension.is_none() && !token.is_use_worth_noting(now, self.tokens.last_used_precision())
        {
            return;
        }
        let used = TokenUse {
            token: token.id,
            at: now,
            precision: self.tokens.last_used_precision(),
            extension,
        };
        if self.token_uses.defer(used) == Deferred::Done {
            return;
        }
        let record = move |repository: &dyn Repository| repository.record_token_uses(&[used]);
        // The request itself has all of its time afterwards.
        let apart = self.lanes.deadline().of_request(self.lanes.write(record));
        let failure = match apart.await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::warn!(
            failure,
            token = used.token.0,
            "the use of a token was not noted"
        );
    }

    /// Writes a bounded number of the uses of tokens that are still to be noted: to be called every second or
    /// so, on a thread that may wait for the database.
    pub fn record_token_uses(&self) {
        self.token_uses.take_turn(&*self.lanes.maintenance);
    }

    /// Writes all of them: to be called at the end.
    pub fn flush_token_uses(&self) {
        self.token_uses.flush(&*self.lanes.maintenance);
    }

    /// Carries a judgement of credentials to its end, each step on the threads that are there for it. What comes after a
    /// write goes on where it was made, also when the client has gone away.
    pub async fn resolve<T: Send + 'static>(&self, claim: Progress<T>) -> Result<T, ApiError> {
        let mut progress = claim;
        loop {
            progress = match progress {
                Progress::Done(outcome) => return Ok(outcome),
                Progress::Find(look_up) => {
                    let (query, depth) = look_up.query();
                    let found = self.lanes.find(query.clone(), *depth).await?;
                    look_up.answer(found)
                }
                Progress::RefreshState(look_up) => {
                    let id = look_up.query().clone();
                    let read = self.lanes.read(move |r| r.find_refresh_token(&id));
                    look_up.answer(read.await??)
                }
                Progress::Bind(request) => {
                    let bind = move |repository: &dyn Repository| {
                        let outcome = request.query().carry_out(repository)?;
                        Ok::<_, RepositoryError>(request.answer(outcome))
                    };
                    self.lanes.write(bind).await??
                }
                Progress::ReplaceHash(request) => {
                    let hash = request.query().clone();
                    let replaced = self.lanes.write(move |r| hash.carry_out(r)).await;
                    let replaced = replaced.and_then(|done| done.map_err(ApiError::from));
                    request.answer(replaced.map_err(Into::into))
                }
                Progress::Write(task) => self.lanes.write(task).await??,
                Progress::Hash(claimant, work) => self.hashing.run(*claimant, work).await?,
                Progress::Wait(mut wait) => {
                    let fetch = wait.fetch();
                    let until = fetch.until().into();
                    // No thread waits along. Whether in time or not, the keys that are there count.
                    let _ = timeout_at(until, fetch).await;
                    wait.go_on()
                }
            };
        }
    }

    /// Runs `work`, which hashes a password and waits for nothing, on the threads that are there for it, when it is the
    /// turn of `claimant`.
    pub async fn hashing<T, F>(&self, claimant: Claimant, work: F) -> Result<T, ApiError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        self.hashing.run(claimant, work).await
    }

    /// How many requests wait for a thread that hashes.
    pub fn waiting_for_hashes(&self) -> usize {
        self.hashing.waiting()
    }

    /// What is waited for at this moment, but for pictures.
    pub fn lane_reports(&self) -> impl Iterator<Item = LaneReport<'_>> {
        self.lanes.reports().chain([self.hashing.report()])
    }

    /// How many hashes were refused since too much of an address or network waited.
    pub fn throttled_hashes(&self) -> u64 {
        self.hashing.throttled()
    }

    /// Uses of tokens that wait to be noted, and how many were ever lost.
    pub fn token_uses(&self) -> (usize, u64) {
        (self.token_uses.waiting(), self.token_uses.lost())
    }
}
