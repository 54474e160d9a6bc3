//! Words for reasons, as metrics and the log have them. They are an interface: `docs/OPERATIONS.md` lists them.

use crate::error::{AuthError, JwtFault};
use crate::scheme::Scheme;
use crate::tally::Tally;

impl AuthError {
    /// Why, in a word.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotProvided => "not_provided",
            Self::Header { .. } => "header",
            Self::InvalidToken => "unknown_token",
            Self::TokenExpired => "expired",
            Self::InvalidPassword => "wrong_password",
            Self::UserInactive(_) => "inactive",
            Self::UserGone => "unknown_user",
            Self::PasswordChanged => "password_changed",
            Self::Jwt(fault) => fault.reason(),
            Self::JwtClasses(faults) => {
                // What the one type says that the token is of.
                let mut all = faults.iter().map(|(_, fault)| *fault);
                let meant = all.find(|fault| *fault != JwtFault::WrongType);
                meant.unwrap_or(JwtFault::WrongType).reason()
            }
            Self::Throttled(_) => "throttled",
            Self::Repository(_) => "unavailable",
        }
    }

    /// Counts it. Refused pairs of Basic are counted by the log-in that they are.
    pub fn count_in(&self, tally: &Tally) {
        match self.scheme() {
            Some(Scheme::Basic) if !matches!(self, Self::Header { .. }) => {}
            scheme => tally.refuse(scheme, self.reason()),
        }
    }

    /// The scheme of the credentials, if they are of one.
    #[must_use]
    pub fn scheme(&self) -> Option<Scheme> {
        match self {
            Self::Header { scheme, .. } | Self::UserInactive(scheme) => Some(*scheme),
            Self::InvalidToken | Self::TokenExpired => Some(Scheme::Token),
            Self::InvalidPassword | Self::Throttled(_) => Some(Scheme::Basic),
            Self::UserGone | Self::PasswordChanged | Self::Jwt(_) | Self::JwtClasses(_) => {
                Some(Scheme::Bearer)
            }
            Self::NotProvided | Self::Repository(_) => None,
        }
    }
}

impl JwtFault {
    /// Why, in a word.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Invalid => "claim",
            Self::Malformed => "malformed",
            Self::TooLong { .. } => "too_long",
            Self::Repeated => "repeated",
            Self::Header => "header_member",
            Self::Algorithm => "algorithm",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "signature",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::OtherIssuer => "issuer",
            Self::OtherAudience => "audience",
            Self::OtherClient => "client",
            Self::OtherHeaderType => "header_type",
            Self::Expired => "expired",
            Self::NoExpiry => "no_expiry",
            Self::NoId => "no_id",
            Self::NoType => "no_type",
            Self::WrongType => "type",
            Self::NoUser => "no_user",
            Self::Blacklisted => "blacklisted",
            Self::Revoked => "revoked",
            Self::KeyBound => "key_bound",
            Self::UnverifiedEmail => "unverified_email",
            Self::OtherSubject => "subject",
        }
    }
}
