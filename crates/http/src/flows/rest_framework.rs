//! What Django REST framework and simplejwt say, shared by the two dialects that speak for them
//! (contract `drf.md`, sections 3, 4 and 7; `decisions.md` 8).

use std::borrow::Cow;

use profiled_auth::JwtService;
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
}

/// Status and body of an error.
pub(crate) fn describe(error: &ApiError, layout: Layout) -> ViewResponse {
    let body = match error {
        ApiError::Invalid(fields) => json_writer::to_vec(fields, layout),
        ApiError::Unauthenticated(cause) => json_writer::to_vec(&cause.body(), layout),
        other => {
            let code = match other {
                ApiError::AuthenticationFailed { code, .. } => *code,
                _ => None,
            };
            let detail = &detail(other);
            json_writer::to_vec(&Body { detail, code }, layout)
        }
    };
    ViewResponse::new(error.status(), body)
}

fn detail(error: &ApiError) -> ErrorDetail {
    let text: Cow<'_, str> = match error {
        ApiError::BadRequest(detail) => return detail.clone(),
        ApiError::Unauthenticated(cause) => cause.body().detail.into(),
        ApiError::AuthenticationFailed { detail: text, .. } => text.as_ref().into(),
        ApiError::NoSuchObject(text) => (*text).into(),
        ApiError::PermissionDenied => "You do not have permission to perform this action.".into(),
        ApiError::Forbidden(text) => text.into(),
        ApiError::CrossOriginForm => "Cross-origin form posts are not allowed.".into(),
        ApiError::NotFound => "Not found.".into(),
        ApiError::NotAcceptable => "Could not satisfy the request Accept header.".into(),
        ApiError::MethodNotAllowed(method) => format!("Method \"{method}\" not allowed.").into(),
        ApiError::Invalid(fields) => fields.to_string().into(),
        ApiError::UnsupportedMediaType(sent) => {
            format!("Unsupported media type \"{sent}\" in request.").into()
        }
        ApiError::PreconditionFailed => "Precondition failed.".into(),
        ApiError::BodyTooLarge => "Request body too large.".into(),
        ApiError::BodyTooSlow => "The request body did not arrive in time.".into(),
        ApiError::Throttled(wait) => throttle::detail(*wait).into(),
        ApiError::Unavailable(_) => "Service temporarily unavailable.".into(),
        ApiError::Internal(_) => SERVER_ERROR.into(),
    };
    ErrorDetail::Text(text.into_owned())
}

/// How `curl` is given a token for requests.
pub(crate) fn curl_credentials(jwt: &JwtService) -> String {
    let (name, word) = (jwt.header_name(), jwt.header_word());
    format!("-H '{name}: {word} YOUR_TOKEN'")
}

/// Text of a 500 (`decisions.md` 8).
pub(crate) const SERVER_ERROR: &str = "A server error occurred.";
