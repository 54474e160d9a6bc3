//! `/api/profile/{id}/delete/`: one's own account (contract `drf.md`, section 4).

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_auth::audit::{Action, Object};
use profiled_domain::{AccountChange, UserId, UserKey};
use profiled_rest::error::ApiError;
use profiled_rest::{PageForms, RequestContext, Spec, View, ViewResponse};

use crate::flows::options::metadata;

const SPEC: Spec = Spec {
    name: "Delete User",
    description: "Delete the account of the authenticated user.",
    allow: "DELETE, OPTIONS",
    ..Spec::VIEW
};

/// The view.
pub(super) struct Delete;

impl View for Delete {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        async move {
            match *context.method {
                Method::DELETE => delete(context).await,
                Method::OPTIONS => Ok(context.ok(&metadata(&SPEC, context, None))),
                _ => context.unknown_method(),
            }
        }
        .boxed_local()
    }

    fn forms<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<PageForms, ApiError>> {
        let offered = context.caller().map(|caller| {
            let is_own = context.parameters.id(0) == caller.profile.user.id.0;
            PageForms::buttons(if is_own { &["DELETE"] } else { &[] })
        });
        future::ready(offered).boxed_local()
    }
}

async fn delete(context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let profile = &context.caller()?.profile;
    let (own, wanted) = (profile.user.id, UserId(context.parameters.id(0)));
    let state = context.services;
    if wanted != own {
        let found = state.blocking(move |repository| repository.find_user(&UserKey::Id(wanted)));
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
    let now = state.now();
    let record = context.record(Action::UserDelete).on(Object::User(own));
    let deleted = context.write(Vec::new(), move |repository, by| {
        let deleted = repository.delete_account(own, by, now);
        record.tell(deleted, |change| (*change).into())
    });
    match deleted.await?? {
        AccountChange::Done | AccountChange::Unchanged => Ok(ViewResponse::no_content()),
        AccountChange::Missing => Err(ApiError::NoSuchObject("No Users matches the given query.")),
        // Somebody has to be left who can administer the service.
        AccountChange::LastSuperuser => Err(ApiError::PermissionDenied),
    }
}
