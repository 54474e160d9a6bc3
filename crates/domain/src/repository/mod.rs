//! What the service asks of its storage.
//!
//! The traits are synchronous on purpose (diesel is), object safe, and split by aggregate. Absence is
//! `Ok(None)`; an outage is [`RepositoryError::Unavailable`]; a stored row that breaks a rule is
//! [`RepositoryError::Inconsistent`], never "not found". One method is one use case and one
//! transaction.
//!
//! A write that a caller may ask for takes `by`, a [`WriteContext`](crate::WriteContext). If the caller's right no
//! longer holds in the transaction of the write, the write fails with [`RepositoryError::Lapsed`].

mod accounts;
mod bindings;
mod credentials;
mod directory;
mod error;
mod groups;
mod profiles;
mod refresh;
mod retention;
mod selections;
mod users;

use crate::MediaRepository;

pub use accounts::{AccountChangeOutcome, AccountRepository};
pub use bindings::BindingRepository;
pub use credentials::{CredentialRepository, TokenRepository};
pub use directory::{MembershipRepository, OrganizationRepository, TeamRepository};
pub use error::{BoxError, FileMoved, RepositoryError, UniqueKey};
pub use groups::GroupRepository;
pub use profiles::{HolderQuery, ProfileDepth, ProfileRepository};
pub use refresh::RefreshTokenRepository;
pub use retention::RetentionRepository;
pub use selections::SelectionRepository;
pub use users::{ProfileFilter, StorageMode, UniqueValues, UserRepository};

/// Everything that the service stores.
pub trait Repository:
    AccountRepository
    + BindingRepository
    + CredentialRepository
    + GroupRepository
    + MediaRepository
    + MembershipRepository
    + OrganizationRepository
    + ProfileRepository
    + RefreshTokenRepository
    + RetentionRepository
    + SelectionRepository
    + TeamRepository
    + TokenRepository
    + UserRepository
{
}

impl<T> Repository for T where
    T: AccountRepository
        + BindingRepository
        + CredentialRepository
        + GroupRepository
        + MediaRepository
        + MembershipRepository
        + OrganizationRepository
        + ProfileRepository
        + RefreshTokenRepository
        + RetentionRepository
        + SelectionRepository
        + TeamRepository
        + TokenRepository
        + UserRepository
{
}
