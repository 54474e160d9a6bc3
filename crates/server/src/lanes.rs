//! The lanes to the database, as the settings want them.

use std::sync::Arc;
use std::time::Duration;

use profiled_auth::CounterStore;
use profiled_domain::ThrottleRepository;
use profiled_http::{Lane, LaneParts, ReplicaLane};
use profiled_store::{LaneSizes, MemoryCounters, OpenError, Replica, Store};

use crate::settings::Settings;

/// Longest that a list may take: what filters cost is up to clients.
const LONGEST_LIST: Duration = Duration::from_secs(2);

/// The counters of requests and failed log-ins.
pub(crate) fn counters(settings: &Settings, store: &Store) -> Arc<dyn ThrottleRepository> {
    match settings.throttle.store {
        CounterStore::Memory => Arc::new(MemoryCounters::default()),
        CounterStore::Database => {
            let connections = sizes(settings).counters;
            Arc::new(store.lane("counters", connections, statement_timeout(settings)))
        }
    }
}

fn sizes(settings: &Settings) -> LaneSizes {
    let counts = settings.throttle.store == CounterStore::Database;
    settings.database.lanes(counts)
}

/// Longest that a statement for a request may take.
fn statement_timeout(settings: &Settings) -> Duration {
    let database = &settings.database;
    database.statement_timeout().min(database.deadline())
}

/// The replica of the database, if the settings name one.
pub(crate) fn replica(
    settings: &Settings,
    store: &Store,
) -> Result<Option<Arc<Replica>>, OpenError> {
    let connections = sizes(settings).readers;
    let statement = statement_timeout(settings);
    let replica = Replica::of(store, &settings.database, connections, statement)?;
    Ok(replica.map(Arc::new))
}

/// Lanes over a store and its replica.
pub(crate) fn of(settings: &Settings, store: &Store, replica: Option<Arc<Replica>>) -> LaneParts {
    let database = &settings.database;
    let (sizes, statement) = (sizes(settings), statement_timeout(settings));
    let lane = |name, connections: u32, timeout| Lane {
        repository: Arc::new(store.lane(name, connections, timeout)),
        threads: threads(connections),
    };
    LaneParts {
        readers: lane("readers", sizes.readers, statement),
        replica: replica.map(|replica| ReplicaLane {
            is_used: replica.is_used(),
            repository: replica,
            threads: threads(sizes.readers),
        }),
        details: lane("details", sizes.details, statement),
        lists: lane("lists", sizes.lists, statement.min(LONGEST_LIST)),
        writers: lane("writers", sizes.writers, statement),
        readiness: Arc::new(store.clone()),
        maintenance: Arc::new(store.clone()),
        counters: threads(sizes.counters),
        waiting: database.queue,
        deadline: database.deadline(),
    }
}

fn threads(connections: u32) -> usize {
    usize::try_from(connections).unwrap_or(usize::MAX)
}
