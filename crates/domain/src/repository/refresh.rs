//! What the service asks of its storage about refresh tokens.

use chrono::{DateTime, Utc};

use super::error::RepositoryError;
use crate::{RefreshToken, RefreshTokenState, Rotation, RotationOutcome};

/// Refresh tokens that were rotated or blacklisted.
pub trait RefreshTokenRepository: Send + Sync {
    /// What has become of a token, in one statement; `None` if nothing has.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_refresh_token(&self, jti: &str) -> Result<Option<RefreshTokenState>, RepositoryError>;

    /// Blacklists a token; `false` if it is already.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn blacklist_refresh_token(
        &self,
        token: &RefreshToken,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError>;

    /// Exchanges a token for the next one, in one transaction. Exchanges of one family wait for each
    /// other. A token that is not known yet begins a family.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] if the user does not exist.
    fn rotate_refresh_token(
        &self,
        rotation: &Rotation,
        now: DateTime<Utc>,
    ) -> Result<RotationOutcome, RepositoryError>;

    /// Revokes the family of a token with all its tokens; `false` if it has none, or is already.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn revoke_family(&self, jti: &str, now: DateTime<Utc>) -> Result<bool, RepositoryError>;

    /// Forgets at most `limit` tokens, and as many families, that have expired by `now`. Returns how
    /// many were forgotten. Every other write of this trait forgets a few as well.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn prune_refresh_tokens(&self, now: DateTime<Utc>, limit: u32) -> Result<u64, RepositoryError>;
}
