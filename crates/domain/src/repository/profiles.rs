//! What every request asks of the storage.

use super::error::RepositoryError;
use crate::{PasswordHash, TokenDigest, TokenWithProfile, UserId, UserLookup, UserProfile};

/// How much of a profile to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileDepth {
    /// The account alone: [`UserProfile::groups`] stays empty.
    Account,
    /// The account and its groups.
    Groups,
}

/// Profiles of users, active or not, each in at most two statements.
pub trait ProfileRepository: Send + Sync {
    /// The profile of a user.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_profile(
        &self,
        id: UserId,
        depth: ProfileDepth,
    ) -> Result<Option<UserProfile>, RepositoryError>;

    /// The holder of a token.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_token_with_profile(
        &self,
        digest: &TokenDigest,
        depth: ProfileDepth,
    ) -> Result<Option<TokenWithProfile>, RepositoryError>;

    /// The profile of a user with the stored password: for tokens that name the user otherwise than by id, or
    /// that end with the password.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_profile_with_password(
        &self,
        key: &UserLookup,
        depth: ProfileDepth,
    ) -> Result<Option<(UserProfile, PasswordHash)>, RepositoryError>;
}
