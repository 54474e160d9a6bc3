//! `/api/groups/{id}/users/{user_id}/`: a membership, for staff and admins.
//!
//! Both methods answer 204, whatever the membership was before: a client that repeats a request has what it
//! wants.

use actix_web::http::{Method, StatusCode};
use profiled_auth::audit::{Action, AuditOutcome, Object, Record};
use profiled_domain::{GroupId, Repository, RepositoryError, UserId, UserLookup, WriteContext};
use profiled_rest::error::ApiError;
use profiled_rest::{Access, Operation, RequestContext, Resource, Spec, View, ViewResponse};

use crate::drf::groups::NO_GROUP;
use crate::drf::users::NO_USER;

const SPEC: Spec = Spec {
    name: "Group Member",
    description: "Add the user to the group, or remove the user from it.",
    buttons: &["POST", "DELETE"],
    access: Access::StaffOrSuperuser,
    ..Spec::VIEW
};

/// The view. It reads no body.
pub(super) fn view() -> Box<dyn View> {
    let view = Resource::new(SPEC, ()).post(add).delete(remove);
    Box::new(view.operations(|()| {
        let write = |method| Operation::new(method).answers_nothing(StatusCode::NO_CONTENT);
        vec![write(Method::POST), write(Method::DELETE)]
    }))
}

async fn add((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let (group, user) = ends(context);
    let record = record(context, Action::GroupMemberAdd);
    let added = context.write(context.staff_or_admin()?, move |r, by| {
        record.log(r.add_member(group, user, by), AuditOutcome::of_change)
    });
    answer(added.await?)
}

async fn remove((): &(), context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
    let (group, user) = ends(context);
    let record = record(context, Action::GroupMemberRemove);
    let removed = context.write(context.staff_or_admin()?, move |r, by| {
        record.log(end(r, group, user, by), AuditOutcome::of_change)
    });
    answer(removed.await?)
}

/// The group and the user that the path names.
fn ends(context: &RequestContext<'_>) -> (GroupId, UserId) {
    let parameters = context.parameters;
    (GroupId(parameters.id(0)), UserId(parameters.id(1)))
}

fn record(context: &RequestContext<'_>, action: Action) -> Record {
    let (group, user) = ends(context);
    context
        .record(action)
        .on(Object::Group(group))
        .for_user(user)
}

fn answer(written: Result<bool, RepositoryError>) -> Result<ViewResponse, ApiError> {
    match written {
        Ok(_) => Ok(ViewResponse::no_content()),
        Err(RepositoryError::Missing("group")) => Err(NO_GROUP),
        Err(RepositoryError::Missing(_)) => Err(NO_USER),
        Err(error) => Err(error.into()),
    }
}

/// Ends a membership. If there was none, both ends must be there all the same.
fn end(
    repository: &dyn Repository,
    group: GroupId,
    user: UserId,
    by: WriteContext<'_>,
) -> Result<bool, RepositoryError> {
    if repository.remove_member(group, user, by)? {
        return Ok(true);
    }
    if repository.find_group_by_id(group)?.is_none() {
        return Err(RepositoryError::Missing("group"));
    }
    let found = repository.find_user(&UserLookup::Id(user))?;
    match found.filter(|user| user.deleted_at.is_none()) {
        Some(_) => Ok(false),
        None => Err(RepositoryError::Missing("user")),
    }
}
