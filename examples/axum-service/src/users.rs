//! Users, where this service keeps them: in memory, from a file. A table of a database would do as well.

use std::collections::HashMap;
use std::path::Path;

use chrono::{DateTime, Utc};
use profiled_domain::{
    CredentialsEpoch, Holder, HolderQuery, Person, TokenDigest, TokenId, TokenState, User, UserId,
    UserLookup,
};
use serde::Deserialize;

/// Users by id, and whose the opaque tokens are.
#[derive(Debug, Default)]
pub struct Users {
    by_id: HashMap<UserId, User>,
    tokens: HashMap<TokenDigest, (TokenState, UserId)>,
}

/// A user, as the file has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredUser {
    /// What JSON Web Tokens call the user.
    pub id: i64,
    /// The name.
    pub username: String,
    /// The e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Whether the user may come in.
    pub is_active: bool,
    /// How often all credentials of the user were revoked: tokens of `profiled` that are older are refused.
    #[serde(default)]
    pub epoch: i64,
    /// When that was last.
    #[serde(default)]
    pub revoked_at: Option<DateTime<Utc>>,
    /// Opaque tokens.
    #[serde(default)]
    pub tokens: Vec<StoredToken>,
}

/// An opaque token, whose key nobody but its owner knows.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredToken {
    /// SHA-256 of the key, in hexadecimal digits.
    pub sha256: String,
    /// When it expires; never, where that is left out.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// Why users cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UsersError {
    /// The file cannot be read.
    #[error("the file of users cannot be read: {0}")]
    File(#[from] std::io::Error),
    /// It is no list of users.
    #[error("the file of users is no list of users: {0}")]
    Json(#[from] serde_json::Error),
    /// A text that is no SHA-256.
    #[error("{0:?} is no SHA-256 in hexadecimal digits")]
    Digest(String),
}

impl Users {
    /// The users of a file.
    ///
    /// # Errors
    /// [`UsersError`]
    pub fn read(file: &Path) -> Result<Self, UsersError> {
        let stored: Vec<StoredUser> = serde_json::from_slice(&std::fs::read(file)?)?;
        Self::new(stored)
    }

    /// These users.
    ///
    /// # Errors
    /// [`UsersError::Digest`]
    pub fn new(stored: impl IntoIterator<Item = StoredUser>) -> Result<Self, UsersError> {
        let mut users = Self::default();
        for user in stored {
            let id = UserId(user.id);
            for token in &user.tokens {
                let digest = digest(&token.sha256)?;
                let state = state(users.tokens.len(), token);
                users.tokens.insert(digest, (state, id));
            }
            users.by_id.insert(id, account(user));
        }
        Ok(users)
    }

    /// The one question that is asked: whom does a credential stand for? Active or not, expired or not; the judgement is
    /// not made here.
    ///
    /// # Errors
    /// None: memory does not fail. A database does.
    #[expect(clippy::unused_async, reason = "a database would be awaited")]
    pub async fn find(&self, query: HolderQuery) -> Result<Option<Holder>, UsersError> {
        let (user, token) = match query {
            HolderQuery::Token(digest) => match self.tokens.get(&digest) {
                Some((token, owner)) => (self.by_id.get(owner), Some(token.clone())),
                None => (None, None),
            },
            HolderQuery::User(id) | HolderQuery::Account(UserLookup::Id(id)) => {
                (self.by_id.get(&id), None)
            }
            // Asked for where `JwtSettings` name users otherwise than by id, or take foreign issuers.
            HolderQuery::Account(_) | HolderQuery::Subject(_) => (None, None),
        };
        Ok(user.map(|user| Holder {
            token,
            ..Holder::from(user.clone())
        }))
    }
}

fn account(stored: StoredUser) -> User {
    User {
        person: Person {
            username: Some(stored.username),
            email: stored.email,
            ..Person::default()
        },
        is_active: stored.is_active,
        credentials: CredentialsEpoch {
            number: stored.epoch,
            changed_at: stored.revoked_at,
            ..CredentialsEpoch::default()
        },
        ..User::new(UserId(stored.id), DateTime::UNIX_EPOCH)
    }
}

fn state(number: usize, stored: &StoredToken) -> TokenState {
    TokenState {
        id: TokenId(i64::try_from(number).unwrap_or(i64::MAX)),
        expires_at: stored.expires_at,
        is_sliding: false,
        binding: None,
        last_used_at: None,
    }
}

fn digest(text: &str) -> Result<TokenDigest, UsersError> {
    let bytes = hex::decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    let bytes = bytes.ok_or_else(|| UsersError::Digest(text.to_owned()))?;
    Ok(TokenDigest(bytes))
}
