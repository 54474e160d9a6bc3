//! What the `jwt` dialect says otherwise than the framework (`decisions.md` 7 and 8).

use actix_web::http::StatusCode;
use profiled_auth::AuthError;
use profiled_rest::error::ApiError;
use profiled_rest::wire::json_writer::{self, Layout};
use profiled_rest::{NamedSchema, ViewResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::flows::rest_framework::{self, SERVER_ERROR};

#[derive(Serialize, ToSchema)]
#[schema(as = jwt::Error)]
struct Body {
    error: &'static str,
}

/// Status and body of an error.
pub(super) fn describe(error: &ApiError, layout: Layout) -> ViewResponse {
    let (status, error) = match error {
        ApiError::Unauthenticated(AuthError::UserGone) => (
            StatusCode::NOT_FOUND,
            "The user cannot be found in the database.",
        ),
        ApiError::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR),
        other => return rest_framework::describe(other, layout),
    };
    ViewResponse::new(status, json_writer::to_vec(&Body { error }, layout))
}

/// What [`describe`] writes with a status.
pub(super) fn schema(status: StatusCode) -> NamedSchema {
    let usual = rest_framework::error_schema(status);
    match status {
        StatusCode::NOT_FOUND => NamedSchema::of::<Body>().or(usual),
        StatusCode::INTERNAL_SERVER_ERROR => NamedSchema::of::<Body>(),
        _ => usual,
    }
}
