//! `POST /api/profile/`: the profile of the token's user.

use profiled_domain::ProfileDepth;
use profiled_rest::error::ApiError;
use profiled_rest::{Access, EntityTag, RequestContext, Resource, Spec, View, ViewResponse};

use crate::jwt::body::ProfileBody;

const SPEC: Spec = Spec {
    name: "Profile",
    description: "Retrieve the authenticated user profile information.",
    buttons: &["POST"],
    access: Access::Authenticated,
    depth: ProfileDepth::Account,
    ..Spec::VIEW
};

/// The view. POST reads nothing from its body (`decisions.md` 6).
pub(super) fn view() -> Box<dyn View> {
    Box::new(Resource::new(SPEC, ()).post(retrieve))
}

async fn retrieve((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let profile = &context.caller()?.profile;
    let tag = EntityTag::new(context, profile, ());
    Ok(context.show(&tag, || ProfileBody::new(context, &profile.user)))
}
