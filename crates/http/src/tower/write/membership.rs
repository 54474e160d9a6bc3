//! POST to lists that objects can be added to (contract `tower.md`, section 8.3). The read right on the object
//! that the list belongs to is checked already.

use actix_web::http::StatusCode;
use profiled_auth::audit::{Action, Object, Outcome};
use profiled_domain::{
    Authority, Condition, Membership, Model, ObjectState, OrganizationId, Relation, Repository,
    RepositoryError, Right, TeamChange, TeamId, UserId, Viewer,
};
use profiled_rest::error::{ApiError, Detail, FieldErrors};
use profiled_rest::wire::body::Value;
use profiled_rest::{RequestContext, ViewResponse};
use serde::Serialize;

use super::named::NamedForm;
use super::{teams, users};
use crate::tower::fields::{Mode, value_of};
use crate::tower::viewer::Caller;

/// What a body asks for.
enum Asked {
    Create(Value),
    Attach(Id),
    Detach(Id),
}

/// An identifier as it was sent; `None` for what is none.
type Id = Option<i64>;

#[derive(Serialize)]
struct Message {
    msg: &'static str,
}

impl Asked {
    /// The answer, if the body asks for nothing at all.
    async fn read(context: &RequestContext<'_>) -> Result<Result<Self, ViewResponse>, ApiError> {
        let body = value_of(context.data().await?);
        let refuse = |answer| Ok(Err(answer));
        if !matches!(body, Value::Object(_)) {
            let text = "invalid type for post data";
            return refuse(context.answer(StatusCode::BAD_REQUEST, &text));
        }
        let id = match body.get("id") {
            None | Some(Value::Null) => None,
            Some(Value::Text(text)) if text.text.is_empty() => None,
            Some(Value::Text(text)) => Some(text.text.trim().parse().ok()),
            Some(Value::Number(digits)) => Some(digits.parse().ok()).filter(|id| *id != Some(0)),
            Some(Value::Bool(_) | Value::List(_) | Value::Object(_)) => Some(None),
        };
        let detaches = body.get("disassociate").is_some();
        Ok(Ok(match id {
            Some(id) if detaches => Self::Detach(id),
            Some(id) => Self::Attach(id),
            None if detaches => {
                let msg = "\"id\" is required to disassociate";
                return refuse(context.answer(StatusCode::BAD_REQUEST, &Message { msg }));
            }
            None => Self::Create(body),
        }))
    }
}

/// POST to users or admins of an organization, or to users of a team.
pub(in crate::tower) async fn post(
    context: &RequestContext<'_>,
    membership: Membership,
) -> Result<ViewResponse, ApiError> {
    let asked = match Asked::read(context).await? {
        Ok(asked) => asked,
        Err(answer) => return Ok(answer),
    };
    match asked {
        Asked::Create(body) => create(context, membership, &body).await,
        Asked::Attach(id) => attach(context, membership, id).await,
        Asked::Detach(id) => detach(context, membership, id).await,
    }
}

async fn create(
    context: &RequestContext<'_>,
    membership: Membership,
    body: &Value,
) -> Result<ViewResponse, ApiError> {
    let valid = users::Valid::of(context, body).await?;
    let (viewer, right) = permit_change(context, membership).await?;
    valid.permit(&viewer)?;
    let rights = vec![right, viewer.right_to_create_users()];
    let (new, now) = (valid.hashed(context).await?, context.services.now());
    let record = context.record(Action::UserCreate);
    let addition = context.record(Action::of_membership(membership, true));
    let create = move |repository: &dyn Repository, by: Option<&Authority>| {
        let created = repository.create_user_in(membership, &new, by, now);
        let created = record.tell_made(created, |record, user| record.on(Object::User(user.id)));
        addition
            .on(membership)
            .tell_made(created, |record, user| record.for_user(user.id))
    };
    let user = context.write(rights, create).await?.map_err(gone)?;
    users::answer_created(context, &user)
}

async fn attach(
    context: &RequestContext<'_>,
    membership: Membership,
    id: Id,
) -> Result<ViewResponse, ApiError> {
    let id = known(context, Model::User, id).await?;
    let (_, right) = permit_change(context, membership).await?;
    let (_, child) = permit(context, Model::User, id, Viewer::right_to_read).await?;
    let (user, now) = (UserId(id), context.services.now());
    let record = context.record(Action::of_membership(membership, true));
    let record = record.on(membership).for_user(user);
    let add = move |repository: &dyn Repository, by: Option<&Authority>| {
        let added = repository.add_to(membership, user, by, now);
        record.tell(added, Outcome::of_change)
    };
    context
        .write(vec![right, child], add)
        .await?
        .map_err(gone)?;
    Ok(ViewResponse::no_content())
}

async fn detach(
    context: &RequestContext<'_>,
    membership: Membership,
    id: Id,
) -> Result<ViewResponse, ApiError> {
    let id = known(context, Model::User, id).await?;
    let (_, right) = permit_change(context, membership).await?;
    let (user, now) = (UserId(id), context.services.now());
    let record = context.record(Action::of_membership(membership, false));
    let record = record.on(membership).for_user(user);
    let remove = move |repository: &dyn Repository, by: Option<&Authority>| {
        let removed = repository.remove_from(membership, user, by, now);
        record.tell(removed, Outcome::of_change)
    };
    context.write(vec![right], remove).await?.map_err(gone)?;
    Ok(ViewResponse::no_content())
}

/// POST to the teams of an organization: a team belongs to one, so that adding it moves it here, and removing
/// it deletes it.
pub(in crate::tower) async fn post_team(
    context: &RequestContext<'_>,
    organization: OrganizationId,
) -> Result<ViewResponse, ApiError> {
    let asked = match Asked::read(context).await? {
        Ok(asked) => asked,
        Err(answer) => return Ok(answer),
    };
    match asked {
        Asked::Create(body) => {
            let mut errors = FieldErrors::default();
            let form = NamedForm::read(&body, Mode::Create, &mut errors);
            errors.into_result()?;
            let right = permit_change_of(context, organization).await?;
            let team = teams::insert(context, form.into_team(organization), right).await?;
            teams::answer_created(context, &team)
        }
        Asked::Attach(id) => {
            let id = known(context, Model::Team, id).await?;
            let right = permit_change_of(context, organization).await?;
            // It is taken away from where it is.
            let (_, team) = permit(context, Model::Team, id, Viewer::right_to_change).await?;
            let change = TeamChange {
                organization: Some(organization),
                ..TeamChange::default()
            };
            if !is_here(context, organization, id).await? {
                let rights = vec![right, team];
                teams::change_team(context, TeamId(id), change, rights).await?;
            }
            Ok(ViewResponse::no_content())
        }
        Asked::Detach(id) => {
            let id = known(context, Model::Team, id).await?;
            let right = permit_change_of(context, organization).await?;
            // Who may change this organization has no say in teams of others.
            if is_here(context, organization, id).await? {
                let here = Right {
                    model: Model::Team,
                    id,
                    condition: belongs_to(organization),
                };
                teams::remove(context, TeamId(id), vec![right, here]).await?;
            }
            Ok(ViewResponse::no_content())
        }
    }
}

/// Only who may change what the membership is of goes on.
pub(super) async fn permit_change(
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

async fn permit_change_of(
    context: &RequestContext<'_>,
    organization: OrganizationId,
) -> Result<Right, ApiError> {
    let (model, id) = (Model::Organization, organization.0);
    let (_, right) = permit(context, model, id, Viewer::right_to_change).await?;
    Ok(right)
}

/// An identifier that some object of the model has or had.
async fn known(context: &RequestContext<'_>, model: Model, id: Id) -> Result<i64, ApiError> {
    let unknown = || {
        let name = match model {
            Model::Team => "Team",
            _ => "User",
        };
        let text = format!("{name} matching query does not exist.");
        ApiError::BadRequest(Detail::Text(text))
    };
    let id = id.ok_or_else(unknown)?;
    let look_up = move |repository: &dyn Repository| repository.object_state(model, id);
    match context.services.blocking(look_up).await?? {
        ObjectState::Missing => Err(unknown()),
        ObjectState::Present | ObjectState::Gone => Ok(id),
    }
}

/// Only who has the right to a live object goes on.
pub(super) async fn permit(
    context: &RequestContext<'_>,
    model: Model,
    id: i64,
    right: fn(&Viewer, Model, i64) -> Right,
) -> Result<(Viewer, Right), ApiError> {
    let caller = Caller::of(context)?;
    let look_up = move |repository: &dyn Repository| {
        let viewer = caller.viewer(repository)?;
        let right = right(&viewer, model, id);
        let is_permitted = if viewer.is_superuser {
            repository.object_state(model, id)? == ObjectState::Present
        } else {
            holds(repository, &right)?
        };
        Ok::<_, RepositoryError>((viewer, right, is_permitted))
    };
    let (viewer, right, is_permitted) = context.services.blocking(look_up).await??;
    if is_permitted {
        Ok((viewer, right))
    } else {
        Err(ApiError::PermissionDenied)
    }
}

/// Whether a team belongs to an organization.
async fn is_here(
    context: &RequestContext<'_>,
    organization: OrganizationId,
    team: i64,
) -> Result<bool, ApiError> {
    let here = belongs_to(organization);
    let look_up = move |repository: &dyn Repository| repository.holds(Model::Team, team, &[here]);
    Ok(context.services.blocking(look_up).await?? == [true])
}

fn belongs_to(organization: OrganizationId) -> Condition {
    Condition::related_to(Relation::TeamOrganization, organization.0)
}

fn holds(repository: &dyn Repository, right: &Right) -> Result<bool, RepositoryError> {
    let condition = std::slice::from_ref(&right.condition);
    Ok(repository.holds(right.model, right.id, condition)? == [true])
}

/// What was there a moment ago is not any more: the caller has no right to it.
fn gone(error: RepositoryError) -> ApiError {
    match error {
        RepositoryError::Missing(_) => ApiError::PermissionDenied,
        other => users::failed(other),
    }
}
