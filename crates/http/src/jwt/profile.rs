//! `POST /api/profile/`: the profile of the token's user.

use actix_web::http::{Method, StatusCode};
use profiled_domain::ProfileDepth;
use profiled_rest::error::ApiError;
use profiled_rest::fields::Field;
use profiled_rest::{
    Access, EntityTag, Operation, PageForms, RequestContext, Resource, Spec, View, ViewResponse,
};

use crate::jwt::body::ProfileBody;

const SPEC: Spec = Spec {
    name: "Profile",
    description: "Retrieve the authenticated user profile information.",
    buttons: &["POST"],
    access: Access::Authenticated,
    is_read_by_post: true,
    depth: ProfileDepth::Account,
    ..Spec::VIEW
};

/// The view. POST reads nothing from its body (`decisions.md` 6). `fields` are those that the path below changes.
pub(super) fn view(fields: Vec<Field>) -> Box<dyn View> {
    let view = Resource::new(SPEC, Profile { fields });
    let view = view.post(retrieve).forms(forms);
    Box::new(view.operations(|_| {
        let show = Operation::new(Method::POST).answers::<ProfileBody<'_>>(StatusCode::OK);
        vec![show.reads_version()]
    }))
}

struct Profile {
    fields: Vec<Field>,
}

async fn retrieve(_: &Profile, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let profile = &context.caller()?.profile;
    let tag = EntityTag::new(context, profile, ());
    Ok(context.show(&tag, || ProfileBody::new(context, &profile.user)))
}

/// What the paths below do, from the page of the profile.
async fn forms(view: &Profile, context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
    let user = &context.caller()?.profile.user;
    let path = |verb| format!("/api/profile/{}/{verb}/", user.id.0);
    let change = PageForms::default().form(
        &["PATCH", "PUT"],
        &view.fields,
        &ProfileBody::new(context, user),
    );
    let delete = PageForms::buttons(&["DELETE"]);
    Ok(PageForms::buttons(SPEC.buttons)
        .and(change.to(&context.origin.below(&path("update"))))
        .and(delete.to(&context.origin.below(&path("delete")))))
}
