//! What has to be cleared away from time to time, by `profiled purge` and while serving.

use chrono::{DateTime, TimeDelta, Utc};
use profiled_domain::{
    AccountRepository, CredentialRepository, RefreshTokenRepository, RepositoryError,
};
use profiled_http::{MediaStorage, sweep};
use profiled_store::Store;
use serde::Serialize;

use crate::error::Failure;
use crate::settings::Settings;

/// Rows that one transaction takes: other writers wait that long at most.
const BATCH: u32 = 500;

/// How long an expired token stays known, so that its client is told that it is expired and not that it is wrong.
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
    /// Whether somebody who was reading kept the log of an embedded database from being emptied.
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

/// Clears away everything whose time is over `now`.
///
/// # Errors
/// [`Failure`] of the database or the media storage; what was cleared until then stays so.
pub(crate) fn run(
    store: &Store,
    media: &MediaStorage,
    settings: &Settings,
    now: DateTime<Utc>,
) -> Result<Cleared, Failure> {
    let grace = i64::try_from(settings.accounts.deletion_grace).unwrap_or(i64::MAX);
    let grace = TimeDelta::try_seconds(grace).unwrap_or(TimeDelta::MAX);
    let deleted_until = now
        .checked_sub_signed(grace)
        .unwrap_or(DateTime::UNIX_EPOCH);
    let accounts = in_batches(|| {
        let erased = store.erase_accounts(deleted_until, BATCH)?;
        Ok(u64::try_from(erased.len()).unwrap_or(u64::MAX))
    })?;
    let expired_until = now
        .checked_sub_signed(EXPIRED_TOKENS_KEPT)
        .unwrap_or(DateTime::UNIX_EPOCH);
    let tokens = in_batches(|| store.prune_tokens(expired_until, BATCH))?;
    let refresh_tokens = in_batches(|| store.prune_refresh_tokens(now, BATCH))?;
    // Behind the accounts, whose files nobody needs any more.
    let files = sweep(store, media, &settings.media, now)?;
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
        log_is_busy,
    })
}

fn in_batches(
    mut batch: impl FnMut() -> Result<u64, RepositoryError>,
) -> Result<u64, RepositoryError> {
    let mut all = 0;
    loop {
        match batch()? {
            0 => return Ok(all),
            some => all += some,
        }
    }
}
