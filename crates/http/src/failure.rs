//! Everything that can go wrong with a request, as data. Dialects hold the texts.

use std::error::Error;
use std::fmt::Write;

use profiled_auth::AuthError;
use profiled_domain::RepositoryError;

use crate::accept::Refusal;

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    /// Credentials are missing or bad.
    #[error("not authenticated")]
    Unauthenticated(#[source] AuthError),
    /// The caller may not do this.
    #[error("permission denied")]
    PermissionDenied,
    /// The caller may not do this: the dialect's text.
    #[error("forbidden: {0}")]
    Forbidden(String),
    /// A form was posted from a page of another origin.
    #[error("form posted from another origin")]
    CrossOriginForm,
    /// Nothing there.
    #[error("not found")]
    NotFound,
    /// No representation satisfies `Accept`.
    #[error("not acceptable")]
    NotAcceptable,
    /// The view does not know the method, which is told.
    #[error("method {0} is not allowed")]
    MethodNotAllowed(String),
    /// The query asks for something that makes no sense: the dialect's text.
    #[error("bad request: {0}")]
    BadRequest(Detail),
    /// More bytes than the limit.
    #[error("request body too large")]
    BodyTooLarge,
    /// The database cannot be reached, or a queue is full.
    #[error("service unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Our fault.
    #[error("internal error")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

/// `detail` of a 400: some of Tower's come as a list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub(crate) enum Detail {
    Text(String),
    List(Vec<String>),
}

impl std::fmt::Display for Detail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::List(texts) => f.write_str(&texts.join(", ")),
        }
    }
}

impl From<RepositoryError> for ApiError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Unavailable(_) => Self::Unavailable(Box::new(error)),
            other => Self::Internal(Box::new(other)),
        }
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Repository(error) => error.into(),
            other => Self::Unauthenticated(other),
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownFormat => Self::NotFound,
            Refusal::NotAcceptable => Self::NotAcceptable,
        }
    }
}

/// An error with its causes on one line, for the log.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
