//! `/api/users/` and `/api/users/{id}/`: everybody's profile, to be read by staff and admins.

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use profiled_domain::{Detail, UserId, UserProfile};
use profiled_rest::error::ApiError;
use profiled_rest::{Access, RequestContext, Spec, View, ViewResponse};

use crate::drf::body::MeBody;
use crate::drf::list::{Envelope, Paging};
use crate::flows::options::metadata;
use crate::settings::GroupsForm;

const LIST: Spec = Spec {
    name: "User List",
    allow: "GET, HEAD, OPTIONS",
    access: Access::StaffOrAdmin,
    ..Spec::VIEW
};

const DETAIL: Spec = Spec {
    name: "User Detail",
    ..LIST
};

pub(super) const NO_USER: ApiError = ApiError::NoSuchObject("No User matches the given query.");

/// All users who are not deleted, inactive ones too.
pub(super) struct UserList {
    pub(super) paging: Paging,
    pub(super) groups: GroupsForm,
}

impl View for UserList {
    fn spec(&self) -> &Spec {
        &LIST
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        async move {
            match *context.method {
                Method::GET => self.list(context).await,
                Method::OPTIONS => Ok(context.ok(&metadata(&LIST, context, None))),
                _ => context.unknown_method(),
            }
        }
        .boxed_local()
    }
}

impl UserList {
    async fn list(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let page = self.paging.asked(context.query)?;
        let found = context.services.blocking(move |r| r.list_profiles(page));
        let found = found.await??;
        let form = self.groups.asked(context.query);
        let users = found.items.iter();
        let bodies = users.map(|profile| MeBody::new(context, profile, form));
        let envelope = Envelope::new(context, page, found.total, bodies.collect())?;
        Ok(context.ok(&envelope))
    }
}

/// One user.
pub(super) struct UserDetail {
    pub(super) groups: GroupsForm,
}

impl View for UserDetail {
    fn spec(&self) -> &Spec {
        &DETAIL
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        async move {
            match *context.method {
                Method::GET => {
                    let profile = find(context).await?;
                    let form = self.groups.asked(context.query);
                    Ok(context.ok(&MeBody::new(context, &profile, form)))
                }
                Method::OPTIONS => Ok(context.ok(&metadata(&DETAIL, context, None))),
                _ => context.unknown_method(),
            }
        }
        .boxed_local()
    }
}

async fn find(context: &RequestContext<'_>) -> Result<UserProfile, ApiError> {
    let id = UserId(context.parameters.id(0));
    let found = context
        .services
        .blocking(move |repository| repository.find_profile(id, Detail::Groups));
    let present = |profile: &UserProfile| profile.user.deleted_at.is_none();
    found.await??.filter(present).ok_or(NO_USER)
}
