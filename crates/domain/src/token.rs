//! Opaque tokens. Only their digests are stored (`decisions.md` 9).

use std::fmt;

use chrono::{DateTime, Duration, Utc};

use crate::{TokenId, UserId};

/// SHA-256 of a token's key.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(…)")
    }
}

/// The client that a token belongs to; any other is refused (contract `tower.md`, section 2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenClient {
    /// Address of the client, in the text form of `std::net::IpAddr`.
    pub address: String,
    /// `User-Agent` of the client; an absent header is a value, too.
    pub user_agent: Option<String>,
}

/// What decides whether a stored token may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenState {
    /// Identifier.
    pub id: TokenId,
    /// When it expires, UTC; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Every use moves the expiry on.
    pub is_sliding: bool,
    /// `None` works from anywhere.
    pub binding: Option<TokenClient>,
    /// A recent use: soon after one that was noted, others are not.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl TokenState {
    /// How much longer than its lifetime a sliding token lives at most, so that its expiry is moved that seldom.
    pub const LONGEST_EXCESS: Duration = Duration::minutes(1);

    /// Whether a use at `now` is to be noted, if `last_used_at` may be older than the last use by `precision`: a busy
    /// token costs a write in that time and not one a request.
    #[must_use]
    pub fn is_use_worth_noting(&self, now: DateTime<Utc>, precision: Duration) -> bool {
        self.last_used_at.is_none_or(|at| at <= now - precision)
    }

    /// Whether the token's time is over: exactly at its expiry it is.
    #[must_use]
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// The expiry that a use at `now` gives a sliding token, if it is worth a write.
    ///
    /// A token lives for the whole lifetime after each use, and longer by a twentieth of it or
    /// [`Self::LONGEST_EXCESS`], whichever is less: a busy client costs a write a while and not one a request.
    #[must_use]
    pub fn extension(&self, now: DateTime<Utc>, lifetime: Duration) -> Option<Extension> {
        let from = self.expires_at.filter(|_| self.is_sliding)?;
        let least = now + lifetime;
        let to = least + (lifetime / 20).min(Self::LONGEST_EXCESS);
        (from < least || from > to).then_some(Extension { from, to })
    }
}

/// The move of a sliding token's expiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The expiry that was there.
    pub from: DateTime<Utc>,
    /// The one that replaces it, or any earlier one.
    pub to: DateTime<Utc>,
}

/// A use of a token that is to be noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenUse {
    /// The token.
    pub token: TokenId,
    /// When it was used.
    pub at: DateTime<Utc>,
    /// How long after a use that was noted this one is not.
    pub precision: Duration,
    /// For a sliding token, if it is worth a write.
    pub extension: Option<Extension>,
}

/// The one credential that outlives the revocation of all others: that of the request which asks for it
/// (`decisions.md` 10).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CredentialRef {
    /// None does.
    #[default]
    None,
    /// An opaque token.
    Token(TokenId),
    /// A JSON Web Token, by its `jti`.
    Jwt(String),
}

/// A stored token, as its owner may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What decides its use.
    pub state: TokenState,
    /// The user it stands for.
    pub owner: UserId,
    /// First eight characters of the key, to recognise it by.
    pub prefix: String,
    /// What the owner calls it.
    pub label: String,
    /// UTC, microseconds.
    pub created_at: DateTime<Utc>,
}

/// A token to be stored. The key itself is known to its owner only.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// The user it stands for.
    pub owner: UserId,
    /// The epoch of the owner's credentials in which the right to a token was shown: none is stored once
    /// it has ended. `None` asks for no right.
    pub epoch: Option<i64>,
    /// SHA-256 of the key.
    pub digest: TokenDigest,
    /// First eight characters of the key.
    pub prefix: String,
    /// What the owner calls it.
    pub label: String,
    /// UTC, microseconds.
    pub created_at: DateTime<Utc>,
    /// When it expires, UTC; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Every use moves the expiry on.
    pub is_sliding: bool,
    /// `None` works from anywhere.
    pub binding: Option<TokenClient>,
}

impl NewToken {
    /// The token as it is once it is stored.
    #[must_use]
    pub fn stored_as(&self, id: TokenId) -> Token {
        Token {
            state: TokenState {
                id,
                expires_at: self.expires_at,
                is_sliding: self.is_sliding,
                binding: self.binding.clone(),
                last_used_at: None,
            },
            owner: self.owner,
            prefix: self.prefix.clone(),
            label: self.label.clone(),
            created_at: self.created_at,
        }
    }
}

/// What came of a wish for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IssueOutcome {
    /// It is stored.
    Token(Token),
    /// The owner holds as many as are allowed.
    LimitReached,
    /// The owner is gone or may not log in any more, or the credentials were revoked meanwhile.
    Revoked,
}
