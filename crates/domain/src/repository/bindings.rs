//! What the service asks of its storage about subjects of foreign issuers.

use chrono::{DateTime, Utc};

use super::error::RepositoryError;
use crate::{BindOutcome, Binding, ForeignSubject, Page, PageRequest, User, UserId, UserLookup};

/// Which users the subjects of foreign issuers stand for: [`HolderQuery::Subject`](super::HolderQuery) finds the user
/// of one. A binding goes with its user when that is erased.
pub trait BindingRepository: Send + Sync {
    /// Binds a subject to a user, if neither is bound yet at this issuer, and if the user is still active, goes
    /// by `name`, and is of the epoch of credentials that was read.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn bind(
        &self,
        subject: &ForeignSubject,
        user: &User,
        name: &UserLookup,
        now: DateTime<Utc>,
    ) -> Result<BindOutcome, RepositoryError>;

    /// Bindings of a user, or of all, by issuer and subject.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn list_bindings(
        &self,
        user: Option<UserId>,
        page: PageRequest,
    ) -> Result<Page<Binding>, RepositoryError>;

    /// Deletes the binding of a subject; `false` if there is none.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn unbind(&self, subject: &ForeignSubject) -> Result<bool, RepositoryError>;
}
