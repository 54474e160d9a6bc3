//! Writes of teams (contract `tower.md`, section 8.2).

use std::fmt::Display;

use profiled_auth::audit::{Action, AuditOutcome, Object};
use profiled_domain::{
    Model, NewTeam, ObjectState, OrganizationId, Repository, RepositoryError, Right, Team,
    TeamChange, TeamId, UniqueKey, WriteContext,
};
use profiled_rest::error::{ApiError, ErrorDetail, FieldErrors};
use profiled_rest::wire::body::{Value, number_text};
use profiled_rest::wire::number;
use profiled_rest::{PageForms, RequestContext, ViewResponse};

use super::named::NamedForm;
use super::{created, forms, mode};
use crate::tower::body::TeamBody;
use crate::tower::caller::Caller;
use crate::tower::fields::{Mode, ORGANIZATION_OF_TEAM, object, value_of};
use crate::tower::kind::WritableKind;
use crate::tower::object::load_changeable;

const BLANK: &str = "This field cannot be blank.";

/// What a body says of the organization of a team.
enum OrganizationInput {
    Absent,
    Null,
    Id(OrganizationId),
    /// No identifier: as it was sent.
    Wrong(String),
}

impl OrganizationInput {
    fn read(body: &Value) -> Self {
        let text = match body.get(ORGANIZATION_OF_TEAM.name) {
            None => return Self::Absent,
            Some(Value::Null) => return Self::Null,
            Some(Value::Text(text)) if text.text.is_empty() => return Self::Null,
            Some(Value::Number(digits)) => number_text(digits),
            Some(value @ Value::Text(_)) => value.to_python_str(),
            Some(other) => return Self::Wrong(other.to_python_str()),
        };
        match number::integer(&text) {
            Some(id) => Self::Id(OrganizationId(id)),
            None => Self::Wrong(text),
        }
    }

    /// The organization, if it is there.
    async fn known(
        &self,
        context: &RequestContext<'_>,
    ) -> Result<Option<OrganizationId>, ApiError> {
        let Self::Id(id) = *self else {
            return Ok(None);
        };
        let look_up =
            move |repository: &dyn Repository| repository.object_state(Model::Organization, id.0);
        let state = context.services.lanes.read(look_up).await??;
        Ok((state == ObjectState::Present).then_some(id))
    }
}

impl WritableKind for Team {
    async fn permit_create(context: &RequestContext<'_>) -> Result<(), ApiError> {
        let caller = Caller::of(context)?;
        if caller.is_superuser {
            return Ok(());
        }
        let body = value_of(context.peek().await?);
        let Some(id) = OrganizationInput::read(&body).known(context).await? else {
            let text = "Organization matching query does not exist.";
            return Err(ApiError::BadRequest(ErrorDetail::Text(text.to_owned())));
        };
        let look_up = move |repository: &dyn Repository| {
            let may_change = caller.viewer(repository)?.may_change(Model::Organization);
            repository.holds(Model::Organization, id.0, &[may_change])
        };
        if context.services.lanes.read(look_up).await?? == [true] {
            Ok(())
        } else {
            Err(ApiError::PermissionDenied)
        }
    }

    /// Superusers only, though others may create teams of their organizations (contract `tower.md`, section 11).
    async fn may_create(context: &RequestContext<'_>) -> Result<bool, ApiError> {
        Ok(Caller::of(context)?.is_superuser)
    }

    async fn create(context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let body = object(context.data().await?)?;
        let form = TeamForm::read(context, &body, Mode::Create).await?;
        let organization = form.organization.ok_or_else(|| invalid(BLANK.to_owned()))?;
        let right = Caller::viewer_of(context).await?;
        let right = right.right_to_change(Model::Organization, organization.0);
        let team = insert(context, form.named.into_team(organization), right).await?;
        answer_created(context, &team)
    }

    async fn update(context: &RequestContext<'_>, id: i64) -> Result<ViewResponse, ApiError> {
        let loaded = load_changeable::<Self>(context, id).await?;
        let body = object(context.data().await?)?;
        if let OrganizationInput::Id(wanted) = OrganizationInput::read(&body)
            && !loaded.caller.is_superuser
            && loaded
                .object
                .organization
                .is_none_or(|own| own.id != wanted)
        {
            let text = "Unable to change organization on a team";
            return Err(ApiError::Forbidden(text.to_owned()));
        }
        let form = TeamForm::read(context, &body, mode(context)).await?;
        let change = TeamChange {
            // For others it stays where it is, wherever that is by now.
            organization: form.organization.filter(|_| loaded.caller.is_superuser),
            name: form.named.name().map(str::to_owned),
            description: form.named.description,
        };
        let team = store_change(context, loaded.object.id, change, vec![loaded.right]).await?;
        Ok(context.ok(&TeamBody::new(&team, context.mount)))
    }

    async fn delete(context: &RequestContext<'_>, id: i64) -> Result<ViewResponse, ApiError> {
        let loaded = load_changeable::<Self>(context, id).await?;
        if remove(context, loaded.object.id, vec![loaded.right]).await? {
            Ok(ViewResponse::no_content())
        } else {
            Err(ApiError::NotFound)
        }
    }

    async fn forms(context: &RequestContext<'_>, id: i64) -> Result<PageForms, ApiError> {
        forms::change_or_delete::<Self>(context, id).await
    }
}

/// Stores a new team.
pub(super) async fn insert(
    context: &RequestContext<'_>,
    new: NewTeam,
    right: Right,
) -> Result<Team, ApiError> {
    let organization = new.organization;
    let record = context.record(Action::TeamCreate);
    let create = move |repository: &dyn Repository, by: WriteContext<'_>| {
        let created = repository.create_team(&new, by);
        record.log_created(created, |record, team| record.on(Object::Team(team.id)))
    };
    let team = context.write(vec![right], create).await?;
    team.map_err(|error| to_error(error, Some(organization)))
}

/// 201 with a new team.
pub(super) fn answer_created(
    context: &RequestContext<'_>,
    team: &Team,
) -> Result<ViewResponse, ApiError> {
    let body = TeamBody::new(team, context.mount);
    created(context, &body, format_args!("teams/{}/", team.id))
}

/// Stores a change.
pub(super) async fn store_change(
    context: &RequestContext<'_>,
    id: TeamId,
    change: TeamChange,
    rights: Vec<Right>,
) -> Result<Team, ApiError> {
    let organization = change.organization;
    let record = context.record(Action::TeamUpdate);
    let record = record.on(Object::Team(id)).fields(change.fields());
    let write = move |repository: &dyn Repository, by: WriteContext<'_>| {
        let updated = repository.update_team(id, &change, by);
        record.log(updated, AuditOutcome::of_found)
    };
    let team = context.write(rights, write).await?;
    let team = team.map_err(|error| to_error(error, organization))?;
    team.ok_or(ApiError::NotFound)
}

/// Deletes a team; `false` if there is none.
pub(super) async fn remove(
    context: &RequestContext<'_>,
    id: TeamId,
    rights: Vec<Right>,
) -> Result<bool, ApiError> {
    let record = context.record(Action::TeamDelete);
    let record = record.on(Object::Team(id));
    let delete = move |repository: &dyn Repository, by: WriteContext<'_>| {
        record.log(repository.delete_team(id, by), AuditOutcome::of_object)
    };
    Ok(context.write(rights, delete).await??)
}

/// A body after all phases but for the uniqueness of the name, which the write checks.
struct TeamForm {
    named: NamedForm,
    /// `None` leaves the value as it is.
    organization: Option<OrganizationId>,
}

impl TeamForm {
    async fn read(
        context: &RequestContext<'_>,
        body: &Value,
        mode: Mode,
    ) -> Result<Self, ApiError> {
        let mut errors = FieldErrors::default();
        let named = NamedForm::read(body, mode, &mut errors);
        let place = OrganizationInput::read(body);
        let organization = place.known(context).await?;
        let refused = match &place {
            OrganizationInput::Id(id) if organization.is_none() => Some(unknown(id)),
            OrganizationInput::Wrong(sent) => Some(unknown(sent)),
            OrganizationInput::Absent | OrganizationInput::Null | OrganizationInput::Id(_) => None,
        };
        if let Some(message) = refused {
            errors.push(ORGANIZATION_OF_TEAM.name, message);
        }
        std::mem::take(&mut errors).into_result()?;
        named.check(&mut errors);
        if organization.is_none()
            && (mode != Mode::Change || matches!(place, OrganizationInput::Null))
        {
            errors.push(ORGANIZATION_OF_TEAM.name, BLANK);
        }
        errors.into_result()?;
        Ok(Self {
            named,
            organization,
        })
    }
}

fn unknown(sent: impl Display) -> String {
    format!("Invalid pk '{sent}' - object does not exist.")
}

fn invalid(message: String) -> ApiError {
    ApiError::Invalid(FieldErrors::of(ORGANIZATION_OF_TEAM.name, message))
}

/// The same answers as from validation, where another request took the name or deleted the organization first.
fn to_error(error: RepositoryError, organization: Option<OrganizationId>) -> ApiError {
    match (error, organization) {
        (RepositoryError::Conflict(UniqueKey::TeamName), _) => {
            let message = "Team with this Organization and Name already exists.";
            ApiError::Invalid(FieldErrors::of("__all__", message))
        }
        (RepositoryError::Missing(_), Some(id)) => invalid(unknown(id)),
        (other, _) => other.into(),
    }
}
