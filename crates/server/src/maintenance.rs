//! What has to be cleared away from time to time, by `profiled purge` and while serving.

use chrono::{DateTime, TimeDelta, Utc};
use profiled_auth::audit::{Action, Actor, AuditOutcome, Object, Record};
use profiled_domain::{
    AccountRepository, RefreshTokenRepository, RepositoryError, RetentionRepository,
    TokenRepository,
};
use profiled_http::{MediaStorage, sweep};
use profiled_store::Store;
use serde::Serialize;

use crate::error::Failure;
use crate::settings::Settings;

/// Rows that one transaction takes: other writers wait that long at most.
const BATCH: u32 = 500;

/// How long an expired token stays known, so that its client learns that it is expired and not that it is wrong.
const EXPIRED_TOKENS_KEPT: TimeDelta = TimeDelta::days(7);

/// What a run has cleared away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Cleared {
    /// Accounts whose time to be restored is over.
    pub(crate) accounts: u64,
    /// Opaque tokens and log-ins by cookie that expired a while ago.
    pub(crate) tokens: u64,
    /// Refresh tokens, their families and entries of the blacklist that have expired.
    pub(crate) refresh_tokens: u64,
    /// Media files that no user needs.
    pub(crate) files: u64,
    /// Events of the activity stream.
    pub(crate) events: u64,
    /// Deleted organizations and teams, of which nothing is remembered now.
    pub(crate) tombstones: u64,
    /// Whether a reader kept the log of an embedded database from being emptied.
    pub(crate) log_is_busy: bool,
}

impl Cleared {
    /// Whether there was nothing to clear away.
    pub(crate) fn is_nothing(&self) -> bool {
        let log_is_busy = self.log_is_busy;
        *self
            == Self {
                log_is_busy,
                ..Self::default()
            }
    }
}

/// Clears away everything whose time is over `now`. The audit trail has it from `actor`; `erased` hears how much is gone, time
/// and again.
///
/// # Errors
/// [`Failure`] of the database or the media storage; what was cleared until then stays so.
pub(crate) fn run(
    store: &Store,
    media: &MediaStorage,
    settings: &Settings,
    actor: &Actor,
    now: DateTime<Utc>,
    erased: &dyn Fn(u64),
) -> Result<Cleared, Failure> {
    let deleted_until = before(now, settings.accounts.deletion_grace);
    let accounts = in_batches(erased, || {
        let ids = store.erase_accounts(deleted_until, BATCH)?;
        for user in &ids {
            let record = Record::new(Action::UserErase, actor.clone());
            record.on(Object::User(*user)).write(AuditOutcome::Done);
        }
        Ok(u64::try_from(ids.len()).unwrap_or(u64::MAX))
    })?;
    let expired_until = now
        .checked_sub_signed(EXPIRED_TOKENS_KEPT)
        .unwrap_or(DateTime::UNIX_EPOCH);
    let tokens = in_batches(erased, || store.prune_tokens(expired_until, BATCH))?;
    let refresh_tokens = in_batches(erased, || store.prune_refresh_tokens(now, BATCH))?;
    // After the accounts, whose files are not needed any more.
    let files = sweep(store, media, &settings.media, now)?;
    erased(files);
    let kept = settings.retention;
    let events = past(kept.activity, now, erased, |until| {
        store.prune_events(until, BATCH)
    })?;
    let tombstones = past(kept.tombstones, now, erased, |until| {
        store.forget_deleted(until, BATCH)
    })?;
    // In the end, since the log holds all that was deleted.
    let log_is_busy = !store.truncate_log()?;
    if log_is_busy {
        tracing::warn!(
            "the log of the database is in use and keeps what was deleted: the next purge empties it"
        );
    }
    Ok(Cleared {
        accounts,
        tokens,
        refresh_tokens,
        files,
        events,
        tombstones,
        log_is_busy,
    })
}

/// The moment so many seconds ago.
fn before(now: DateTime<Utc>, seconds: u64) -> DateTime<Utc> {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    let time = TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX);
    now.checked_sub_signed(time).unwrap_or(DateTime::UNIX_EPOCH)
}

/// Clears away what is older than its retention, in seconds; 0 keeps it for ever.
fn past(
    retention: u64,
    now: DateTime<Utc>,
    erased: &dyn Fn(u64),
    batch: impl Fn(DateTime<Utc>) -> Result<u64, RepositoryError>,
) -> Result<u64, RepositoryError> {
    if retention == 0 {
        return Ok(0);
    }
    in_batches(erased, || batch(before(now, retention)))
}

fn in_batches(
    erased: &dyn Fn(u64),
    mut batch: impl FnMut() -> Result<u64, RepositoryError>,
) -> Result<u64, RepositoryError> {
    let mut all = 0;
    loop {
        match batch()? {
            0 => return Ok(all),
            some => {
                erased(some);
                all += some;
            }
        }
    }
}
