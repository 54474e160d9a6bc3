//! What the `jwt` dialect says otherwise than the framework (`decisions.md` 7 and 8).

use actix_web::http::StatusCode;
use profiled_auth::AuthError;
use profiled_rest::ViewResponse;
use profiled_rest::error::ApiError;
use profiled_rest::wire::json_writer::{self, Layout};
use serde::Serialize;

use crate::flows::rest_framework::{self, SERVER_ERROR};

#[derive(Serialize)]
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
