//! Import of accounts that were made elsewhere: one transaction, idempotent, ids kept.
//!
//! A row that is there already is compared and updated; one that would break a unique value is refused
//! and reported, and everything else goes on. Values are stored as they come, or refused as a whole.

mod accounts;
mod directory;
mod outcome;
mod session;
mod values;

pub use outcome::{Outcome, Refusal};
pub use session::ImportSession;
pub use values::{ImportedGroup, ImportedOrganization, ImportedTeam, ImportedToken, ImportedUser};
