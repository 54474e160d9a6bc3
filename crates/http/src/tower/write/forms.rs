//! What pages let a caller do (contract `tower.md`, section 12, items 3 and 7).

use profiled_domain::{Membership, Model, OrganizationId, Viewer};
use profiled_rest::error::ApiError;
use profiled_rest::{PageForms, RequestContext};

use super::{membership, users};
use crate::tower::details;
use crate::tower::fields::{self, Resource};
use crate::tower::kind::{ObjectKind, Users};
use crate::tower::mount::Mount;

/// Of a list of all objects of a kind.
pub(in crate::tower) async fn of_list<K: ObjectKind>(
    context: &RequestContext<'_>,
) -> Result<PageForms, ApiError> {
    let is_offered = super::may_create(context, K::MODEL).await?;
    Ok(create_form(K::FIELDS, is_offered))
}

/// Of the people of an organization or a team.
pub(in crate::tower) async fn of_members(
    context: &RequestContext<'_>,
    membership: Membership,
) -> Result<PageForms, ApiError> {
    let (viewer, _) = membership::permit_change(context, membership).await?;
    Ok(create_form(fields::USER, users::may_create(&viewer)))
}

/// Of the teams of an organization.
pub(in crate::tower) async fn of_teams(
    context: &RequestContext<'_>,
    organization: OrganizationId,
) -> Result<PageForms, ApiError> {
    let (model, id) = (Model::Organization, organization.0);
    membership::permit(context, model, id, Viewer::right_to_change).await?;
    let names = [fields::NAME.name, fields::DESCRIPTION.name];
    Ok(PageForms::default().raw_form(&["POST"], &names, &fields::TEAM.blank()))
}

fn create_form(resource: &'static Resource, is_offered: bool) -> PageForms {
    let forms = PageForms::default();
    if is_offered {
        forms.raw_form(&["POST"], &resource.names(), &resource.blank())
    } else {
        forms
    }
}

/// Of a user.
pub(in crate::tower) async fn of_user(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<PageForms, ApiError> {
    let found = users::find(context, id).await?;
    if found.may_change() {
        Ok(change_form::<Users>(
            context,
            &found.user,
            found.may_delete(),
        ))
    } else {
        Ok(PageForms::default())
    }
}

/// Of an organization or a team.
pub(in crate::tower) async fn of_named<K: ObjectKind>(
    context: &RequestContext<'_>,
    id: i64,
) -> Result<PageForms, ApiError> {
    let found = details::find::<K>(context, id).await?;
    if found.may_change {
        Ok(change_form::<K>(context, &found.object, true))
    } else {
        Ok(PageForms::default())
    }
}

fn change_form<K: ObjectKind>(
    context: &RequestContext<'_>,
    object: &K::Object,
    may_delete: bool,
) -> PageForms {
    let buttons: &[_] = if may_delete { &["DELETE"] } else { &[] };
    let body = K::body(object, Mount::of(context.path));
    PageForms::buttons(buttons).raw_form(&["PUT", "PATCH"], &K::FIELDS.names(), &body)
}
