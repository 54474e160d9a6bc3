//! Settings of the section `database`.

use std::num::NonZero;
use std::time::Duration;

use profiled_domain::settings::bounded;
use serde::{Deserialize, Serialize};

/// Section `database`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    /// The database: see [`crate::DatabaseUrl`].
    pub url: String,
    /// File that holds the URL, in place of `url`; whoever loads the settings reads it.
    pub url_file: String,
    /// Connections; 0 means two for each core.
    #[serde(deserialize_with = "bounded::<0, 1000, _, _>")]
    pub pool_size: u32,
    /// Seconds to wait for a connection before a request is answered 503.
    #[serde(deserialize_with = "bounded::<1, 600, _, _>")]
    pub connect_timeout: u64,
    /// Seconds that a statement may take on PostgreSQL and a selection by filters on SQLite, and that SQLite
    /// waits for another writer.
    #[serde(deserialize_with = "bounded::<1, 3600, _, _>")]
    pub statement_timeout: u64,
    /// Whether `serve` applies pending migrations.
    pub migrate_on_start: MigrateOnStart,
    /// Section `database.sqlite`.
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
pub struct SqliteSettings {
    /// What is on the disk before a write is acknowledged.
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
    /// Connections of the pool.
    #[must_use]
    pub fn connections(&self) -> u32 {
        let cores = || std::thread::available_parallelism().map_or(1, NonZero::get);
        if self.pool_size > 0 {
            self.pool_size
        } else {
            u32::try_from(cores() * 2).unwrap_or(u32::MAX)
        }
    }

    pub(crate) fn statement_timeout(&self) -> Duration {
        Duration::from_secs(self.statement_timeout)
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout.max(1))
    }
}
