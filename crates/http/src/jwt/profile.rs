//! `POST /api/profile/`: the profile of the token's user.

use actix_web::http::{Method, StatusCode};
use profiled_domain::ProfileDepth;
use profiled_rest::error::ApiError;
use profiled_rest::{
    Access, EntityTag, Operation, RequestContext, Resource, Spec, View, ViewResponse,
};

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
    let view = Resource::new(SPEC, ()).post(retrieve);
    Box::new(view.operations(|()| {
        let show = Operation::new(Method::POST).answers::<ProfileBody<'_>>(StatusCode::OK);
        vec![show.reads_version()]
    }))
}

async fn retrieve((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let profile = &context.caller()?.profile;
    let tag = EntityTag::new(context, profile, ());
    Ok(context.show(&tag, || ProfileBody::new(context, &profile.user)))
}
