//! `/api/profile/{id}/delete/`: one's own account (contract `drf.md`, section 4).

use actix_web::http::{Method, StatusCode};
use profiled_auth::audit::{Action, Object};
use profiled_domain::{AccountChangeOutcome, UserId, UserLookup};
use profiled_rest::error::ApiError;
use profiled_rest::{Operation, PageForms, RequestContext, Resource, Spec, View, ViewResponse};

const SPEC: Spec = Spec {
    name: "Delete User",
    description: "Delete the account of the authenticated user.",
    ..Spec::VIEW
};

/// The view.
pub(super) fn view() -> Box<dyn View> {
    let view = Resource::new(SPEC, ()).delete(delete).forms(forms);
    Box::new(view.operations(|()| {
        let delete = Operation::new(Method::DELETE).answers_nothing(StatusCode::NO_CONTENT);
        let delete = delete.refuses(StatusCode::FORBIDDEN).compares_version();
        vec![delete]
    }))
}

async fn forms((): &(), context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
    let is_own = context.parameters.id(0) == context.caller()?.profile.user.id.0;
    Ok(PageForms::buttons(if is_own { &["DELETE"] } else { &[] }))
}

async fn delete((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let profile = &context.caller()?.profile;
    let (own, wanted) = (profile.user.id, UserId(context.parameters.id(0)));
    let state = context.services;
    if wanted != own {
        let found = state
            .lanes
            .read(move |repository| repository.find_user(&UserLookup::Id(wanted)));
        let is_there = found.await??.is_some_and(|user| user.deleted_at.is_none());
        return Err(if is_there {
            ApiError::PermissionDenied
        } else {
            ApiError::NoSuchObject("No Users matches the given query.")
        });
    }
    if !context.precondition(profile)?.holds(profile.user.version) {
        return Err(ApiError::PreconditionFailed);
    }
    let record = context.record(Action::UserDelete).on(Object::User(own));
    let deleted = context.write(Vec::new(), move |repository, by| {
        let deleted = repository.delete_account(own, by);
        record.log(deleted, |change| (*change).into())
    });
    match deleted.await?? {
        AccountChangeOutcome::Done | AccountChangeOutcome::Unchanged => {
            Ok(ViewResponse::no_content())
        }
        AccountChangeOutcome::Missing => {
            Err(ApiError::NoSuchObject("No Users matches the given query."))
        }
        // One user has to be left who can administer the service.
        AccountChangeOutcome::LastSuperuser => Err(ApiError::PermissionDenied),
    }
}
