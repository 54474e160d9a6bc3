//! The aggregate that every dialect shows.

use crate::{Group, User};

/// A user with the groups it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProfile {
    /// The account.
    pub user: User,
    /// Ascending by id. Empty when only the account was asked for ([`crate::ProfileDepth::Account`]).
    pub groups: Vec<Group>,
}
