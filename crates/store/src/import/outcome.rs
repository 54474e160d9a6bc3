//! What becomes of the rows of an import.

use profiled_domain::UniqueKey;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was there and differed.
    Updated,
    /// It was there, just so.
    Unchanged,
    /// It is not stored.
    Refused(Refusal),
}

/// Why a row is not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another row holds a unique value.
    #[error("{key} is taken by {holder}")]
    Taken {
        /// The value.
        key: UniqueKey,
        /// Identifier of the row that holds it.
        holder: i64,
    },
    /// The column does not hold so much.
    #[error("{column} has more than {max} characters")]
    TooLong {
        /// The column.
        column: &'static str,
        /// Its limit.
        max: usize,
    },
    /// PostgreSQL cannot store U+0000.
    #[error("{0} contains a null character")]
    NullCharacter(&'static str),
    /// What the row refers to is not there.
    #[error("{0} {1} does not exist")]
    Missing(&'static str, i64),
}
