//! What the service asks of its storage about credentials.

use chrono::{DateTime, Utc};

use super::error::RepositoryError;
use crate::{
    CredentialRef, IssueOutcome, NewToken, NumberedPage, Page, PasswordHash, Token, TokenId,
    TokenUse, UserId, WriteContext,
};

/// Passwords, and the end of all credentials of a user.
pub trait CredentialRepository: Send + Sync {
    /// The stored password of a user, for the verification of `current_password`.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_password_by_id(&self, user: UserId) -> Result<Option<PasswordHash>, RepositoryError>;

    /// Writes another hash of the same password, if the stored one is still `old`; `false` if it is not.
    /// No credential ends by that: `digest`, by which tokens know `old`, stays the user's
    /// [`password_digest`](crate::CredentialsEpoch::password_digest) until the epoch ends, unless there is
    /// one already.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn replace_password_hash(
        &self,
        user: UserId,
        old: &PasswordHash,
        new: &PasswordHash,
        digest: &str,
    ) -> Result<bool, RepositoryError>;

    /// Changes the password and revokes every other credential of the user in the same transaction
    /// (`decisions.md` 10), but the one of the request. `false` if there is no such user.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn set_password(
        &self,
        user: UserId,
        password: &PasswordHash,
        keep: &CredentialRef,
        now: DateTime<Utc>,
    ) -> Result<bool, RepositoryError>;

    /// Notes that the user has logged in `now`; nothing happens to one who does not exist.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn record_login(&self, user: UserId, now: DateTime<Utc>) -> Result<(), RepositoryError>;

    /// Ends all credentials of a user but one, opaque tokens and JSON Web Tokens, in one transaction;
    /// `false` if there is no such user.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn revoke_credentials(
        &self,
        user: UserId,
        keep: &CredentialRef,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError>;
}

/// Opaque tokens.
pub trait TokenRepository: Send + Sync {
    /// Stores a token.
    ///
    /// # Errors
    /// [`RepositoryError::Missing`] if the owner does not exist, or the epoch that the token is for has
    /// ended; [`RepositoryError::Conflict`] if the digest is stored already.
    fn issue_token(&self, token: &NewToken) -> Result<TokenId, RepositoryError>;

    /// Stores a token that its user, who may log in, has requested, unless the user holds `limit` tokens
    /// that have not expired. Parallel calls for one owner wait for each other.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] if the digest is stored already.
    fn issue_token_within(
        &self,
        token: &NewToken,
        limit: Option<u32>,
        by: WriteContext<'_>,
    ) -> Result<IssueOutcome, RepositoryError>;

    /// The tokens of a user by ascending id.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn list_tokens(&self, owner: UserId) -> Result<Vec<Token>, RepositoryError>;

    /// A page of the same, as of one moment. A page that the list does not have is empty.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn list_tokens_page(
        &self,
        owner: UserId,
        page: NumberedPage,
    ) -> Result<Page<Token>, RepositoryError>;

    /// Deletes a token of this user; `false` if the user has none of this id.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn revoke_own_token(
        &self,
        owner: UserId,
        id: TokenId,
        by: WriteContext<'_>,
    ) -> Result<bool, RepositoryError>;

    /// Notes uses of different tokens, by ascending id, in one transaction, so let them be few enough for
    /// other writers to wait.
    ///
    /// A use within its [`precision`](TokenUse::precision) of one that was noted is left out. So may be one of
    /// a token that another writer holds, but never its extension. The expiry of a sliding token moves on,
    /// and back only if it is still as it was read; a token that is gone, or had expired when it was used,
    /// stays so.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn record_token_uses(&self, uses: &[TokenUse]) -> Result<(), RepositoryError>;

    /// Deletes a token; `false` if there is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn revoke_token(&self, id: TokenId) -> Result<bool, RepositoryError>;

    /// Deletes at most `limit` tokens that had expired at `expired_until`. Returns how many were deleted.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn prune_tokens(
        &self,
        expired_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<u64, RepositoryError>;
}
