//! The repositories of `profiled-domain` on SQLite and PostgreSQL.
//!
//! One code base serves both: queries are written once, the database is chosen by the scheme of its
//! URL. Writes run in one transaction each. The reads that every request makes are in `profiles`.

mod accounts;
mod activity;
mod authority;
mod bindings;
mod connection;
mod counters;
mod credentials;
mod directory;
mod directory_objects;
mod directory_writes;
mod error;
mod file;
mod groups;
mod import;
mod instant;
mod issue;
mod lists;
mod log;
mod media;
mod memberships;
mod migrations;
mod pool;
mod profiles;
mod refresh;
mod retention;
mod rows;
mod schema;
mod selection;
mod settings;
mod store;
#[cfg(feature = "testing")]
pub mod testing;
mod throttle_hits;
mod token_uses;
mod tokens;
mod url;
mod users;

pub use accounts::AccountFlags;
pub use counters::MemoryCounters;
pub use import::{
    ImportSession, ImportedGroup, ImportedOrganization, ImportedTeam, ImportedToken, ImportedUser,
    Outcome, Refusal,
};
pub use migrations::{MigrationStatus, migrate, pending, revert, status};
pub use settings::{DatabaseSettings, MigrateOnStart, SqliteSettings, Synchronous};
pub use store::{OpenError, Store};
pub use url::{DatabaseUrl, UrlError};
