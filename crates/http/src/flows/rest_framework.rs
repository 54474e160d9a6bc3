//! What Django REST framework and simplejwt say, shared by the two dialects that speak for them
//! (contract `drf.md`, sections 3, 4 and 7; `decisions.md` 8).

use actix_web::http::StatusCode;
use profiled_auth::{AuthError, HeaderFault, JwtFault, Scheme};
use profiled_rest::ViewResponse;
use profiled_rest::error::{ApiError, ErrorDetail};
use profiled_rest::throttle;
use profiled_rest::wire::json_writer::{self, Layout};
use serde::Serialize;

#[derive(Serialize)]
struct Body<'a> {
    detail: &'a ErrorDetail,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    messages: Option<[Refused; 1]>,
}

/// Why the one class of tokens that is taken refused a token.
#[derive(Serialize)]
struct Refused {
    token_class: &'static str,
    token_type: &'static str,
    message: &'static str,
}

/// Status and body of an error.
pub(crate) fn describe(error: &ApiError, layout: Layout) -> ViewResponse {
    if let ApiError::Unauthenticated(cause) = error {
        let (detail, code, messages) = refusal(cause);
        let detail = &ErrorDetail::Text(detail.to_owned());
        let body = Body {
            detail,
            code,
            messages,
        };
        return ViewResponse::new(StatusCode::UNAUTHORIZED, json_writer::to_vec(&body, layout));
    }
    if let ApiError::Invalid(fields) = error {
        return ViewResponse::new(StatusCode::BAD_REQUEST, json_writer::to_vec(fields, layout));
    }
    let code = match error {
        ApiError::Refused { code, .. } => *code,
        _ => None,
    };
    let (status, detail) = status_and_detail(error);
    let body = Body {
        detail: &detail,
        code,
        messages: None,
    };
    ViewResponse::new(status, json_writer::to_vec(&body, layout))
}

fn status_and_detail(error: &ApiError) -> (StatusCode, ErrorDetail) {
    let (status, text) = match error {
        ApiError::Unauthenticated(_) => (StatusCode::UNAUTHORIZED, NOT_PROVIDED.to_owned()),
        ApiError::Refused { detail, .. } => (StatusCode::UNAUTHORIZED, (*detail).to_owned()),
        ApiError::PermissionDenied => {
            let text = "You do not have permission to perform this action.";
            (StatusCode::FORBIDDEN, text.to_owned())
        }
        ApiError::Forbidden(text) => (StatusCode::FORBIDDEN, text.clone()),
        ApiError::CrossOriginForm => (
            StatusCode::FORBIDDEN,
            "Cross-origin form posts are not allowed.".to_owned(),
        ),
        ApiError::NotFound => (StatusCode::NOT_FOUND, "Not found.".to_owned()),
        ApiError::NotAcceptable => {
            let text = "Could not satisfy the request Accept header.";
            (StatusCode::NOT_ACCEPTABLE, text.to_owned())
        }
        ApiError::MethodNotAllowed(method) => (
            StatusCode::METHOD_NOT_ALLOWED,
            format!("Method \"{method}\" not allowed."),
        ),
        ApiError::BadRequest(detail) => return (StatusCode::BAD_REQUEST, detail.clone()),
        ApiError::Invalid(fields) => (StatusCode::BAD_REQUEST, fields.to_string()),
        ApiError::UnsupportedMediaType(sent) => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format!("Unsupported media type \"{sent}\" in request."),
        ),
        ApiError::NoSuchObject(text) => (StatusCode::NOT_FOUND, (*text).to_owned()),
        ApiError::PreconditionFailed => (
            StatusCode::PRECONDITION_FAILED,
            "Precondition failed.".to_owned(),
        ),
        ApiError::BodyTooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "Request body too large.".to_owned(),
        ),
        ApiError::BodyTooSlow => (
            StatusCode::REQUEST_TIMEOUT,
            "The request body did not arrive in time.".to_owned(),
        ),
        ApiError::Throttled(wait) => (StatusCode::TOO_MANY_REQUESTS, throttle::detail(*wait)),
        ApiError::Unavailable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Service temporarily unavailable.".to_owned(),
        ),
        ApiError::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR.to_owned()),
    };
    (status, ErrorDetail::Text(text))
}

/// Text of a 500 (`decisions.md` 8).
pub(crate) const SERVER_ERROR: &str = "A server error occurred.";
const NOT_PROVIDED: &str = "Authentication credentials were not provided.";
const INVALID_TOKEN: &str = "Invalid token.";
pub(crate) const NOT_VALID: &str = "token_not_valid";

type RefusalText = (&'static str, Option<&'static str>, Option<[Refused; 1]>);

fn refusal(error: &AuthError) -> RefusalText {
    let text = match error {
        AuthError::Header {
            scheme: Scheme::Bearer,
            ..
        } => {
            let text = "Authorization header must contain two space-delimited values";
            return (text, Some("bad_authorization_header"), None);
        }
        AuthError::UserInactive(Scheme::Bearer) => {
            return ("User is inactive", Some("user_inactive"), None);
        }
        AuthError::UserGone => return ("User not found", Some("user_not_found"), None),
        AuthError::PasswordChanged => {
            let text = "The user's password has been changed.";
            return (text, Some("password_changed"), None);
        }
        AuthError::Jwt(JwtFault::NoUser) => {
            let text = "Token contained no recognizable user identification";
            return (text, Some(NOT_VALID), None);
        }
        AuthError::Jwt(fault) => {
            let text = "Given token not valid for any token type";
            return (text, Some(NOT_VALID), Some([access_token(*fault)]));
        }
        AuthError::Header { fault, .. } => match fault {
            HeaderFault::NoCredentials => "Invalid token header. No credentials provided.",
            HeaderFault::Spaces | HeaderFault::NotTwoParts => {
                "Invalid token header. Token string should not contain spaces."
            }
            HeaderFault::InvalidCharacters => {
                "Invalid token header. Token string should not contain invalid characters."
            }
        },
        AuthError::UserInactive(_) => "User inactive or deleted.",
        AuthError::InvalidToken | AuthError::TokenExpired | AuthError::InvalidPassword => {
            INVALID_TOKEN
        }
        AuthError::NotProvided | AuthError::Throttled(_) | AuthError::Repository(_) => NOT_PROVIDED,
    };
    (text, None, None)
}

fn access_token(fault: JwtFault) -> Refused {
    Refused {
        token_class: "AccessToken",
        token_type: "access",
        message: fault.message(),
    }
}
