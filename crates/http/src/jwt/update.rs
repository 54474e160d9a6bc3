//! `/api/profile/{id}/update/`: one's own profile (contract `drf.md`, section 4).

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::UserProfile;

use crate::conditional::EntityTag;
use crate::failure::ApiError;
use crate::jwt::body::ProfileBody;
use crate::page::Controls;
use crate::profile_update;
use crate::serializer::{Field, metadata};
use crate::view::{Answer, Exchange, Spec, View};

const SPEC: Spec = Spec {
    name: "Update Profile",
    description: "Update the profile of the authenticated user.",
    allow: "PUT, PATCH, OPTIONS",
    ..Spec::VIEW
};

/// The view. PUT is as partial as PATCH.
pub(super) struct Update {
    pub(super) fields: Vec<Field>,
}

impl View for Update {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Answer, ApiError>> {
        async move {
            match *exchange.method {
                Method::PUT | Method::PATCH => self.update(exchange).await,
                Method::OPTIONS => Ok(exchange.ok(&metadata(&SPEC, exchange, None))),
                _ => exchange.unknown_method(),
            }
        }
        .boxed_local()
    }

    fn controls<'a>(
        &'a self,
        exchange: &'a Exchange<'a>,
    ) -> LocalBoxFuture<'a, Result<Controls, ApiError>> {
        let shown = own_profile(exchange).map(|profile| {
            let body = ProfileBody::new(&profile.user);
            Controls::default().form(&["PATCH", "PUT"], &self.fields, &body)
        });
        future::ready(shown).boxed_local()
    }
}

/// The caller's profile, if the path names it.
fn own_profile<'a>(exchange: &'a Exchange<'_>) -> Result<&'a UserProfile, ApiError> {
    let profile = &exchange.caller()?.profile;
    if exchange.parameters.id(0) == profile.user.id.0 {
        Ok(profile)
    } else {
        Err(ApiError::PermissionDenied)
    }
}

impl Update {
    async fn update(&self, exchange: &Exchange<'_>) -> Result<Answer, ApiError> {
        // Before the body is looked at, and whether there is such a user or not.
        own_profile(exchange)?;
        let profile = profile_update::update(exchange, &self.fields, Vec::new()).await?;
        let tag = EntityTag::new(exchange, &profile, ());
        Ok(exchange.changed(&tag, &ProfileBody::new(&profile.user)))
    }
}
