//! Why credentials are refused, as data: dialects have texts and status codes of their own.

use std::borrow::Cow;

use profiled_domain::{RepositoryError, Wait};

use crate::jwt::TokenType;
use crate::scheme::Scheme;
use crate::throttle::ThrottleError;

/// Why a request is not authenticated.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// No credentials of a scheme that is taken here.
    #[error("no credentials were provided")]
    NotProvided,
    /// The header names a scheme and then breaks its grammar.
    #[error("malformed {scheme} header: {fault}")]
    Header {
        /// The scheme that the header names.
        scheme: Scheme,
        /// What is wrong.
        fault: HeaderFault,
    },
    /// No such opaque token, or it belongs to another client.
    #[error("unknown token")]
    InvalidToken,
    /// The opaque token's time is over.
    #[error("expired token")]
    TokenExpired,
    /// Basic: not a username and its password, or the user may not log in.
    #[error("wrong username or password")]
    InvalidPassword,
    /// Good credentials of a user who may not use them.
    #[error("inactive user ({0})")]
    UserInactive(Scheme),
    /// A good JSON Web Token of a user who does not exist.
    #[error("the token's user does not exist")]
    UserGone,
    /// A good JSON Web Token of a user who has another password now.
    #[error("the password has changed since the token was made")]
    PasswordChanged,
    /// The JSON Web Token itself is not good.
    #[error("bad access token: {0}")]
    Jwt(JwtFault),
    /// The same, as each of several types of tokens says that may go with requests, in the order of trial.
    #[error("bad token{}", told(.0))]
    JwtClasses(Vec<(TokenType, JwtFault)>),
    /// Too many passwords were wrong: nothing was verified.
    #[error("too many failed log-ins")]
    Throttled(Wait),
    /// The storage could not be asked.
    #[error(transparent)]
    Repository(#[from] RepositoryError),
}

impl From<ThrottleError> for AuthError {
    fn from(error: ThrottleError) -> Self {
        match error {
            ThrottleError::Throttled(wait) => Self::Throttled(wait),
            ThrottleError::Repository(error) => Self::Repository(error),
        }
    }
}

fn told(faults: &[(TokenType, JwtFault)]) -> String {
    let mut told = String::new();
    for (at, (kind, fault)) in faults.iter().enumerate() {
        let sign = if at == 0 { ": " } else { ", " };
        told = told + sign + "as " + kind.as_str() + " " + &fault.to_string();
    }
    told
}

/// What is wrong with the words of an `Authorization` header (contract `drf.md`, sections 3 and 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderFault {
    /// The scheme stands alone.
    #[error("no credentials after the scheme")]
    NoCredentials,
    /// More than one word after the scheme.
    #[error("blanks inside the credentials")]
    Spaces,
    /// Bytes that are not UTF-8.
    #[error("invalid characters")]
    InvalidCharacters,
    /// Bearer: not exactly two words.
    #[error("not two words")]
    NotTwoParts,
}

/// What is wrong with an access token; the first in the order of contract `drf.md`, section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtFault {
    /// Claims of odd types.
    #[error("a claim has a value that it cannot have")]
    Invalid,
    /// No three parts, or a header or payload that is no JSON object.
    #[error("no JSON Web Token of three parts")]
    Malformed,
    /// Longer than is looked at.
    #[error("longer than {limit} bytes (auth.jwt.max_token_bytes)")]
    TooLong {
        /// The setting.
        limit: u32,
    },
    /// A member of the header, or a claim of a foreign issuer, that is there twice.
    #[error("a member is there twice")]
    Repeated,
    /// `crit` or `b64` ask for what is not done here (RFC 7515, section 4.1.11), or `kid` is no text.
    #[error("crit, b64 or kid of the header are not understood")]
    Header,
    /// `alg` is not that of the key, or none that the issuer may use (RFC 8725, section 3.1).
    #[error("alg is none that is taken")]
    Algorithm,
    /// No key is there that the token may mean, and none was to be had.
    #[error("its key is not known")]
    UnknownKey,
    /// The signature is not that of any key that the token may mean.
    #[error("the signature does not verify")]
    Signature,
    /// `iat` or `nbf` lie ahead.
    #[error("not valid yet: {claim} is {ahead} s ahead")]
    NotYetValid {
        /// Which of them.
        claim: &'static str,
        /// By how many seconds, begun ones among them.
        ahead: u64,
    },
    /// `iss` is not the one that is configured.
    #[error("of another issuer (iss)")]
    OtherIssuer,
    /// `aud`, or the claim in its place, names none of the audiences that are configured.
    #[error("for another audience")]
    OtherAudience,
    /// Another client than those of `client_ids` has asked for it.
    #[error("of another client (azp, client_id)")]
    OtherClient,
    /// `typ` of the header is that of another kind of tokens (RFC 8725, section 3.11).
    #[error("typ of the header is that of another kind of token")]
    OtherHeaderType,
    /// `exp` is past.
    #[error("expired")]
    Expired,
    /// No `exp`.
    #[error("no exp claim")]
    NoExpiry,
    /// No `jti`.
    #[error("no jti claim")]
    NoId,
    /// No `token_type`.
    #[error("no token_type claim")]
    NoType,
    /// `token_type` is not `access`.
    #[error("wrong token_type")]
    WrongType,
    /// No claim that names a user.
    #[error("no user claim")]
    NoUser,
    /// A refresh token that was blacklisted, rotated, or is of a family that was revoked.
    #[error("blacklisted")]
    Blacklisted,
    /// Made before all credentials of its user were revoked.
    #[error("revoked")]
    Revoked,
    /// Bound to a key that a bearer does not prove (`cnf`, RFC 7800; RFC 9449, section 7.1).
    #[error("bound to a key, whose proof is not supported")]
    KeyBound,
    /// Names its user by an e-mail address that the issuer has not verified.
    #[error("e-mail address not verified")]
    UnverifiedEmail,
    /// Names a user who is bound to another subject of its issuer.
    #[error("the user is bound to another subject of the issuer")]
    OtherSubject,
}

impl JwtFault {
    /// What simplejwt says of it, which tells the reasons apart no further than clients may know. A length is no
    /// secret, and whoever sends a token that is too long can do something about it.
    #[must_use]
    pub fn message(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::TooLong { limit } => {
                return format!("Token is longer than {limit} bytes").into();
            }
            Self::Expired => "Token is expired",
            Self::NoExpiry => "Token has no 'exp' claim",
            Self::NoId => "Token has no id",
            Self::NoType => "Token has no type",
            Self::WrongType => "Token has wrong type",
            Self::Blacklisted | Self::Revoked => "Token is blacklisted",
            Self::Invalid
            | Self::Malformed
            | Self::Repeated
            | Self::Header
            | Self::Algorithm
            | Self::UnknownKey
            | Self::Signature
            | Self::NotYetValid { .. }
            | Self::OtherIssuer
            | Self::OtherAudience
            | Self::OtherClient
            | Self::OtherHeaderType
            | Self::NoUser
            | Self::KeyBound
            | Self::UnverifiedEmail
            | Self::OtherSubject => "Token is invalid",
        })
    }
}
