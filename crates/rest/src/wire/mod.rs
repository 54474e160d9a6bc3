//! What goes over the wire: headers, bodies, queries, and how JSON and instants are written.

pub mod accept;
pub mod body;
pub mod connection;
pub mod cookies;
pub mod headers;
pub mod host;
pub mod host_name;
pub mod json_writer;
pub mod number;
pub mod query;
pub mod timestamp;
pub mod trace;
