//! The life of accounts.

use chrono::{DateTime, Utc};

use super::error::RepositoryError;
use crate::{ProfileChange, UserId, WriteContext};

/// What came of a change of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountChangeOutcome {
    /// It is done.
    Done,
    /// The account was like that already.
    Unchanged,
    /// There is no such account, or it is deleted (for a restoration: is not).
    Missing,
    /// It is the last active superuser: refused.
    LastSuperuser,
}

/// The life of accounts (`decisions.md` 11). A deleted account is kept for a while, and then erased.
pub trait AccountRepository: Send + Sync {
    /// Takes the right to log in away. Every credential is void from the commit on.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn deactivate(&self, id: UserId) -> Result<AccountChangeOutcome, RepositoryError>;

    /// Gives the right to log in back, and ends what was given out before.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn activate(
        &self,
        id: UserId,
        now: DateTime<Utc>,
    ) -> Result<AccountChangeOutcome, RepositoryError>;

    /// Deletes an account: it cannot log in, its username, e-mail address and mobile number are free at
    /// once, and it is in no group. The row stays until it is [erased](Self::erase_accounts).
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn delete_account(
        &self,
        id: UserId,
        by: WriteContext<'_>,
    ) -> Result<AccountChangeOutcome, RepositoryError>;

    /// Changes the profile of an active account, and whether it has every permission (`None` leaves it), in one
    /// transaction. An inactive account counts as missing.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] for a taken username, e-mail address or mobile number.
    fn change_account(
        &self,
        id: UserId,
        change: &ProfileChange,
        is_superuser: Option<bool>,
        by: WriteContext<'_>,
    ) -> Result<AccountChangeOutcome, RepositoryError>;

    /// Brings a deleted account back with what it held, but without credentials.
    ///
    /// # Errors
    /// [`RepositoryError::Conflict`] if another account holds one of its values by now.
    fn restore_account(
        &self,
        id: UserId,
        now: DateTime<Utc>,
    ) -> Result<AccountChangeOutcome, RepositoryError>;

    /// Erases at most `limit` of the accounts that were deleted at `deleted_until` or before, the oldest
    /// first, and tells which.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn erase_accounts(
        &self,
        deleted_until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<UserId>, RepositoryError>;
}
