//! From the errors of diesel to those of the domain.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use profiled_domain::{RepositoryError, UniqueKey};

use crate::database::functions;

/// PostgreSQL names the constraint, SQLite the columns: both lead to the same key.
const UNIQUE_KEYS: [(&str, &str, UniqueKey); 7] = [
    ("users_username_key", "users.username", UniqueKey::Username),
    ("users_email_key", "users.email", UniqueKey::Email),
    (
        "users_mobile_number_key",
        "users.mobile_number",
        UniqueKey::MobileNumber,
    ),
    ("groups_name_key", "groups.name", UniqueKey::GroupName),
    ("tokens_digest_key", "tokens.digest", UniqueKey::Token),
    (
        "organizations_name_key",
        "organizations.name",
        UniqueKey::OrganizationName,
    ),
    (
        "teams_organization_id_name_key",
        "teams.name",
        UniqueKey::TeamName,
    ),
];

/// An error of a transaction: diesel's, or the domain's own.
#[derive(Debug)]
pub(crate) enum StoreError {
    Diesel(Error),
    Domain(RepositoryError),
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        Self::Diesel(error)
    }
}

impl From<RepositoryError> for StoreError {
    fn from(error: RepositoryError) -> Self {
        Self::Domain(error)
    }
}

impl From<StoreError> for RepositoryError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Domain(error) => error,
            StoreError::Diesel(error) => by_kind(&error).told(error),
        }
    }
}

/// Why a statement failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The connection is gone, and another one may do.
    Closed,
    /// The database takes no writes; another connection may lead to one that does.
    ReadOnly,
    /// The disk has no room.
    Full,
    /// Others were at work for too long.
    Busy,
    /// The statement, or what it found.
    Other,
}

impl Cause {
    /// What the error is in the words of the domain.
    pub(crate) fn told(self, error: Error) -> RepositoryError {
        match self {
            Self::Other => translate(error),
            _ => RepositoryError::Unavailable(Box::new(error)),
        }
    }
}

/// The cause as far as the error tells it without its connection.
pub(crate) fn by_kind(error: &Error) -> Cause {
    use DatabaseErrorKind as Kind;
    match error {
        Error::BrokenTransactionManager
        | Error::DatabaseError(Kind::ClosedConnection | Kind::UnableToSendCommand, _) => {
            Cause::Closed
        }
        Error::DatabaseError(Kind::ReadOnlyTransaction, _) => Cause::ReadOnly,
        Error::DatabaseError(Kind::SerializationFailure, _) => Cause::Busy,
        Error::DatabaseError(Kind::Unknown, information) => of_library(information.message()),
        _ => Cause::Other,
    }
}

/// SQLite's texts are part of the program and stand for its codes, which diesel does not hand on.
fn of_library(text: &str) -> Cause {
    match text {
        "attempt to write a readonly database" => Cause::ReadOnly,
        "database or disk is full" => Cause::Full,
        "database is locked" | "database table is locked" | functions::TOO_LATE => Cause::Busy,
        "disk I/O error" | "unable to open database file" => Cause::Closed,
        _ => Cause::Other,
    }
}

/// The domain's name for an error that is no fault of the database.
fn translate(error: Error) -> RepositoryError {
    let known = match &error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, information) => {
            unique_key(information.as_ref()).map(RepositoryError::Conflict)
        }
        Error::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => {
            Some(RepositoryError::Missing("user"))
        }
        _ => None,
    };
    known.unwrap_or_else(|| RepositoryError::Failed(Box::new(error)))
}

fn unique_key(information: &dyn DatabaseErrorInformation) -> Option<UniqueKey> {
    let (name, text) = (information.constraint_name(), information.message());
    let fits = |constraint: &str, column: &str| match name {
        Some(name) => name == constraint,
        None => text.ends_with(column) && text.starts_with("UNIQUE constraint failed"),
    };
    let known = UNIQUE_KEYS
        .iter()
        .find(|(constraint, column, _)| fits(constraint, column));
    known.map(|(_, _, key)| *key)
}
