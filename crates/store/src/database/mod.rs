//! The database itself: connections and their pool, transactions, the schema, rows.

pub(crate) mod connection;
pub(crate) mod error;
mod file;
pub(crate) mod functions;
pub(crate) mod instant;
mod log;
pub(crate) mod migrations;
mod pool;
pub(crate) mod rows;
pub(crate) mod schema;
pub(crate) mod settings;
pub(crate) mod shapes;
pub(crate) mod store;
pub(crate) mod url;
