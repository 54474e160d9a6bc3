//! How the connections are shared out, so that nobody waits for another's kind of work.

use std::num::NonZero;

use crate::database::pool::Manager;
use crate::database::settings::DatabaseSettings;
use crate::database::store::Store;
use crate::database::url::{DatabaseUrl, UrlError};

/// Connections of each lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LaneSizes {
    /// Those that answer look-ups in batches: who is the caller, and what is shown to them.
    pub readers: u32,
    /// Those of other short reads.
    pub details: u32,
    /// Those of writes. On `SQLite` there is one, as the file has one writer.
    pub writers: u32,
    /// Those of lists, whose filters may be dear.
    pub lists: u32,
    /// Those of the counters of requests and failed log-ins, 0 if they are not in the database.
    pub counters: u32,
}

impl Store {
    /// The database that the settings name, which is not asked before it is used.
    ///
    /// # Errors
    /// A bad URL.
    pub fn unopened(settings: &DatabaseSettings) -> Result<Self, UrlError> {
        let url: DatabaseUrl = settings.url.parse()?;
        let manager = Manager::new("database", url, settings.clone());
        Ok(Self::over(manager, settings))
    }
}

impl LaneSizes {
    /// With so many each lane has a connection of its own.
    pub const LEAST: u32 = 5;
}

impl DatabaseSettings {
    /// Connections of all lanes together.
    #[must_use]
    pub fn connections(&self) -> u32 {
        if self.pool_size > 0 {
            self.pool_size
        } else {
            cores().saturating_mul(2).max(8)
        }
    }

    /// How they are shared out, if the database counts requests or does not.
    #[must_use]
    pub fn lanes(&self, counts: bool) -> LaneSizes {
        let all = self.connections();
        let url = self.url.parse::<DatabaseUrl>();
        let is_embedded = url.is_ok_and(|url| url.file().is_some());
        let part = |of: u32| (all / of).max(1);
        let (writers, most_readers) = if is_embedded {
            (1, cores())
        } else {
            (part(4), u32::MAX)
        };
        let (lists, details) = (part(4), part(8));
        let counters = if counts { part(8) } else { 0 };
        let rest = all.saturating_sub(lists + writers + details + counters);
        LaneSizes {
            readers: rest.clamp(1, most_readers),
            details,
            writers,
            lists,
            counters,
        }
    }
}

fn cores() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    u32::try_from(cores).unwrap_or(u32::MAX)
}
