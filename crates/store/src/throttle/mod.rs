//! Counters of requests: in memory, or in the database for several servers.

mod database;
mod memory;

pub use memory::MemoryCounters;
