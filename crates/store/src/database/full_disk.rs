//! A database that has no room.

use diesel::result::Error;

use crate::database::url::DatabaseUrl;

/// What the operator has to make room for.
#[derive(Debug, thiserror::Error)]
#[error("the disk of the database {url} is full: make room")]
pub struct DiskFull {
    /// Without a password.
    pub(crate) url: DatabaseUrl,
    /// What the database said.
    #[source]
    pub(crate) source: Error,
}
