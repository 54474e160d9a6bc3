//! The store on real databases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod active_users;
mod batches;
mod concurrency;
mod contract;
mod directory_races;
mod erasure;
mod errors;
mod events;
mod expand_only;
mod full_store;
mod import;
mod import_exchange;
mod import_users;
mod instants;
mod lanes;
mod listing;
mod media;
mod migrations;
mod moved_file;
mod outage;
mod parity;
mod pooler;
mod proxy;
mod races;
mod selections;
mod server_errors;
mod throttle;
mod transfer;
mod url;

use profiled_store::testing::samples::{directory, holders, people};
