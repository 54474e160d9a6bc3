//! `POST /api/profile/`: the profile of the token's user.

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::Detail;
use profiled_rest::error::ApiError;
use profiled_rest::{Access, EntityTag, RequestContext, Spec, View, ViewResponse};

use crate::flows::options::metadata;
use crate::jwt::body::ProfileBody;

const SPEC: Spec = Spec {
    name: "Profile",
    description: "Retrieve the authenticated user profile information.",
    allow: "POST, OPTIONS",
    buttons: &["POST"],
    access: Access::Authenticated,
    detail: Detail::Account,
    ..Spec::VIEW
};

/// The view. POST reads nothing from its body (`decisions.md` 6).
pub(super) struct Profile;

impl View for Profile {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        future::ready(match *context.method {
            Method::POST => retrieve(context),
            Method::OPTIONS => Ok(context.ok(&metadata(&SPEC, context, None))),
            _ => context.unknown_method(),
        })
        .boxed_local()
    }
}

fn retrieve(context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let profile = &context.caller()?.profile;
    let tag = EntityTag::new(context, profile, ());
    Ok(context.show(&tag, || ProfileBody::new(&profile.user)))
}
