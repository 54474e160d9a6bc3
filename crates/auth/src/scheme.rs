//! The ways to authenticate.

use std::fmt;

/// A way to authenticate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `Token <key>`: Django REST framework's opaque tokens.
    Token,
    /// `Bearer <jwt>`: simplejwt's access tokens (RFC 6750 grammar).
    Bearer,
    /// `Basic <base64>`: username and password (RFC 7617).
    Basic,
    /// The cookie of a log-in, independent of any header.
    Session,
}

impl Scheme {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Token, Self::Bearer, Self::Basic, Self::Session];

    /// The word in metrics.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Bearer => "bearer",
            Self::Basic => "basic",
            Self::Session => "session",
        }
    }

    /// The word in the header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Token => "Token",
            Self::Bearer => "Bearer",
            Self::Basic => "Basic",
            Self::Session => "Session",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
