//! What a look-up asks for and reads, and how that becomes a holder.

use profiled_domain::{
    Group, Holder, HolderQuery, PasswordHash, ProfileDepth, RepositoryError, User, UserProfile,
};

use crate::database::rows::{GroupRow, TokenStateRow, UserRow};

/// A query of a batch.
pub(super) type Wanted<'a> = (&'a HolderQuery, ProfileDepth);

/// The rows of a holder.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) user: Box<UserRow>,
    pub(super) token: Option<TokenStateRow>,
    pub(super) password: Option<String>,
    pub(super) groups: Vec<GroupRow>,
}

impl Found {
    pub(super) fn user(user: UserRow) -> Self {
        Self {
            user: Box::new(user),
            token: None,
            password: None,
            groups: Vec::new(),
        }
    }

    pub(super) fn token(token: TokenStateRow, user: UserRow) -> Self {
        Self {
            token: Some(token),
            ..Self::user(user)
        }
    }

    pub(super) fn account(user: UserRow, password: String) -> Self {
        Self {
            password: Some(password),
            ..Self::user(user)
        }
    }

    pub(super) fn with_groups(self, groups: Vec<GroupRow>) -> Self {
        Self { groups, ..self }
    }
}

impl TryFrom<Found> for Holder {
    type Error = RepositoryError;

    fn try_from(found: Found) -> Result<Self, Self::Error> {
        Ok(Self {
            profile: profile(*found.user, found.groups)?,
            token: found.token.map(Into::into),
            password: found.password.map(PasswordHash::from_encoded),
        })
    }
}

/// A profile from its rows.
pub(crate) fn profile(
    user: UserRow,
    groups: Vec<GroupRow>,
) -> Result<UserProfile, RepositoryError> {
    let groups = groups.into_iter().map(Group::from).collect();
    Ok(UserProfile {
        user: Box::new(User::try_from(user)?),
        groups,
    })
}
