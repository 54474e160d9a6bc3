//! Everything that can go wrong with a request, as data. Dialects hold the texts.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Write;

use actix_web::http::StatusCode;
use profiled_auth::{AuthError, JwtFault};
use profiled_domain::{RepositoryError, Wait};
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// Why a request is refused or fails. What is displayed goes into the log: it names the kind of fault, and
/// never quotes what was sent.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Credentials are missing or bad.
    #[error("not authenticated")]
    Unauthenticated(#[source] AuthError),
    /// What a body holds in place of credentials is not good: the dialect's text and code.
    #[error("refused: {detail}")]
    AuthenticationFailed {
        /// Text of the dialect.
        detail: Cow<'static, str>,
        /// Code of the dialect, where it has one.
        code: Option<&'static str>,
        /// What is wrong with a token, for the log.
        #[source]
        fault: Option<JwtFault>,
    },
    /// The caller may not do this.
    #[error("permission denied")]
    PermissionDenied,
    /// The caller may not do this: the dialect's text.
    #[error("forbidden{}", known_kind(.0))]
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
    /// The view does not have the method, which is named.
    #[error("method not allowed")]
    MethodNotAllowed(String),
    /// The query is invalid: the dialect's text.
    #[error("bad request{}", .0.known_kind())]
    BadRequest(ErrorDetail),
    /// The body is of a type that the view does not read: the header as it was sent.
    #[error("unsupported media type")]
    UnsupportedMediaType(String),
    /// The body holds fields that break their rules: the dialect's texts.
    #[error("invalid fields: {0}")]
    Invalid(FieldErrors),
    /// The object that a path names does not exist: the dialect's text.
    #[error("no such object: {0}")]
    NoSuchObject(&'static str),
    /// `If-Match` names another version than the stored one (RFC 9110, section 13.1.1).
    #[error("precondition failed")]
    PreconditionFailed,
    /// More bytes than the limit.
    #[error("request body too large")]
    BodyTooLarge,
    /// The body did not arrive in time.
    #[error("request body too slow")]
    BodyTooSlow,
    /// Too many requests, or too many failed log-ins: there is room again after this time.
    #[error("throttled for {} s", .0.seconds())]
    Throttled(Wait),
    /// The database cannot be reached, or a queue is full.
    #[error("service unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Our fault.
    #[error("internal error")]
    Internal(#[source] Box<dyn Error + Send + Sync>),
}

impl ApiError {
    /// Status of the answer, in every dialect.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::BadRequest(_) | Self::Invalid(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated(_) | Self::AuthenticationFailed { .. } => {
                StatusCode::UNAUTHORIZED
            }
            Self::PermissionDenied | Self::Forbidden(_) | Self::CrossOriginForm => {
                StatusCode::FORBIDDEN
            }
            Self::NotFound | Self::NoSuchObject(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// What is wrong with the fields of a body, in the order of the fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<(&'static str, Vec<String>)>);

/// What DRF calls errors of the body as a whole.
pub const NON_FIELD_ERRORS: &str = "non_field_errors";

impl FieldErrors {
    /// Nothing is wrong.
    pub const NONE: Self = Self(Vec::new());

    /// One message for one field.
    pub fn of(field: &'static str, message: impl Into<String>) -> Self {
        Self(vec![(field, vec![message.into()])])
    }

    /// Adds a message; a field stands where its first message came.
    pub fn push(&mut self, field: &'static str, message: impl Into<String>) {
        let known = self.0.iter_mut().find(|(name, _)| *name == field);
        match known {
            Some((_, messages)) => messages.push(message.into()),
            None => self.0.push((field, vec![message.into()])),
        }
    }

    /// `Ok` without any message.
    pub fn into_result(self) -> Result<(), ApiError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(ApiError::Invalid(self))
        }
    }

    /// Whether nothing has a message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts two fields last, in this order.
    pub fn sort_last(&mut self, first: &str, second: &str) {
        self.0.sort_by_key(|(name, _)| match *name {
            name if name == first => 1,
            name if name == second => 2,
            _ => 0,
        });
    }

    /// The messages of a field.
    #[must_use]
    pub fn of_field(&self, field: &str) -> &[String] {
        let named = self.0.iter().find(|(name, _)| *name == field);
        named.map_or(&[], |(_, messages)| messages)
    }

    /// The fields with their messages.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &[String])> {
        self.0.iter().map(|(name, messages)| (*name, &messages[..]))
    }

    /// Whether a field has a message.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(name, _)| *name == field)
    }
}

impl serde::Serialize for FieldErrors {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(field, messages)| (field, messages)))
    }
}

impl utoipa::PartialSchema for FieldErrors {
    fn schema() -> RefOr<Schema> {
        let text = Object::with_type(Type::String);
        let messages = ArrayBuilder::new().items(text).build();
        let fields = ObjectBuilder::new().additional_properties(Some(Schema::Array(messages)));
        let text =
            "Messages by the names of fields; non_field_errors are about the body as a whole.";
        fields.description(Some(text)).build().into()
    }
}

impl utoipa::ToSchema for FieldErrors {}

impl std::fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Messages may quote what was sent, which does not belong into a log.
        let names: Vec<&str> = self.0.iter().map(|(name, _)| *name).collect();
        f.write_str(&names.join(", "))
    }
}

/// `detail` of a 400: some of Tower's come as a list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum ErrorDetail {
    /// One text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

/// What texts begin with that name a kind of fault, as they stand in the log. All that may follow, and all other
/// texts, may quote a request.
const KNOWN_KINDS: [(&str, &str); 4] = [
    ("CSRF Failed", ": CSRF failed"),
    ("JSON parse error", ": JSON parse error"),
    ("Multipart form parse error", ": multipart parse error"),
    ("Unsupported charset", ": unsupported charset"),
];

/// The kind of fault that a text names, for the log.
fn known_kind(text: &str) -> &'static str {
    let mut kinds = KNOWN_KINDS.iter();
    let named = kinds.find(|(beginning, _)| text.starts_with(beginning));
    named.map_or("", |(_, kind)| kind)
}

impl ErrorDetail {
    fn known_kind(&self) -> &'static str {
        match self {
            Self::Text(text) => known_kind(text),
            Self::List(_) => "",
        }
    }
}

impl ApiError {
    /// Why credentials were refused, in a word for the log.
    pub(crate) fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::Unauthenticated(error) => Some(error.reason()),
            Self::AuthenticationFailed { fault, .. } => {
                Some(fault.map_or("credentials", JwtFault::reason))
            }
            Self::Throttled(_) => Some("throttled"),
            _ => None,
        }
    }

    /// Seconds after which the request may be sent again, where that may help.
    #[must_use]
    pub fn retry_after(&self) -> Option<i64> {
        match self {
            Self::Throttled(wait) => Some(wait.seconds()),
            Self::Unavailable(_) => Some(1),
            _ => None,
        }
    }
}

impl From<RepositoryError> for ApiError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Unavailable(_) => Self::Unavailable(Box::new(error)),
            RepositoryError::Stale => Self::PreconditionFailed,
            RepositoryError::Lapsed(_) => Self::PermissionDenied,
            other => Self::Internal(Box::new(other)),
        }
    }
}

impl From<AuthError> for ApiError {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Repository(error) => error.into(),
            AuthError::Throttled(wait) => Self::Throttled(wait),
            other => Self::Unauthenticated(other),
        }
    }
}

/// An error with its causes on one line, for the log.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a String cannot fail.
        let _ = write!(text, ": {cause}");
        source = cause.source();
    }
    text
}
