//! The lanes to the database, as the settings want them.

use std::sync::Arc;
use std::time::Duration;

use profiled_http::{Lane, LaneParts};
use profiled_store::Store;

use crate::settings::Settings;

/// Longest that a list may take: what filters cost is up to clients.
const LONGEST_LIST: Duration = Duration::from_secs(2);

/// Lanes over a store.
pub(crate) fn of(settings: &Settings, store: &Store) -> LaneParts {
    let database = &settings.database;
    let (sizes, deadline) = (database.lanes(), database.deadline());
    let statement = database.statement_timeout().min(deadline);
    let lane = |name, connections: u32, timeout| Lane {
        repository: Arc::new(store.lane(name, connections, timeout)),
        threads: usize::try_from(connections).unwrap_or(usize::MAX),
    };
    LaneParts {
        readers: lane("readers", sizes.readers, statement),
        details: lane("details", sizes.details, statement),
        writers: lane("writers", sizes.writers, statement),
        lists: lane("lists", sizes.lists, statement.min(LONGEST_LIST)),
        readiness: Arc::new(store.clone()),
        maintenance: Arc::new(store.clone()),
        waiting: database.queue,
        deadline,
    }
}
