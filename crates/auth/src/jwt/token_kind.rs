//! The types of tokens.

use serde::{Deserialize, Serialize};

/// The types of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenType {
    /// Goes with requests.
    Access,
    /// Gives new access tokens.
    Refresh,
    /// Goes with requests, and gives its own successor.
    Sliding,
}

impl TokenType {
    /// The value of the claim that tells them apart.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
            Self::Sliding => "sliding",
        }
    }

    /// What simplejwt calls its class of them.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::Access => "AccessToken",
            Self::Refresh => "RefreshToken",
            Self::Sliding => "SlidingToken",
        }
    }
}
