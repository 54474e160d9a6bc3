//! The audit trail: one line for each change of an account, its rights, credentials or keys, and for each
//! log-in, right or wrong. Lines go to the log target [`AUDIT`]; the subscriber adds the time. The fields are an
//! interface: `docs/OPERATIONS.md` lists them. No value of a field and no secret is ever among them.

mod actor;
mod outcome;
mod record;
mod words;

pub use actor::{Actor, JwtIdentity, Object};
pub use outcome::AuditOutcome;
pub use record::{PendingRecord, Record};
pub use words::{Action, Reason};

/// The log target of the trail.
pub const AUDIT: &str = "audit";
