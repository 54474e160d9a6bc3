//! Import of accounts that were made elsewhere: one transaction, idempotent, ids kept.
//!
//! A row that is there already is compared and updated; one whose name is taken is refused and reported, and
//! everything else goes on. Users may share an e-mail address: one of them holds it (ADR 0032).

mod accounts;
mod directory;
mod exchange;
mod keys;
mod mirror;
mod outcome;
mod related;
mod session;
mod users;
mod values;

pub use keys::{IdTable, UserKey};
pub use mirror::Absent;
pub use outcome::{ImportOutcome, Refusal, Taken, UserOutcome};
pub use related::HolderRule;
pub use session::ImportSession;
pub(crate) use session::remembered_mapping;
pub use values::{ImportedGroup, ImportedOrganization, ImportedTeam, ImportedToken, ImportedUser};
