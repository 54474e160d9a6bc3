//! The two types of tokens.

/// The two types of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// Goes with requests.
    Access,
    /// Gives new access tokens.
    Refresh,
}

impl TokenType {
    /// The value of the claim that tells them apart.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}
