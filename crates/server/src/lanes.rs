//! The lanes to the database, as the settings want them.

use std::sync::Arc;
use std::time::Duration;

use profiled_domain::Repository;
use profiled_http::{Lane, LaneParts};
use profiled_store::Store;

use crate::settings::Settings;

/// Requests that may wait in each lane.
const WAITING: usize = 4096;

/// Lanes over a store.
pub(crate) fn of(_settings: &Settings, store: &Store) -> LaneParts {
    let repository = || -> Arc<dyn Repository> { Arc::new(store.clone()) };
    let lane = |threads| Lane {
        repository: repository(),
        threads,
    };
    LaneParts {
        readers: lane(2),
        details: lane(1),
        writers: lane(1),
        lists: lane(1),
        logins: repository(),
        readiness: repository(),
        maintenance: repository(),
        waiting: WAITING,
        deadline: Duration::from_secs(3),
    }
}
