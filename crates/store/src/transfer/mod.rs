//! The rows of all tables, written as lines of JSON and filled into an empty store on either database (ADR 0048).

mod fill;
mod lines;
mod personal;
mod rows;
mod tables;
mod write;

use std::io;

use profiled_domain::RepositoryError;

use crate::database::StoreError;

pub use fill::{Existing, holds_rows};
pub use lines::{RowCounts, StoreHeader};
pub use personal::PersonalRows;
pub use tables::LEFT_OUT;
pub(crate) use tables::tables_to_change;

/// Why the rows of a store are not written or filled in.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// What is read is no export, or not a whole one.
    #[error("line {line} {reason}")]
    Line {
        /// From 1 on.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A stored row is odd.
    #[error("{0}")]
    Row(String),
    /// The store to be filled has rows already.
    #[error("the database holds rows of {0}")]
    NotEmpty(&'static str),
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] io::Error),
    /// The database says no.
    #[error(transparent)]
    Storage(#[from] RepositoryError),
}

/// Why a transaction ends early.
enum Halt {
    Storage(StoreError),
    Transfer(TransferError),
}

impl From<diesel::result::Error> for Halt {
    fn from(error: diesel::result::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<TransferError> for Halt {
    fn from(error: TransferError) -> Self {
        Self::Transfer(error)
    }
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Transfer(error.into())
    }
}

impl From<Halt> for TransferError {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Storage(error) => Self::Storage(error.into()),
            Halt::Transfer(error) => error,
        }
    }
}
