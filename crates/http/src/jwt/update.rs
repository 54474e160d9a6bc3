//! `/api/profile/{id}/update/`: one's own profile (contract `drf.md`, section 4).

use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use profiled_domain::UserProfile;
use profiled_rest::error::ApiError;
use profiled_rest::fields::Field;
use profiled_rest::{
    EntityTag, Operation, PageForms, RequestContext, Resource, Spec, View, ViewResponse,
};

use crate::flows::profile_update;
use crate::jwt::body::ProfileBody;
use crate::media::Media;

const SPEC: Spec = Spec {
    name: "Update Profile",
    description: "Update the profile of the authenticated user.",
    ..Spec::VIEW
};

/// The view. PUT is as partial as PATCH.
pub(super) fn view(fields: Vec<Field>, media: Arc<Media>) -> Box<dyn View> {
    let view = Resource::new(SPEC, Update { fields, media }).forms(forms);
    let view = view.put(Update::update).patch(Update::update);
    Box::new(view.operations(|update| {
        let change = |method| {
            let change = Operation::new(method).takes(&update.fields).tagged();
            let change = change.answers::<ProfileBody<'_>>(StatusCode::OK);
            change.refuses(StatusCode::FORBIDDEN)
        };
        let patch = change(Method::PATCH).describes::<ProfileBody<'_>, _>(&update.fields);
        vec![change(Method::PUT), patch]
    }))
}

struct Update {
    fields: Vec<Field>,
    media: Arc<Media>,
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
        Ok(context.changed(&tag, &ProfileBody::new(context, &profile.user)))
    }
}

async fn forms(view: &Update, context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
    let body = ProfileBody::new(context, &own_profile(context)?.user);
    Ok(PageForms::default().form(&["PATCH", "PUT"], &view.fields, &body))
}
