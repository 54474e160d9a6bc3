//! Refresh tokens, as far as they have to be remembered: those that were rotated or blacklisted. Any
//! other is good without a trace, wherever it was made (contract `drf.md`, section 5).

use chrono::{DateTime, Duration, Utc};

use crate::UserId;

/// A refresh token by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// `jti`, unique, at most 128 characters.
    pub jti: String,
    /// When the token expires, UTC; afterwards its record may be deleted.
    pub expires_at: DateTime<Utc>,
}

/// What has become of a refresh token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefreshTokenState {
    /// It was blacklisted, or its family was revoked.
    pub is_blacklisted: bool,
    /// When another one took its place.
    pub rotated_at: Option<DateTime<Utc>>,
}

impl RefreshTokenState {
    /// Whether a use at `now` betrays that the token is in two hands: it was rotated, and longer ago than
    /// parallel requests of one client could be. Without a grace every use after the rotation does, whatever
    /// the clocks say: a request may wait for the rotation that it comes too late for.
    #[must_use]
    pub fn is_reuse(&self, now: DateTime<Utc>, grace: Duration) -> bool {
        self.rotated_at
            .is_some_and(|at| grace <= Duration::zero() || now > at + grace)
    }
}

/// The exchange of a refresh token for the next one of its family.
#[derive(Clone, Debug)]
pub struct Rotation {
    /// The one that was sent in.
    pub old: RefreshToken,
    /// The one that is handed out.
    pub new: RefreshToken,
    /// The user that both name.
    pub user: Option<UserId>,
    /// How long after its rotation the use of a token is no reuse. Uses do not prolong it.
    pub grace: Duration,
    /// Whether the old one is blacklisted at once: within the grace, too, its use is refused.
    pub blacklists: bool,
}

impl Rotation {
    /// What comes of it, after what has become of the old token.
    #[must_use]
    pub fn outcome(&self, old: RefreshTokenState, now: DateTime<Utc>) -> RotationOutcome {
        if old.is_reuse(now, self.grace) {
            RotationOutcome::Reused
        } else if old.is_blacklisted || (old.rotated_at.is_some() && self.blacklists) {
            RotationOutcome::Blacklisted
        } else {
            RotationOutcome::Rotated
        }
    }
}

/// What came of a [`Rotation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationOutcome {
    /// The new token is the next of the family, or a sibling of the last one.
    Rotated,
    /// The old one is blacklisted, or its family is revoked: nothing was handed out.
    Blacklisted,
    /// The old one was reused: the whole family is revoked now.
    Reused,
}
