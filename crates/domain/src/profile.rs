//! The aggregate that every dialect shows.

use crate::{Group, TokenState, User};

/// A user with the groups it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProfile {
    /// The account.
    pub user: User,
    /// Ascending by id. Empty at the depth of the account ([`crate::ProfileDepth::Account`]).
    pub groups: Vec<Group>,
}

/// A token together with its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenWithProfile {
    /// The token's state.
    pub token: TokenState,
    /// The user it stands for, active or not.
    pub profile: UserProfile,
}
