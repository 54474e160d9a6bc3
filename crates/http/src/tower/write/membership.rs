//! POST to lists that objects can be added to (contract `tower.md`, section 8.3). The read right on the object
//! that the list belongs to is checked already.

use actix_web::http::StatusCode;
use profiled_auth::audit::{Action, Object, Outcome};
use profiled_domain::{
    Authority, Condition, Membership, Model, ObjectState, OrganizationId, Relation, Repository,
    RepositoryError, Right, TeamChange, TeamId, UserId, Viewer,
};
use serde::Serialize;

use super::named::NamedForm;
use super::{teams, users};
use crate::content::Value;
use crate::failure::{ApiError, Detail, FieldErrors};
use crate::tower::caller::Caller;
use crate::tower::fields::{Mode, value_of};
use crate::view::{Answer, Exchange};

/// What a body asks for.
enum MembershipRequest {
    Create(Value),
    Attach(SentId),
    Detach(SentId),
}

/// An identifier as it was sent; `None` for what is none.
type SentId = Option<i64>;

#[derive(Serialize)]
struct Message {
    msg: &'static str,
}

impl MembershipRequest {
    /// The answer, if the body asks for nothing at all.
    async fn read(exchange: &Exchange<'_>) -> Result<Result<Self, Answer>, ApiError> {
        let body = value_of(exchange.data().await?);
        let refuse = |answer| Ok(Err(answer));
        if !matches!(body, Value::Object(_)) {
            let text = "invalid type for post data";
            return refuse(exchange.answer(StatusCode::BAD_REQUEST, &text));
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
                return refuse(exchange.answer(StatusCode::BAD_REQUEST, &Message { msg }));
            }
            None => Self::Create(body),
        }))
    }
}

/// POST to users or admins of an organization, or to users of a team.
pub(in crate::tower) async fn post(
    exchange: &Exchange<'_>,
    membership: Membership,
) -> Result<Answer, ApiError> {
    let asked = match MembershipRequest::read(exchange).await? {
        Ok(asked) => asked,
        Err(answer) => return Ok(answer),
    };
    match asked {
        MembershipRequest::Create(body) => create(exchange, membership, &body).await,
        MembershipRequest::Attach(id) => attach(exchange, membership, id).await,
        MembershipRequest::Detach(id) => detach(exchange, membership, id).await,
    }
}

async fn create(
    exchange: &Exchange<'_>,
    membership: Membership,
    body: &Value,
) -> Result<Answer, ApiError> {
    let valid = users::ValidNewUser::of(exchange, body).await?;
    let (viewer, right) = permit_change(exchange, membership).await?;
    valid.permit(&viewer)?;
    let rights = vec![right, viewer.right_to_create_users()];
    let (new, now) = (valid.hashed(exchange).await?, exchange.state.now());
    let record = exchange.record(Action::UserCreate);
    let addition = exchange.record(Action::of_membership(membership, true));
    let create = move |repository: &dyn Repository, by: Option<&Authority>| {
        let created = repository.create_user_in(membership, &new, by, now);
        let created = record.tell_made(created, |record, user| record.on(Object::User(user.id)));
        addition
            .on(membership)
            .tell_made(created, |record, user| record.for_user(user.id))
    };
    let user = exchange.write(rights, create).await?.map_err(gone)?;
    users::answer_created(exchange, &user)
}

async fn attach(
    exchange: &Exchange<'_>,
    membership: Membership,
    id: SentId,
) -> Result<Answer, ApiError> {
    let id = known(exchange, Model::User, id).await?;
    let (_, right) = permit_change(exchange, membership).await?;
    let (_, child) = permit(exchange, Model::User, id, Viewer::right_to_read).await?;
    let (user, now) = (UserId(id), exchange.state.now());
    let record = exchange.record(Action::of_membership(membership, true));
    let record = record.on(membership).for_user(user);
    let add = move |repository: &dyn Repository, by: Option<&Authority>| {
        let added = repository.add_to(membership, user, by, now);
        record.tell(added, Outcome::of_change)
    };
    exchange
        .write(vec![right, child], add)
        .await?
        .map_err(gone)?;
    Ok(Answer::no_content())
}

async fn detach(
    exchange: &Exchange<'_>,
    membership: Membership,
    id: SentId,
) -> Result<Answer, ApiError> {
    let id = known(exchange, Model::User, id).await?;
    let (_, right) = permit_change(exchange, membership).await?;
    let (user, now) = (UserId(id), exchange.state.now());
    let record = exchange.record(Action::of_membership(membership, false));
    let record = record.on(membership).for_user(user);
    let remove = move |repository: &dyn Repository, by: Option<&Authority>| {
        let removed = repository.remove_from(membership, user, by, now);
        record.tell(removed, Outcome::of_change)
    };
    exchange.write(vec![right], remove).await?.map_err(gone)?;
    Ok(Answer::no_content())
}

/// POST to the teams of an organization: a team belongs to one, so that adding it moves it here, and removing
/// it deletes it.
pub(in crate::tower) async fn post_team(
    exchange: &Exchange<'_>,
    organization: OrganizationId,
) -> Result<Answer, ApiError> {
    let asked = match MembershipRequest::read(exchange).await? {
        Ok(asked) => asked,
        Err(answer) => return Ok(answer),
    };
    match asked {
        MembershipRequest::Create(body) => {
            let mut errors = FieldErrors::default();
            let form = NamedForm::read(&body, Mode::Create, &mut errors);
            errors.into_result()?;
            let right = permit_change_of(exchange, organization).await?;
            let team = teams::insert(exchange, form.into_team(organization), right).await?;
            teams::answer_created(exchange, &team)
        }
        MembershipRequest::Attach(id) => {
            let id = known(exchange, Model::Team, id).await?;
            let right = permit_change_of(exchange, organization).await?;
            // It is taken away from where it is.
            let (_, team) = permit(exchange, Model::Team, id, Viewer::right_to_change).await?;
            let change = TeamChange {
                organization: Some(organization),
                ..TeamChange::default()
            };
            if !is_here(exchange, organization, id).await? {
                let rights = vec![right, team];
                teams::change_team(exchange, TeamId(id), change, rights).await?;
            }
            Ok(Answer::no_content())
        }
        MembershipRequest::Detach(id) => {
            let id = known(exchange, Model::Team, id).await?;
            let right = permit_change_of(exchange, organization).await?;
            // Who may change this organization has no say in teams of others.
            if is_here(exchange, organization, id).await? {
                let here = Right {
                    model: Model::Team,
                    id,
                    condition: belongs_to(organization),
                };
                teams::remove(exchange, TeamId(id), vec![right, here]).await?;
            }
            Ok(Answer::no_content())
        }
    }
}

/// Only who may change what the membership is of goes on.
pub(super) async fn permit_change(
    exchange: &Exchange<'_>,
    membership: Membership,
) -> Result<(Viewer, Right), ApiError> {
    let (model, id) = match membership {
        Membership::OrganizationUser(id) | Membership::OrganizationAdmin(id) => {
            (Model::Organization, id.0)
        }
        Membership::TeamUser(id) => (Model::Team, id.0),
    };
    permit(exchange, model, id, Viewer::right_to_change).await
}

async fn permit_change_of(
    exchange: &Exchange<'_>,
    organization: OrganizationId,
) -> Result<Right, ApiError> {
    let (model, id) = (Model::Organization, organization.0);
    let (_, right) = permit(exchange, model, id, Viewer::right_to_change).await?;
    Ok(right)
}

/// An identifier that some object of the model has or had.
async fn known(exchange: &Exchange<'_>, model: Model, id: SentId) -> Result<i64, ApiError> {
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
    match exchange.state.blocking(look_up).await?? {
        ObjectState::Missing => Err(unknown()),
        ObjectState::Present | ObjectState::Gone => Ok(id),
    }
}

/// Only who has the right to a live object goes on.
pub(super) async fn permit(
    exchange: &Exchange<'_>,
    model: Model,
    id: i64,
    right: fn(&Viewer, Model, i64) -> Right,
) -> Result<(Viewer, Right), ApiError> {
    let caller = Caller::of(exchange)?;
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
    let (viewer, right, is_permitted) = exchange.state.blocking(look_up).await??;
    if is_permitted {
        Ok((viewer, right))
    } else {
        Err(ApiError::PermissionDenied)
    }
}

/// Whether a team belongs to an organization.
async fn is_here(
    exchange: &Exchange<'_>,
    organization: OrganizationId,
    team: i64,
) -> Result<bool, ApiError> {
    let here = belongs_to(organization);
    let look_up = move |repository: &dyn Repository| repository.holds(Model::Team, team, &[here]);
    Ok(exchange.state.blocking(look_up).await?? == [true])
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
