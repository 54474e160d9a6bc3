//! What POST, PUT, PATCH and DELETE do (contract `tower.md`, sections 4, 6 and 8).

mod membership;
mod named;
mod new_user;
mod organizations;
mod teams;
mod user_form;
mod users;

pub(super) mod forms;
pub(super) mod members;
pub(super) mod organization_teams;

pub(super) use membership::Refused;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use profiled_rest::error::ApiError;
use profiled_rest::{RequestContext, ViewResponse};
use serde::Serialize;

use crate::tower::fields::Mode;

/// PUT or PATCH.
fn mode(context: &RequestContext<'_>) -> Mode {
    if *context.method == Method::PUT {
        Mode::Replace
    } else {
        Mode::Change
    }
}

/// 201 with the object at `path` below the mount.
fn created<T: Serialize>(
    context: &RequestContext<'_>,
    body: &T,
    path: std::fmt::Arguments<'_>,
) -> Result<ViewResponse, ApiError> {
    let location = format!("{}{}{path}", context.origin.root(), context.mount);
    let location =
        HeaderValue::from_str(&location).map_err(|error| ApiError::Internal(Box::new(error)))?;
    let answer = context.answer(StatusCode::CREATED, body);
    Ok(answer.with_header(header::LOCATION, location))
}
