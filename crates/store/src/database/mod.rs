//! The database itself: connections and their pool, transactions, the schema, rows.

mod connection;
mod error;
mod file;
mod full_disk;
pub(crate) mod functions;
mod instant;
mod judge;
mod lanes;
mod log;
mod migrations;
mod page;
mod person;
mod place;
mod pool;
mod replace;
mod replica;
mod replica_watch;
pub(crate) mod rows;
pub(crate) mod schema;
mod sessions;
mod settings;
mod shapes;
mod state;
mod store;
mod time_limit;
mod url;
mod wal;

pub(crate) use connection::{DbConnection, MultiBackend, on_each};
pub(crate) use error::StoreError;
pub use full_disk::DiskFull;
pub(crate) use instant::{Instant, stored};
pub use lanes::LaneSizes;
pub use migrations::{
    MigrationState, MigrationStatus, migrate, migrate_up_to, newest_migration, pending, revert,
    status,
};
pub(crate) use page::numbered_page;
pub(crate) use person::PersonRow;
pub use replace::{OpenFile, ReplaceError, TakenFile};
pub use replica::{Replica, ReplicaState};
pub use settings::{DatabaseSettings, MigrateOnStart, SqliteSettings, Synchronous};
pub(crate) use shapes::PreparedStatements;
pub use store::{OpenError, PoolReport, Store};
pub use url::{DatabaseUrl, UrlError};
