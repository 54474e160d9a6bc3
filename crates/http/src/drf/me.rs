//! `/api/users/me/`: the caller's own profile, for staff and admins.

use std::sync::Arc;

use actix_web::http::{Method, StatusCode};
use profiled_domain::ProfileDepth;
use profiled_rest::error::ApiError;
use profiled_rest::fields::Field;
use profiled_rest::{
    Access, EntityTag, Operation, PageForms, RequestContext, Resource, Spec, View, ViewResponse,
};

use crate::drf::profile::{MeBody, groups_parameter};
use crate::flows::profile_update;
use crate::media::Media;
use crate::settings::GroupsRepresentation;

const SPEC: Spec = Spec {
    name: "Retrieve Me",
    description: "Retrieve profile information of the current authenticated user.",
    access: Access::StaffOrSuperuser,
    depth: ProfileDepth::Groups,
    ..Spec::VIEW
};

/// The view. `groups` is the form of `groups` unless `?groups=` says otherwise (`decisions.md` 3).
pub(super) fn view(
    groups: GroupsRepresentation,
    fields: Vec<Field>,
    media: Arc<Media>,
) -> Box<dyn View> {
    let me = Me {
        groups,
        fields,
        media,
    };
    let view = Resource::new(SPEC, me).get(retrieve);
    let view = view.put(Me::update).patch(Me::update);
    let view = view.fields("PUT", |me| &me.fields).forms(forms);
    Box::new(view.operations(operations))
}

fn operations(me: &Me) -> Vec<Operation> {
    let operation = |method| {
        let answers = Operation::new(method).answers::<MeBody<'_>>(StatusCode::OK);
        answers.reads([groups_parameter()]).tagged()
    };
    let change = |method| operation(method).takes(&me.fields);
    let show = operation(Method::GET).describes::<MeBody<'_>, _>(&me.fields);
    vec![show, change(Method::PUT), change(Method::PATCH)]
}

struct Me {
    groups: GroupsRepresentation,
    fields: Vec<Field>,
    media: Arc<Media>,
}

impl Me {
    async fn update(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let form = self.groups.requested(context.query);
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

async fn retrieve(me: &Me, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let profile = &context.caller()?.profile;
    let form = me.groups.requested(context.query);
    let tag = EntityTag::new(context, profile, form);
    Ok(context.show(&tag, || MeBody::new(context, profile, form)))
}

async fn forms(me: &Me, context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
    let profile = &context.caller()?.profile;
    let body = MeBody::new(context, profile, me.groups.requested(context.query));
    Ok(PageForms::default().form(&["PATCH", "PUT"], &me.fields, &body))
}
