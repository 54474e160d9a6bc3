//! What POST, PUT, PATCH and DELETE do (contract `tower.md`, sections 4, 6 and 8).

mod named;
mod user_form;

pub(super) mod forms;
pub(super) mod membership;
pub(super) mod organizations;
pub(super) mod teams;
pub(super) mod users;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use profiled_domain::{Model, Repository, Viewer};
use profiled_rest::error::ApiError;
use profiled_rest::{RequestContext, ViewResponse};
use serde::Serialize;

use crate::tower::details::{self, Found};
use crate::tower::fields::Mode;
use crate::tower::kind::ObjectKind;
use crate::tower::mount::Mount;
use crate::tower::viewer::Caller;

/// The caller's rights, as far as no object is needed for them.
async fn viewer(context: &RequestContext<'_>) -> Result<Viewer, ApiError> {
    let caller = Caller::of(context)?;
    let look_up = move |repository: &dyn Repository| caller.viewer(repository);
    Ok(context.services.blocking(look_up).await??)
}

/// Whether the caller may create an object of a model in some list of all: of a team, that is told of superusers
/// only (contract `tower.md`, section 11).
pub(super) async fn may_create(
    context: &RequestContext<'_>,
    model: Model,
) -> Result<bool, ApiError> {
    match model {
        Model::User => Ok(users::may_create(&viewer(context).await?)),
        Model::Organization | Model::Team => Ok(Caller::of(context)?.is_superuser),
        Model::ActivityEvent => Ok(false),
    }
}

/// An object that the query selects; 403 unless the caller may change it.
async fn find_to_change<K: ObjectKind>(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<Found<K::Object>, ApiError> {
    let found = details::find::<K>(context, id).await?;
    if !found.may_change {
        return Err(ApiError::PermissionDenied);
    }
    details::check_selected::<K>(context, id).await?;
    Ok(found)
}

/// PUT or PATCH.
fn mode(context: &RequestContext<'_>) -> Mode {
    if *context.method == Method::PUT {
        Mode::Replace
    } else {
        Mode::Change
    }
}

/// 201 with the object that is at `place` under the mount.
fn created<T: Serialize>(
    context: &RequestContext<'_>,
    body: &T,
    place: std::fmt::Arguments<'_>,
) -> Result<ViewResponse, ApiError> {
    let (origin, mount) = (context.origin.as_str(), Mount::of(context.path));
    let location = format!("{origin}{}{place}", mount.prefix());
    let location =
        HeaderValue::from_str(&location).map_err(|error| ApiError::Internal(Box::new(error)))?;
    let answer = context.answer(StatusCode::CREATED, body);
    Ok(answer.with_header(header::LOCATION, location))
}
