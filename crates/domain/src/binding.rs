//! Subjects of foreign issuers, and the users that they stand for here.

use chrono::{DateTime, Utc};

use crate::UserId;

/// A person as a foreign issuer knows them: the pair is never given to another person (OIDC Core,
/// section 2). Both are compared character by character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ForeignSubject {
    /// `iss` of the issuer's tokens.
    pub issuer: String,
    /// `sub` of the tokens, at most [`Self::MAX_SUBJECT`] characters.
    pub subject: String,
}

impl ForeignSubject {
    /// Longest `sub`, in characters (OIDC Core, section 2).
    pub const MAX_SUBJECT: usize = 255;
}

/// The user that a subject stands for. A subject is bound to one user, and a user to one subject of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The subject.
    pub subject: ForeignSubject,
    /// The user, who may be deleted by now.
    pub user: UserId,
    /// When the first token was accepted. UTC, microseconds.
    pub created_at: DateTime<Utc>,
}

/// Result of binding a subject to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindOutcome {
    /// The subject stands for this user: the wanted one, unless a parallel request was faster.
    To(UserId),
    /// Another subject of the issuer stands for the user already.
    Occupied,
    /// The user is not what it was any more: renamed, inactive, deleted, or of another epoch.
    Changed,
}
