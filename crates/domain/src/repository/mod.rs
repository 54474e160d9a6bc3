//! What the service asks of its storage.
//!
//! The traits are synchronous on purpose (diesel is), object safe, and split by aggregate. Absence is
//! `Ok(None)`; an outage is [`RepositoryError::Unavailable`]; a stored row that breaks a rule is
//! [`RepositoryError::Inconsistent`], never "not found". One method is one use case and one
//! transaction.
//!
//! A write that a caller may ask for takes `by`: the caller's [`Authority`], which has to hold in the
//! transaction of the write, or else it fails with [`RepositoryError::Lapsed`]; `None` is an operator.

mod accounts;
mod bindings;
mod credentials;
mod directory;
mod error;
mod groups;
mod retention;
mod users;

use crate::MediaRepository;

pub use accounts::{AccountChange, AccountRepository};
pub use bindings::BindingRepository;
pub use credentials::{CredentialRepository, RefreshTokenRepository};
pub use directory::DirectoryRepository;
pub use error::{BoxError, RepositoryError, UniqueKey};
pub use groups::GroupRepository;
pub use retention::RetentionRepository;
pub use users::{Detail, UniqueValues, UserRepository};

/// Everything that the service stores.
pub trait Repository:
    AccountRepository
    + UserRepository
    + CredentialRepository
    + RefreshTokenRepository
    + BindingRepository
    + GroupRepository
    + DirectoryRepository
    + RetentionRepository
    + MediaRepository
{
}

impl<T> Repository for T where
    T: AccountRepository
        + UserRepository
        + CredentialRepository
        + RefreshTokenRepository
        + BindingRepository
        + GroupRepository
        + DirectoryRepository
        + RetentionRepository
        + MediaRepository
{
}
