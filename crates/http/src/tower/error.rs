//! Every status and text of the `tower` dialect (contract `tower.md`, sections 1.6 and 2.2).

use actix_web::http::StatusCode;
use profiled_auth::{AuthError, HeaderFault, Scheme};
use profiled_rest::error::{ApiError, ErrorDetail};
use profiled_rest::wire::json_writer::{self, Layout};
use profiled_rest::{ViewResponse, throttle};
use serde::Serialize;

#[derive(Serialize)]
struct Body {
    detail: ErrorDetail,
}

/// Status and body of an error.
pub(super) fn describe(error: &ApiError, layout: Layout) -> ViewResponse {
    if let ApiError::Invalid(fields) = error {
        return ViewResponse::new(StatusCode::BAD_REQUEST, json_writer::to_vec(fields, layout));
    }
    let (status, detail) = status_and_detail(error);
    ViewResponse::new(status, json_writer::to_vec(&Body { detail }, layout))
}

fn status_and_detail(error: &ApiError) -> (StatusCode, ErrorDetail) {
    let (status, text) = match error {
        ApiError::Unauthenticated(cause) => (StatusCode::UNAUTHORIZED, refusal(cause)),
        ApiError::Refused { detail, .. } => (StatusCode::UNAUTHORIZED, *detail),
        ApiError::PermissionDenied => (
            StatusCode::FORBIDDEN,
            "You do not have permission to perform this action.",
        ),
        ApiError::Forbidden(text) => {
            return (StatusCode::FORBIDDEN, ErrorDetail::Text(text.clone()));
        }
        ApiError::CrossOriginForm => (
            StatusCode::FORBIDDEN,
            "Cross-origin form posts are not allowed.",
        ),
        ApiError::NotFound => (StatusCode::NOT_FOUND, "Not found"),
        ApiError::NotAcceptable => (
            StatusCode::NOT_ACCEPTABLE,
            "Could not satisfy the request's Accept header",
        ),
        ApiError::MethodNotAllowed(method) => {
            let text = format!("Method '{method}' not allowed.");
            return (StatusCode::METHOD_NOT_ALLOWED, ErrorDetail::Text(text));
        }
        ApiError::BadRequest(detail) => return (StatusCode::BAD_REQUEST, detail.clone()),
        ApiError::Invalid(fields) => {
            return (
                StatusCode::BAD_REQUEST,
                ErrorDetail::Text(fields.to_string()),
            );
        }
        ApiError::UnsupportedMediaType(sent) => {
            let text = format!("Unsupported media type '{sent}' in request.");
            return (StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorDetail::Text(text));
        }
        ApiError::NoSuchObject(text) => (StatusCode::NOT_FOUND, *text),
        ApiError::PreconditionFailed => (StatusCode::PRECONDITION_FAILED, "Precondition failed."),
        ApiError::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "Request body too large."),
        ApiError::BodyTooSlow => (
            StatusCode::REQUEST_TIMEOUT,
            "The request body did not arrive in time.",
        ),
        ApiError::Throttled(wait) => {
            let text = ErrorDetail::Text(throttle::detail(*wait));
            return (StatusCode::TOO_MANY_REQUESTS, text);
        }
        ApiError::Unavailable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Service temporarily unavailable.",
        ),
        ApiError::Internal(_) => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "A server error occurred.",
        ),
    };
    (status, ErrorDetail::Text(text.to_owned()))
}

fn refusal(error: &AuthError) -> &'static str {
    match error {
        AuthError::Header {
            scheme: Scheme::Basic,
            fault: HeaderFault::NoCredentials,
        } => "Invalid basic header. No credentials provided.",
        AuthError::Header {
            scheme: Scheme::Basic,
            ..
        } => "Invalid basic header. Credentials string should not contain spaces.",
        AuthError::Header {
            fault: HeaderFault::NoCredentials,
            ..
        } => "Invalid token header. No credentials provided.",
        AuthError::Header {
            fault: HeaderFault::Spaces | HeaderFault::NotTwoParts,
            ..
        } => "Invalid token header. Token string should not contain spaces.",
        AuthError::InvalidPassword => "Invalid username/password",
        AuthError::Header {
            fault: HeaderFault::InvalidCharacters,
            ..
        }
        | AuthError::InvalidToken
        | AuthError::Jwt(_)
        | AuthError::PasswordChanged
        | AuthError::UserGone => "Invalid token",
        AuthError::TokenExpired => "Token is expired",
        AuthError::UserInactive(_) => "User inactive or deleted",
        AuthError::NotProvided | AuthError::Throttled(_) | AuthError::Repository(_) => {
            "Authentication credentials were not provided."
        }
    }
}
