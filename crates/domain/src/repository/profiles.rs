//! What every request asks of the storage.

use std::slice;

use super::error::RepositoryError;
use crate::{ForeignSubject, Holder, PasswordHash, TokenDigest, UserId, UserLookup, UserProfile};

/// How much of a profile to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProfileDepth {
    /// The account alone: [`UserProfile::groups`] stays empty.
    Account,
    /// The account and its groups.
    Groups,
}

/// Whom a credential stands for: what is looked up of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HolderQuery {
    /// The holder of an opaque token, with its state.
    Token(TokenDigest),
    /// The user of an id.
    User(UserId),
    /// A user with the stored password: for tokens that name the user otherwise than by id, or that end with
    /// the password.
    Account(UserLookup),
    /// The user that a subject of a foreign issuer is bound to.
    Subject(ForeignSubject),
}

/// Profiles of users, active or not.
pub trait ProfileRepository: Send + Sync {
    /// The holders that the queries ask for, in their order; `None` where there is none. Each answer shows the
    /// database as of one moment during the call, and is what it would be if it were asked for alone. The fault of
    /// one stored row ([`RepositoryError::Inconsistent`]) is the answer to the queries for it, and to no other.
    fn find_holders(
        &self,
        queries: &[(HolderQuery, ProfileDepth)],
    ) -> Vec<Result<Option<Holder>, RepositoryError>>;

    /// The holder that one query asks for.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_holder(
        &self,
        query: HolderQuery,
        depth: ProfileDepth,
    ) -> Result<Option<Holder>, RepositoryError> {
        let found = self.find_holders(slice::from_ref(&(query, depth))).pop();
        found.unwrap_or(Ok(None))
    }

    /// The profile of a user.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_profile(
        &self,
        id: UserId,
        depth: ProfileDepth,
    ) -> Result<Option<UserProfile>, RepositoryError> {
        let found = self.find_holder(HolderQuery::User(id), depth)?;
        Ok(found.map(|holder| holder.profile))
    }

    /// The profile of a user with the stored password.
    ///
    /// # Errors
    /// [`RepositoryError`] on failure of the storage.
    fn find_profile_with_password(
        &self,
        user: &UserLookup,
        depth: ProfileDepth,
    ) -> Result<Option<(UserProfile, PasswordHash)>, RepositoryError> {
        let found = self.find_holder(HolderQuery::Account(user.clone()), depth)?;
        Ok(found.and_then(Holder::into_account))
    }
}
