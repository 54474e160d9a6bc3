//! The repositories of `profiled-domain` on SQLite and PostgreSQL.
//!
//! One code base serves both: queries are written once, the database is chosen by the scheme of its
//! URL. Writes run in one transaction each. The reads that every request makes are in `profiles`.

mod authority;
mod credentials;
mod database;
mod directory;
mod examination;
mod export;
mod groups;
mod import;
mod media;
mod profiles;
mod selection;
#[cfg(feature = "testing")]
pub mod testing;
mod throttle;
mod transfer;
mod users;

pub use database::{
    DatabaseSettings, DatabaseUrl, DiskFull, LaneSizes, MigrateOnStart, MigrationState,
    MigrationStatus, OpenError, OpenFile, PoolReport, ReplaceError, Replica, ReplicaState,
    SqliteSettings, Store, Synchronous, TakenFile, UrlError, migrate, migrate_up_to,
    newest_migration, pending, revert, status,
};
pub use export::{ExportCounts, ExportSession, ExportedUser, RefusedRefreshToken};
pub use import::{
    Absent, HolderRule, IdTable, ImportOutcome, ImportSession, ImportedGroup, ImportedOrganization,
    ImportedTeam, ImportedToken, ImportedUser, Refusal, Taken, UserKey, UserOutcome,
};
pub use throttle::MemoryCounters;
pub use transfer::{
    Existing, LEFT_OUT, PersonalRows, RowCounts, StoreHeader, TransferError, holds_rows,
};
pub use users::{AccountFlags, FormerNames, ListedUser, UserFilter};

/// The examples of README.md.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
