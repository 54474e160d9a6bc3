//! What the service asks of its storage about what is past.

use chrono::{DateTime, Utc};

use super::error::RepositoryError;

/// Events and tombstones, which are kept for as long as the operator wants them. Neither gives an identifier
/// back: those of what is forgotten are never used again.
pub trait RetentionRepository: Send + Sync {
    /// Deletes at most `limit` [events](crate::ActivityEvent) of `until` or before, the oldest first. Returns how
    /// many were deleted.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn prune_events(&self, until: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError>;

    /// Forgets at most `limit` organizations and teams that were deleted at `until` or before, the oldest first:
    /// they are [missing](crate::ObjectState::Missing) from then on, as if they had never been there. Returns how
    /// many were forgotten.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn forget_deleted(&self, until: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError>;
}
