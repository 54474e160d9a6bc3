//! Bodies of requests, as attackers write them.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod corpus;
mod fuzzed;
