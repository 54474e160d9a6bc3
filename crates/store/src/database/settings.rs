//! Settings of the section `database`.

use std::time::Duration;

use profiled_domain::settings::bounded;
use serde::{Deserialize, Serialize};

/// Section `database`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct DatabaseSettings {
    pub url: String,
    pub url_file: String,
    pub read_url: String,
    pub read_url_file: String,
    #[serde(deserialize_with = "bounded::<1, 600, _, _>")]
    pub max_replica_lag: u64,
    #[serde(deserialize_with = "bounded::<0, 1000, _, _>")]
    pub pool_size: u32,
    #[serde(deserialize_with = "bounded::<1, 600, _, _>")]
    pub connect_timeout: u64,
    #[serde(deserialize_with = "bounded::<1, 60, _, _>")]
    pub deadline: u64,
    #[serde(deserialize_with = "bounded::<1, 100_000, _, _>")]
    pub queue: usize,
    #[serde(deserialize_with = "bounded::<1, 3600, _, _>")]
    pub statement_timeout: u64,
    pub migrate_on_start: MigrateOnStart,
    pub sqlite: SqliteSettings,
}

/// The setting `database.migrate_on_start`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MigrateOnStart {
    /// On SQLite only.
    Auto,
    /// Always.
    Always,
    /// Never: `profiled migrate` does.
    Never,
}

/// Section `database.sqlite`.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/base.toml tells each key")]
pub struct SqliteSettings {
    pub synchronous: Synchronous,
}

/// `PRAGMA synchronous`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// A power cut may take the last writes back.
    Normal,
    /// Every acknowledged write survives a power cut.
    Full,
    /// As full, and the folder is synchronised, too.
    Extra,
}

impl Synchronous {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Full => "FULL",
            Self::Extra => "EXTRA",
        }
    }
}

impl DatabaseSettings {
    /// When a replica that is behind is not asked any more.
    pub(crate) fn max_replica_lag(&self) -> Duration {
        Duration::from_secs(self.max_replica_lag)
    }

    /// How long a statement may take where no lane has a shorter time.
    #[must_use]
    pub fn statement_timeout(&self) -> Duration {
        Duration::from_secs(self.statement_timeout)
    }

    /// How long a request may take, from its arrival.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        Duration::from_secs(self.deadline)
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout.max(1))
    }

    /// What libpq is told unless the URL tells it: a connection whose other end is gone ends in time, even if nobody
    /// says so.
    pub(crate) fn parameters(&self) -> [(&'static str, String); 6] {
        let unacknowledged = self.deadline.saturating_mul(2000);
        [
            ("connect_timeout", self.connect_timeout.max(1).to_string()),
            ("tcp_user_timeout", unacknowledged.to_string()),
            ("keepalives", "1".to_owned()),
            ("keepalives_idle", "5".to_owned()),
            ("keepalives_interval", "2".to_owned()),
            ("keepalives_count", "3".to_owned()),
        ]
    }
}
