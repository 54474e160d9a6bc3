//! The object that a list belongs to (contract `tower.md`, section 7).

use profiled_domain::{Condition, Model, ObjectState, Repository, RepositoryError};
use profiled_rest::RequestContext;
use profiled_rest::error::ApiError;

use crate::tower::caller::Caller;

/// Whether the caller may use the lists of an object.
///
/// # Errors
/// 404 for one that never was, 403 for one that is gone or that the caller may not read.
pub(super) async fn permit(
    context: &RequestContext<'_>,
    model: Model,
    id: i64,
) -> Result<(), ApiError> {
    let caller = Caller::of(context)?;
    let work = move |repository: &dyn Repository| is_readable(repository, caller, model, id);
    match context.services.lanes.read(work).await?? {
        Some(true) => Ok(()),
        Some(false) => Err(ApiError::PermissionDenied),
        None => Err(ApiError::NotFound),
    }
}

/// `None` for an object that never was.
fn is_readable(
    repository: &dyn Repository,
    caller: Caller,
    model: Model,
    id: i64,
) -> Result<Option<bool>, RepositoryError> {
    let may_read = caller.viewer_of_model(repository, model)?.may_read(model);
    let is_free = may_read == Condition::everything();
    if !is_free && repository.holds(model, id, &[may_read])? == [true] {
        return Ok(Some(true));
    }
    Ok(match repository.object_state(model, id)? {
        ObjectState::Present => Some(is_free),
        ObjectState::Gone => Some(false),
        ObjectState::Missing => None,
    })
}
