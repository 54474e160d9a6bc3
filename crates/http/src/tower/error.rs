//! Every status and text of the `tower` dialect (contract `tower.md`, sections 1.6 and 2.2).

use std::borrow::Cow;

use actix_web::http::StatusCode;
use profiled_auth::{AuthError, HeaderFault, JwtFault, Scheme};
use profiled_rest::error::{ApiError, ErrorDetail, FieldErrors};
use profiled_rest::wire::json_writer::{self, Layout};
use profiled_rest::{NamedSchema, ViewResponse, throttle};
use serde::Serialize;
use utoipa::ToSchema;

use crate::tower::write::Refused;

#[derive(Serialize, ToSchema)]
#[schema(as = tower::Error)]
struct Body {
    #[schema(inline)]
    detail: ErrorDetail,
}

/// Status and body of an error.
pub(super) fn describe(error: &ApiError, layout: Layout) -> ViewResponse {
    let body = if let ApiError::Invalid(fields) = error {
        json_writer::to_vec(fields, layout)
    } else {
        let detail = detail(error);
        json_writer::to_vec(&Body { detail }, layout)
    };
    ViewResponse::new(error.status(), body)
}

/// What [`describe`] writes with a status, and what a membership is refused with.
pub(super) fn schema(status: StatusCode) -> NamedSchema {
    let body = NamedSchema::of::<Body>();
    match status {
        StatusCode::BAD_REQUEST => {
            let fields = NamedSchema::of::<FieldErrors>().or(body);
            fields.or(NamedSchema::of::<Refused>())
        }
        _ => body,
    }
}

fn detail(error: &ApiError) -> ErrorDetail {
    let text: Cow<'_, str> = match error {
        ApiError::BadRequest(detail) => return detail.clone(),
        ApiError::Unauthenticated(cause) => refusal(cause),
        ApiError::AuthenticationFailed { detail: text, .. } => text.as_ref().into(),
        ApiError::NoSuchObject(text) => (*text).into(),
        ApiError::PermissionDenied => "You do not have permission to perform this action.".into(),
        ApiError::Forbidden(text) => text.into(),
        ApiError::CrossOriginForm => "Cross-origin form posts are not allowed.".into(),
        ApiError::NotFound => "Not found".into(),
        ApiError::NotAcceptable => "Could not satisfy the request's Accept header".into(),
        ApiError::MethodNotAllowed(method) => format!("Method '{method}' not allowed.").into(),
        ApiError::Invalid(fields) => fields.to_string().into(),
        ApiError::UnsupportedMediaType(sent) => {
            format!("Unsupported media type '{sent}' in request.").into()
        }
        ApiError::PreconditionFailed => "Precondition failed.".into(),
        ApiError::BodyTooLarge => "Request body too large.".into(),
        ApiError::BodyTooSlow => "The request body did not arrive in time.".into(),
        ApiError::Throttled(wait) => throttle::detail(*wait).into(),
        ApiError::Unavailable(_) => "Service temporarily unavailable.".into(),
        ApiError::Internal(_) => "A server error occurred.".into(),
    };
    ErrorDetail::Text(text.into_owned())
}

fn refusal(error: &AuthError) -> Cow<'static, str> {
    Cow::Borrowed(match error {
        AuthError::Jwt(fault @ JwtFault::TooLong { .. }) => return fault.message(),
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
        | AuthError::JwtClasses(_)
        | AuthError::PasswordChanged
        | AuthError::UserGone => "Invalid token",
        AuthError::TokenExpired => "Token is expired",
        AuthError::UserInactive(_) => "User inactive or deleted",
        AuthError::NotProvided | AuthError::Throttled(_) | AuthError::Repository(_) => {
            "Authentication credentials were not provided."
        }
    })
}
