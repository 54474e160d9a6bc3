//! What becomes of the rows of an import.

use profiled_domain::UniqueKey;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    /// It is new.
    Created,
    /// It was there and differed.
    Updated,
    /// It was there, just so.
    Unchanged,
    /// It is not stored.
    Refused(Refusal),
}

/// What became of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserOutcome {
    /// What became of the row.
    pub outcome: ImportOutcome,
    /// The e-mail address or mobile number of the row, if another user holds it. The row is stored and shows it
    /// all the same; look-ups find the holder.
    pub taken: Vec<Taken>,
    /// Those that the row holds now, and that another user held before.
    pub taken_over: Vec<Taken>,
}

impl UserOutcome {
    pub(super) fn refused(refusal: Refusal) -> Self {
        Self {
            outcome: ImportOutcome::Refused(refusal),
            taken: Vec::new(),
            taken_over: Vec::new(),
        }
    }
}

/// A unique value, and the row that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The value.
    pub key: UniqueKey,
    /// Identifier of the row that holds it.
    pub holder: i64,
}

/// Why a row is not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another row holds a unique value.
    #[error("{} is taken by {}", .0.key, .0.holder)]
    Taken(Taken),
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
    /// The user was deleted here, and is kept until the purge.
    #[error("it is deleted: user restore brings it back")]
    Deleted,
    /// What the row refers to is not there.
    #[error("{0} {1} does not exist")]
    Missing(&'static str, i64),
}
