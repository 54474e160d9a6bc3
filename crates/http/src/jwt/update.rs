//! `/api/profile/{id}/update/`: one's own profile (contract `drf.md`, section 4).

use std::sync::Arc;

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::UserProfile;
use profiled_rest::error::ApiError;
use profiled_rest::fields::Field;
use profiled_rest::{EntityTag, PageForms, RequestContext, Spec, View, ViewResponse};

use crate::flows::options::metadata;
use crate::flows::profile_update;
use crate::jwt::body::ProfileBody;
use crate::media::Media;

const SPEC: Spec = Spec {
    name: "Update Profile",
    description: "Update the profile of the authenticated user.",
    allow: "PUT, PATCH, OPTIONS",
    ..Spec::VIEW
};

/// The view. PUT is as partial as PATCH.
pub(super) struct Update {
    pub(super) fields: Vec<Field>,
    pub(super) media: Arc<Media>,
}

impl View for Update {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        async move {
            match *context.method {
                Method::PUT | Method::PATCH => self.update(context).await,
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
        let shown = own_profile(context).map(|profile| {
            let body = ProfileBody::new(&profile.user);
            PageForms::default().form(&["PATCH", "PUT"], &self.fields, &body)
        });
        future::ready(shown).boxed_local()
    }
}

/// The caller's profile, if the path names it.
fn own_profile<'a>(context: &'a RequestContext<'_>) -> Result<&'a UserProfile, ApiError> {
    let profile = &context.caller()?.profile;
    if context.parameters.id(0) == profile.user.id.0 {
        Ok(profile)
    } else {
        Err(ApiError::PermissionDenied)
    }
}

impl Update {
    async fn update(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        // Before the body is looked at, and whether there is such a user or not.
        own_profile(context)?;
        let profile =
            profile_update::update(context, &self.media, &self.fields, Vec::new()).await?;
        let tag = EntityTag::new(context, &profile, ());
        Ok(context.changed(&tag, &ProfileBody::new(&profile.user)))
    }
}
