//! What Django REST framework and simplejwt say of refused credentials (contract `drf.md`, sections 3 and 4).

use std::borrow::Cow;

use serde::Serialize;

use crate::error::{AuthError, HeaderFault, JwtFault};
use crate::jwt::TokenType;
use crate::scheme::Scheme;

/// The members of the body of a refusal, in their order, for an answer of 401 with [`Authenticator::challenge`] as its
/// `WWW-Authenticate`.
///
/// [`Authenticator::challenge`]: crate::Authenticator::challenge
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusalBody {
    /// For people.
    pub detail: &'static str,
    /// simplejwt's word for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// What each type of tokens that may go with requests says of this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub messages: Option<Vec<ClassRefusal>>,
}

/// Why a type of tokens refused a token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassRefusal {
    /// What simplejwt calls the class.
    pub token_class: &'static str,
    /// The type.
    pub token_type: &'static str,
    /// Why.
    pub message: Cow<'static, str>,
}

impl RefusalBody {
    /// The code of tokens that are not good, whatever is wrong with them.
    pub const NOT_VALID: &'static str = "token_not_valid";

    fn text(detail: &'static str) -> Self {
        Self {
            detail,
            code: None,
            messages: None,
        }
    }

    fn coded(detail: &'static str, code: &'static str) -> Self {
        Self {
            code: Some(code),
            ..Self::text(detail)
        }
    }

    fn not_valid(messages: Vec<ClassRefusal>) -> Self {
        let text = "Given token not valid for any token type";
        Self {
            messages: Some(messages),
            ..Self::coded(text, Self::NOT_VALID)
        }
    }
}

impl ClassRefusal {
    fn new(kind: TokenType, fault: JwtFault) -> Self {
        Self {
            token_class: kind.class(),
            token_type: kind.as_str(),
            message: fault.message(),
        }
    }
}

impl AuthError {
    /// What clients hear of it. Of [`Self::Throttled`] and [`Self::Repository`], which are no refusals, nothing is told.
    #[must_use]
    pub fn body(&self) -> RefusalBody {
        match self {
            Self::Header {
                scheme: Scheme::Bearer,
                ..
            } => RefusalBody::coded(
                "Authorization header must contain two space-delimited values",
                "bad_authorization_header",
            ),
            Self::UserInactive(Scheme::Bearer) => {
                RefusalBody::coded("User is inactive", "user_inactive")
            }
            Self::UserGone => RefusalBody::coded("User not found", "user_not_found"),
            Self::PasswordChanged => {
                RefusalBody::coded("The user's password has been changed.", "password_changed")
            }
            Self::Jwt(JwtFault::NoUser) => RefusalBody::coded(
                "Token contained no recognizable user identification",
                RefusalBody::NOT_VALID,
            ),
            Self::Jwt(fault) => {
                RefusalBody::not_valid(vec![ClassRefusal::new(TokenType::Access, *fault)])
            }
            Self::JwtClasses(faults) => {
                let faults = faults.iter();
                let faults = faults.map(|(kind, fault)| ClassRefusal::new(*kind, *fault));
                RefusalBody::not_valid(faults.collect())
            }
            Self::Header { fault, .. } => RefusalBody::text(match fault {
                HeaderFault::NoCredentials => "Invalid token header. No credentials provided.",
                HeaderFault::Spaces | HeaderFault::NotTwoParts => {
                    "Invalid token header. Token string should not contain spaces."
                }
                HeaderFault::InvalidCharacters => {
                    "Invalid token header. Token string should not contain invalid characters."
                }
            }),
            Self::UserInactive(_) => RefusalBody::text("User inactive or deleted."),
            Self::InvalidToken | Self::TokenExpired | Self::InvalidPassword => {
                RefusalBody::text("Invalid token.")
            }
            Self::NotProvided | Self::Throttled(_) | Self::Repository(_) => {
                RefusalBody::text("Authentication credentials were not provided.")
            }
        }
    }
}
