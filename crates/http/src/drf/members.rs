//! `/api/groups/{id}/users/{user_id}/`: a membership, for staff and admins.
//!
//! Both methods answer 204, whatever the membership was before: a client that repeats a request has what it
//! wants.

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use profiled_auth::audit::{Action, Object, Outcome};
use profiled_domain::{Authority, GroupId, Repository, RepositoryError, UserId, UserKey};
use profiled_rest::error::ApiError;
use profiled_rest::{Access, RequestContext, Spec, View, ViewResponse};

use crate::drf::groups::NO_GROUP;
use crate::drf::users::NO_USER;
use crate::flows::options::metadata;

const SPEC: Spec = Spec {
    name: "Group Member",
    description: "Add the user to the group, or remove the user from it.",
    allow: "POST, DELETE, OPTIONS",
    buttons: &["POST", "DELETE"],
    access: Access::StaffOrAdmin,
    ..Spec::VIEW
};

/// The view. It reads no body.
pub(super) struct Member;

impl View for Member {
    fn spec(&self) -> &Spec {
        &SPEC
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        let group = GroupId(context.parameters.id(0));
        let user = UserId(context.parameters.id(1));
        async move {
            let rights = context.staff_or_admin()?;
            let record = |action| {
                context
                    .record(action)
                    .on(Object::Group(group))
                    .for_user(user)
            };
            let outcome = match *context.method {
                Method::POST => {
                    let record = record(Action::GroupMemberAdd);
                    let add = context.write(rights, move |r, by| {
                        record.tell(r.add_member(group, user, by), Outcome::of_change)
                    });
                    add.await?
                }
                Method::DELETE => {
                    let record = record(Action::GroupMemberRemove);
                    let remove = context.write(rights, move |r, by| {
                        record.tell(remove(r, group, user, by), Outcome::of_change)
                    });
                    remove.await?
                }
                Method::OPTIONS => return Ok(context.ok(&metadata(&SPEC, context, None))),
                _ => return context.unknown_method(),
            };
            match outcome {
                Ok(_) => Ok(ViewResponse::no_content()),
                Err(RepositoryError::Missing("group")) => Err(NO_GROUP),
                Err(RepositoryError::Missing(_)) => Err(NO_USER),
                Err(error) => Err(error.into()),
            }
        }
        .boxed_local()
    }
}

/// Ends a membership. If there was none, both ends must be there all the same.
fn remove(
    repository: &dyn Repository,
    group: GroupId,
    user: UserId,
    by: Option<&Authority>,
) -> Result<bool, RepositoryError> {
    if repository.remove_member(group, user, by)? {
        return Ok(true);
    }
    if repository.find_group_by_id(group)?.is_none() {
        return Err(RepositoryError::Missing("group"));
    }
    let found = repository.find_user(&UserKey::Id(user))?;
    match found.filter(|user| user.deleted_at.is_none()) {
        Some(_) => Ok(false),
        None => Err(RepositoryError::Missing("user")),
    }
}
