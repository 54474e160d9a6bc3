//! `/api/users/` and `/api/users/{id}/`: everybody's profile, to be read by staff and admins.

use profiled_domain::{HolderQuery, ProfileDepth, UserId, UserProfile};
use profiled_rest::error::ApiError;
use profiled_rest::{Access, PageForms, RequestContext, Resource, Spec, View, ViewResponse};

use crate::drf::list::{Envelope, Paging};
use crate::drf::profile::MeBody;
use crate::drf::search;
use crate::settings::GroupsRepresentation;

const LIST: Spec = Spec {
    name: "User List",
    access: Access::StaffOrSuperuser,
    ..Spec::VIEW
};

const DETAIL: Spec = Spec {
    name: "User Detail",
    ..LIST
};

pub(super) const NO_USER: ApiError = ApiError::NoSuchObject("No User matches the given query.");

/// All users who are not deleted, inactive ones too.
pub(super) fn list(paging: Paging, groups: GroupsRepresentation) -> Box<dyn View> {
    let view = Resource::new(LIST, UserList { paging, groups }).get(UserList::list);
    Box::new(view.forms(async |_, _| Ok(PageForms::default().filtered_by(search::FILTERS))))
}

struct UserList {
    paging: Paging,
    groups: GroupsRepresentation,
}

impl UserList {
    async fn list(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let page = self.paging.requested(context.query)?;
        let filter = search::requested(context.query)?;
        let found = context.list(move |r| r.list_profiles(&filter, page));
        let found = found.await??;
        let form = self.groups.requested(context.query);
        let users = found.items.iter();
        let bodies = users.map(|profile| MeBody::new(context, profile, form));
        let envelope = Envelope::new(context, page, found.total, bodies.collect())?;
        Ok(context.ok(&envelope))
    }
}

/// One user.
pub(super) fn detail(groups: GroupsRepresentation) -> Box<dyn View> {
    Box::new(Resource::new(DETAIL, groups).get(retrieve))
}

async fn retrieve(
    groups: &GroupsRepresentation,
    context: &RequestContext<'_>,
) -> Result<ViewResponse, ApiError> {
    let profile = find(context).await?;
    let form = groups.requested(context.query);
    Ok(context.ok(&MeBody::new(context, &profile, form)))
}

async fn find(context: &RequestContext<'_>) -> Result<UserProfile, ApiError> {
    let id = UserId(context.parameters.id(0));
    let query = HolderQuery::User(id);
    let found = context.services.lanes.find(query, ProfileDepth::Groups);
    let profile = found.await?.map(|holder| holder.profile);
    let present = |profile: &UserProfile| profile.user.deleted_at.is_none();
    profile.filter(present).ok_or(NO_USER)
}
