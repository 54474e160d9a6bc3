//! `/api/users/me/`: the caller's own profile, for staff and admins.

use std::sync::Arc;

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::Detail;
use profiled_rest::error::ApiError;
use profiled_rest::fields::Field;
use profiled_rest::{Access, EntityTag, PageForms, RequestContext, Spec, View, ViewResponse};

use crate::drf::body::MeBody;
use crate::flows::options::metadata;
use crate::flows::profile_update;
use crate::media::Media;
use crate::settings::GroupsForm;

const SPEC: Spec = Spec {
    name: "Retrieve Me",
    description: "Retrieve profile information of the current authenticated user.",
    allow: "GET, PUT, PATCH, HEAD, OPTIONS",
    access: Access::StaffOrAdmin,
    detail: Detail::Groups,
    ..Spec::VIEW
};

/// The view.
pub(super) struct Me {
    /// The form of `groups` unless `?groups=` says otherwise (`decisions.md` 3).
    pub(super) groups: GroupsForm,
    pub(super) fields: Vec<Field>,
    pub(super) media: Arc<Media>,
}

impl View for Me {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        async move {
            match *context.method {
                Method::GET => self.retrieve(context),
                Method::PUT | Method::PATCH => self.update(context).await,
                Method::OPTIONS => {
                    let writes = Some(("PUT", self.fields.as_slice()));
                    Ok(context.ok(&metadata(&SPEC, context, writes)))
                }
                _ => context.unknown_method(),
            }
        }
        .boxed_local()
    }

    fn forms<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<PageForms, ApiError>> {
        let shown = context.caller().map(|caller| {
            let body = MeBody::new(context, &caller.profile, self.groups.asked(context.query));
            PageForms::default().form(&["PATCH", "PUT"], &self.fields, &body)
        });
        future::ready(shown).boxed_local()
    }
}

impl Me {
    fn retrieve(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let profile = &context.caller()?.profile;
        let form = self.groups.asked(context.query);
        let tag = EntityTag::new(context, profile, form);
        Ok(context.show(&tag, || MeBody::new(context, profile, form)))
    }

    async fn update(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let form = self.groups.asked(context.query);
        let profile = profile_update::update(
            context,
            &self.media,
            &self.fields,
            context.staff_or_admin()?,
        )
        .await?;
        let tag = EntityTag::new(context, &profile, form);
        Ok(context.changed(&tag, &MeBody::new(context, &profile, form)))
    }
}
