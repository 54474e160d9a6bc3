//! Stored files that no user needs: not any more, or not yet.

use chrono::{DateTime, Duration, Utc};

use crate::RepositoryError;

/// When the file of a key may go, and its key be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SweepRule {
    /// The time of the sweep.
    pub now: DateTime<Utc>,
    /// How long a file is left alone after the first sweep that found it unneeded: longer than any
    /// upload takes.
    pub grace: Duration,
    /// How long the key of a deleted file stays taken: as long as a cache may show the file.
    pub retention: Duration,
    /// Most files to claim at once.
    pub limit: i64,
}

/// The keys of files on their way in and out.
///
/// A key is *waiting* from its reservation until a user has it, and again from the moment on that its
/// user gives it up, by whatever change. A sweep *claims* what has waited for long and no user
/// has; then only the sweep may touch the file.
pub trait MediaRepository: Send + Sync {
    /// Takes a key for a new file; `false` if a user has it, or it is on its way in or out.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn reserve_file(&self, key: &str) -> Result<bool, RepositoryError>;

    /// Gives a reserved key back. Its file must be gone.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn unreserve_file(&self, key: &str) -> Result<(), RepositoryError>;

    /// Claims files to be deleted, and forgets the keys of those that were deleted long ago.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn claim_files(&self, rule: &SweepRule) -> Result<Vec<String>, RepositoryError>;

    /// Notes that a claimed file is deleted.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn record_deleted_file(&self, key: &str, now: DateTime<Utc>) -> Result<(), RepositoryError>;
}
