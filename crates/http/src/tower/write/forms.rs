//! What pages let a caller do (contract `tower.md`, section 12, items 3 and 7).

use profiled_domain::{Membership, Model, OrganizationId, Viewer};

use super::{membership, users};
use crate::failure::ApiError;
use crate::page::Controls;
use crate::tower::fields::{self, ObjectSchema};
use crate::tower::kind::{ObjectKind, Users};
use crate::tower::mount::Mount;
use crate::tower::object_detail;
use crate::view::Exchange;

/// Of a list of all objects of a kind.
pub(in crate::tower) async fn of_list<K: ObjectKind>(
    exchange: &Exchange<'_>,
) -> Result<Controls, ApiError> {
    let is_offered = super::may_create(exchange, K::MODEL).await?;
    Ok(create_form(K::SCHEMA, is_offered))
}

/// Of the people of an organization or a team.
pub(in crate::tower) async fn of_members(
    exchange: &Exchange<'_>,
    membership: Membership,
) -> Result<Controls, ApiError> {
    let (viewer, _) = membership::permit_change(exchange, membership).await?;
    Ok(create_form(fields::USER, users::may_create(&viewer)))
}

/// Of the teams of an organization.
pub(in crate::tower) async fn of_teams(
    exchange: &Exchange<'_>,
    organization: OrganizationId,
) -> Result<Controls, ApiError> {
    let (model, id) = (Model::Organization, organization.0);
    membership::permit(exchange, model, id, Viewer::right_to_change).await?;
    let names = [fields::NAME.name, fields::DESCRIPTION.name];
    Ok(Controls::default().raw_form(&["POST"], &names, &fields::TEAM.blank()))
}

fn create_form(schema: &'static ObjectSchema, is_offered: bool) -> Controls {
    let controls = Controls::default();
    if is_offered {
        controls.raw_form(&["POST"], &schema.names(), &schema.blank())
    } else {
        controls
    }
}

/// Of a user.
pub(in crate::tower) async fn of_user(
    exchange: &Exchange<'_>,
    id: i64,
) -> Result<Controls, ApiError> {
    let found = users::find(exchange, id).await?;
    if found.may_change() {
        Ok(change_form::<Users>(
            exchange,
            &found.user,
            found.may_delete(),
        ))
    } else {
        Ok(Controls::default())
    }
}

/// Of an organization or a team.
pub(in crate::tower) async fn of_named<K: ObjectKind>(
    exchange: &Exchange<'_>,
    id: i64,
) -> Result<Controls, ApiError> {
    let found = object_detail::find::<K>(exchange, id).await?;
    if found.may_change {
        Ok(change_form::<K>(exchange, &found.object, true))
    } else {
        Ok(Controls::default())
    }
}

fn change_form<K: ObjectKind>(
    exchange: &Exchange<'_>,
    object: &K::Object,
    may_delete: bool,
) -> Controls {
    let buttons: &[_] = if may_delete { &["DELETE"] } else { &[] };
    let body = K::body(object, Mount::of(exchange.path));
    Controls::buttons(buttons).raw_form(&["PUT", "PATCH"], &K::SCHEMA.names(), &body)
}
