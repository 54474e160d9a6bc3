//! The aggregate that every dialect shows.

use crate::{Group, PasswordHash, TokenState, User};

/// A user with the groups it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserProfile {
    /// The account. It is boxed: a profile passes many hands on its way from the storage to an answer.
    pub user: Box<User>,
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

/// Whom a credential stands for ([`crate::repository::HolderQuery`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The user, active or not.
    pub profile: UserProfile,
    /// The state of the opaque token that was asked for.
    pub token: Option<TokenState>,
    /// The stored password, where an account was asked for.
    pub password: Option<PasswordHash>,
}

/// A user without groups, whom no opaque token stands for.
impl From<User> for Holder {
    fn from(user: User) -> Self {
        Self {
            profile: UserProfile {
                user: Box::new(user),
                groups: Vec::new(),
            },
            token: None,
            password: None,
        }
    }
}

impl Holder {
    /// The token that was asked for, with its user.
    #[must_use]
    pub fn into_token(self) -> Option<TokenWithProfile> {
        let profile = self.profile;
        self.token.map(|token| TokenWithProfile { token, profile })
    }

    /// The account that was asked for, with the stored password.
    #[must_use]
    pub fn into_account(self) -> Option<(UserProfile, PasswordHash)> {
        let profile = self.profile;
        self.password.map(|password| (profile, password))
    }
}
