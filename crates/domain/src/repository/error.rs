//! Errors of storage.

use std::error::Error;
use std::fmt;

use crate::Lapse;

/// Why storage is unavailable: the file of an embedded database is another one than was opened, or is gone, or its log is. What is
/// written to what was opened would be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the file of the database, or its log, was moved away or replaced: put it back, or stop the service and start it anew"
)]
pub struct FileMoved;

/// Values that storage keeps unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UniqueKey {
    /// A user's username.
    Username,
    /// A user's e-mail address.
    Email,
    /// A user's mobile number.
    MobileNumber,
    /// A group's name.
    GroupName,
    /// A token's digest.
    Token,
    /// An organization's name.
    OrganizationName,
    /// A team's name within its organization.
    TeamName,
}

impl fmt::Display for UniqueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Username => "username",
            Self::Email => "email",
            Self::MobileNumber => "mobile_number",
            Self::GroupName => "group name",
            Self::Token => "token",
            Self::OrganizationName => "organization name",
            Self::TeamName => "team name",
        })
    }
}

/// Cause of a storage error, for the log only.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why storage did not do what was requested.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// Another row holds the value.
    #[error("{0} is already taken")]
    Conflict(UniqueKey),
    /// A row that the request refers to does not exist. The kind of the row, for the log: `user`.
    #[error("{0} does not exist")]
    Missing(&'static str),
    /// The row is not of the version that the write was made for.
    #[error("the row has changed")]
    Stale,
    /// The right to the write has ended since it was found: nothing is stored.
    #[error("{0}")]
    Lapsed(Lapse),
    /// A stored row breaks a rule of the domain.
    #[error("stored {entity} {id} is inconsistent")]
    Inconsistent {
        /// The kind of row.
        entity: &'static str,
        /// Its identifier.
        id: i64,
        /// What is wrong with it.
        #[source]
        source: BoxError,
    },
    /// The database cannot be reached, or no connection came free in time.
    #[error("storage is unavailable")]
    Unavailable(#[source] BoxError),
    /// Anything else.
    #[error("storage failed")]
    Failed(#[source] BoxError),
}
