//! What Django REST framework and simplejwt say, shared by the two dialects that speak for them
//! (contract `drf.md`, sections 3, 4 and 7; `decisions.md` 8).

use std::borrow::Cow;

use actix_web::http::StatusCode;
use profiled_auth::{AuthError, HeaderFault, JwtFault, JwtService, Scheme, TokenType};
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
    #[schema(nullable = false)]
    messages: Option<Vec<Refused>>,
}

/// Why a class of tokens refused a token.
#[derive(Serialize, ToSchema)]
struct Refused {
    token_class: &'static str,
    token_type: &'static str,
    message: Cow<'static, str>,
}

/// Status and body of an error.
pub(crate) fn describe(error: &ApiError, layout: Layout) -> ViewResponse {
    let (code, messages) = match error {
        ApiError::Invalid(fields) => {
            return ViewResponse::new(error.status(), json_writer::to_vec(fields, layout));
        }
        ApiError::Unauthenticated(cause) => {
            let (_, code, messages) = refusal(cause);
            (code, messages)
        }
        ApiError::AuthenticationFailed { code, .. } => (*code, None),
        _ => (None, None),
    };
    let detail = &detail(error);
    let body = Body {
        detail,
        code,
        messages,
    };
    ViewResponse::new(error.status(), json_writer::to_vec(&body, layout))
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
        ApiError::Unauthenticated(cause) => refusal(cause).0.into(),
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
const NOT_PROVIDED: &str = "Authentication credentials were not provided.";
const INVALID_TOKEN: &str = "Invalid token.";
pub(crate) const NOT_VALID: &str = "token_not_valid";

type RefusalText = (&'static str, Option<&'static str>, Option<Vec<Refused>>);

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
            return not_valid(vec![refused(TokenType::Access, *fault)]);
        }
        AuthError::JwtClasses(faults) => {
            let faults = faults.iter().map(|(kind, fault)| refused(*kind, *fault));
            return not_valid(faults.collect());
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

fn not_valid(messages: Vec<Refused>) -> RefusalText {
    let text = "Given token not valid for any token type";
    (text, Some(NOT_VALID), Some(messages))
}

fn refused(kind: TokenType, fault: JwtFault) -> Refused {
    Refused {
        token_class: kind.class(),
        token_type: kind.as_str(),
        message: fault.message(),
    }
}
