//! Whom credentials stand for.

use profiled_domain::{
    ForeignSubject, Holder, HolderQuery, ProfileDepth, Repository, TokenDigest, TokenWithProfile,
    UserId,
};

/// The token of [`token`](super::people::token) with its user.
#[must_use]
pub fn token_holder(
    repository: &dyn Repository,
    number: u8,
    depth: ProfileDepth,
) -> Option<TokenWithProfile> {
    let query = HolderQuery::Token(TokenDigest([number; 32]));
    let found = repository.find_holder(query, depth).unwrap();
    found.and_then(Holder::into_token)
}

/// The user that a subject is bound to, deleted or not.
#[must_use]
pub fn bound(repository: &dyn Repository, subject: &ForeignSubject) -> Option<UserId> {
    let query = HolderQuery::Subject(subject.clone());
    let found = repository.find_holder(query, ProfileDepth::Account);
    found.unwrap().map(|holder| holder.profile.user.id)
}
