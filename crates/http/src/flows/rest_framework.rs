//! What Django REST framework and simplejwt say, shared by the two dialects that speak for them
//! (contract `drf.md`, sections 3, 4 and 7; `decisions.md` 8).

use std::borrow::Cow;

use actix_web::http::StatusCode;
use profiled_auth::{ClassRefusal, JwtService, RefusalBody};
use profiled_rest::error::{ApiError, ErrorDetail, FieldErrors};
use profiled_rest::wire::json_writer::{self, Layout};
use profiled_rest::{NamedSchema, ViewResponse, throttle};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = Error)]
struct Body<'a> {
    #[schema(inline)]
    detail: &'a ErrorDetail,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    code: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Vec<Refused>>)]
    messages: Option<Vec<ClassRefusal>>,
}

/// As [`ClassRefusal`] is written.
#[derive(ToSchema)]
#[expect(dead_code, reason = "a description, of which no value is made")]
struct Refused {
    token_class: String,
    token_type: String,
    message: String,
}

/// Status and body of an error.
pub(crate) fn describe(error: &ApiError, layout: Layout) -> ViewResponse {
    let body = match error {
        ApiError::Invalid(fields) => json_writer::to_vec(fields, layout),
        ApiError::Unauthenticated(cause) => {
            let RefusalBody {
                detail,
                code,
                messages,
            } = cause.body();
            let detail = &ErrorDetail::Text(detail.to_owned());
            let body = Body {
                detail,
                code,
                messages,
            };
            json_writer::to_vec(&body, layout)
        }
        other => {
            let code = match other {
                ApiError::AuthenticationFailed { code, .. } => *code,
                _ => None,
            };
            let body = Body {
                detail: &detail(other),
                code,
                messages: None,
            };
            json_writer::to_vec(&body, layout)
        }
    };
    ViewResponse::new(error.status(), body)
}

/// What [`describe`] writes with a status.
pub(crate) fn error_schema(status: StatusCode) -> NamedSchema {
    let body = NamedSchema::of::<Body<'_>>();
    match status {
        StatusCode::BAD_REQUEST => NamedSchema::of::<FieldErrors>().or(body),
        _ => body,
    }
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
