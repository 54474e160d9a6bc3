//! POST to users or admins of an organization, or to users of a team (contract `tower.md`, section 8.3). The
//! right to read the object that the list belongs to is checked already.

use actix_web::http::{Method, StatusCode};
use profiled_auth::audit::{Action, AuditOutcome, Object};
use profiled_domain::{
    Membership, Model, Repository, RepositoryError, Right, User, UserId, Viewer, WriteContext,
};
use profiled_rest::error::ApiError;
use profiled_rest::wire::body::Value;
use profiled_rest::{Operation, PageForms, RequestContext, ViewResponse};

use super::forms;
use super::membership::{self, MembershipRequest, SentId, known_id, permit};
use super::new_user::{ValidNewUser, answer_created, may_create, to_error};
use crate::tower::body::UserBody;
use crate::tower::fields;
use crate::tower::object_list::ListPost;

/// POST adds a user to the object that the list belongs to, or removes one.
pub(in crate::tower) struct Members(pub(in crate::tower) fn(i64) -> Membership);

impl ListPost<User> for Members {
    fn operation(&self) -> Option<Operation> {
        let post = Operation::new(Method::POST).takes(membership::fields());
        let post = post.takes(fields::USER.written());
        let post = post.answers::<UserBody<'_>>(StatusCode::CREATED);
        let post = post.with_header("Location", "The new user.");
        Some(post.answers_nothing(StatusCode::NO_CONTENT))
    }

    async fn answer(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let membership = (self.0)(context.parameters.id(0));
        match MembershipRequest::read(context).await? {
            MembershipRequest::Create(body) => create(context, membership, &body).await,
            MembershipRequest::Attach(id) => attach(context, membership, id).await,
            MembershipRequest::Detach(id) => detach(context, membership, id).await,
            MembershipRequest::Refused(answer) => Ok(answer),
        }
    }

    async fn forms(&self, context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
        let membership = (self.0)(context.parameters.id(0));
        let (viewer, _) = permit_change(context, membership).await?;
        let forms = forms::create(context, fields::USER, may_create(&viewer));
        let removal: &[_] = &[("true", "Remove from this list")];
        Ok(forms::membership(
            forms,
            "Add or remove a user",
            Some(removal),
        ))
    }
}

async fn create(
    context: &RequestContext<'_>,
    membership: Membership,
    body: &Value,
) -> Result<ViewResponse, ApiError> {
    let valid = ValidNewUser::of(context, body).await?;
    let (viewer, right) = permit_change(context, membership).await?;
    valid.permit(&viewer)?;
    let rights = vec![right, viewer.right_to_create_users()];
    let new = valid.hashed(context).await?;
    let record = context.record(Action::UserCreate);
    let addition = context.record(Action::of_membership(membership, true));
    let create = move |repository: &dyn Repository, by: WriteContext<'_>| {
        let created = repository.create_user_in(membership, &new, by);
        let created = record.log_created(created, |record, user| record.on(Object::User(user.id)));
        addition
            .on(membership)
            .log_created(created, |record, user| record.for_user(user.id))
    };
    let user = context
        .write(rights, create)
        .await?
        .map_err(missing_as_denied)?;
    answer_created(context, &user)
}

async fn attach(
    context: &RequestContext<'_>,
    membership: Membership,
    id: SentId,
) -> Result<ViewResponse, ApiError> {
    let id = known_id(context, Model::User, id).await?;
    let (_, right) = permit_change(context, membership).await?;
    let (_, child) = permit(context, Model::User, id, Viewer::right_to_read).await?;
    let user = UserId(id);
    let record = context.record(Action::of_membership(membership, true));
    let record = record.on(membership).for_user(user);
    let add = move |repository: &dyn Repository, by: WriteContext<'_>| {
        let added = repository.add_to(membership, user, by);
        record.log(added, AuditOutcome::of_change)
    };
    context
        .write(vec![right, child], add)
        .await?
        .map_err(missing_as_denied)?;
    Ok(ViewResponse::no_content())
}

async fn detach(
    context: &RequestContext<'_>,
    membership: Membership,
    id: SentId,
) -> Result<ViewResponse, ApiError> {
    let id = known_id(context, Model::User, id).await?;
    let (_, right) = permit_change(context, membership).await?;
    let user = UserId(id);
    let record = context.record(Action::of_membership(membership, false));
    let record = record.on(membership).for_user(user);
    let remove = move |repository: &dyn Repository, by: WriteContext<'_>| {
        let removed = repository.remove_from(membership, user, by);
        record.log(removed, AuditOutcome::of_change)
    };
    context
        .write(vec![right], remove)
        .await?
        .map_err(missing_as_denied)?;
    Ok(ViewResponse::no_content())
}

/// The caller's right to change what the membership is of.
async fn permit_change(
    context: &RequestContext<'_>,
    membership: Membership,
) -> Result<(Viewer, Right), ApiError> {
    let (model, id) = match membership {
        Membership::OrganizationUser(id) | Membership::OrganizationAdmin(id) => {
            (Model::Organization, id.0)
        }
        Membership::TeamUser(id) => (Model::Team, id.0),
    };
    permit(context, model, id, Viewer::right_to_change).await
}

/// What has gone since its right was checked: the caller has no right to it any more.
fn missing_as_denied(error: RepositoryError) -> ApiError {
    match error {
        RepositoryError::Missing(_) => ApiError::PermissionDenied,
        other => to_error(other),
    }
}
