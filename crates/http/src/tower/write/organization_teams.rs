//! POST to the teams of an organization (contract `tower.md`, section 8.3). The right to read the organization is
//! checked already.

use actix_web::http::{Method, StatusCode};
use profiled_domain::{
    Condition, Model, OrganizationId, Relation, Repository, Right, Team, TeamChange, TeamId, Viewer,
};
use profiled_rest::error::{ApiError, FieldErrors};
use profiled_rest::wire::body::Value;
use profiled_rest::{Operation, PageForms, RequestContext, ViewResponse};

use super::forms;
use super::membership::{self, MembershipRequest, SentId, known_id, permit};
use super::named::NamedForm;
use super::teams;
use crate::tower::body::TeamBody;
use crate::tower::fields::{self, Mode};
use crate::tower::object_list::ListPost;

/// A team belongs to one organization: adding it moves it here, and removing it deletes it.
pub(in crate::tower) struct OrganizationTeams;

impl ListPost<Team> for OrganizationTeams {
    fn operation(&self) -> Option<Operation> {
        let post = Operation::new(Method::POST).takes(membership::fields());
        let post = post.takes([&fields::NAME, &fields::DESCRIPTION]);
        let post = post.answers::<TeamBody<'_>>(StatusCode::CREATED);
        let post = post.with_header("Location", "The new team.");
        Some(post.answers_nothing(StatusCode::NO_CONTENT))
    }

    async fn answer(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let organization = OrganizationId(context.parameters.id(0));
        match MembershipRequest::read(context).await? {
            MembershipRequest::Create(body) => create(context, organization, &body).await,
            MembershipRequest::Attach(id) => attach(context, organization, id).await,
            MembershipRequest::Detach(id) => detach(context, organization, id).await,
            MembershipRequest::Refused(answer) => Ok(answer),
        }
    }

    async fn forms(&self, context: &RequestContext<'_>) -> Result<PageForms, ApiError> {
        permit_change(context, OrganizationId(context.parameters.id(0))).await?;
        let fields = fields::TEAM.controls(&[fields::ORGANIZATION_OF_TEAM.name]);
        let forms = PageForms::default().form(&["POST"], &fields, &fields::TEAM.blank());
        Ok(forms::membership(forms, "Move a team here", None))
    }
}

async fn create(
    context: &RequestContext<'_>,
    organization: OrganizationId,
    body: &Value,
) -> Result<ViewResponse, ApiError> {
    let mut errors = FieldErrors::default();
    let form = NamedForm::read(body, Mode::Create, &mut errors);
    errors.into_result()?;
    let right = permit_change(context, organization).await?;
    let team = teams::insert(context, form.into_team(organization), right).await?;
    teams::answer_created(context, &team)
}

async fn attach(
    context: &RequestContext<'_>,
    organization: OrganizationId,
    id: SentId,
) -> Result<ViewResponse, ApiError> {
    let id = known_id(context, Model::Team, id).await?;
    let right = permit_change(context, organization).await?;
    // It is taken away from where it is.
    let (_, team) = permit(context, Model::Team, id, Viewer::right_to_change).await?;
    let change = TeamChange {
        organization: Some(organization),
        ..TeamChange::default()
    };
    if !is_here(context, organization, id).await? {
        teams::store_change(context, TeamId(id), change, vec![right, team]).await?;
    }
    Ok(ViewResponse::no_content())
}

async fn detach(
    context: &RequestContext<'_>,
    organization: OrganizationId,
    id: SentId,
) -> Result<ViewResponse, ApiError> {
    let id = known_id(context, Model::Team, id).await?;
    let right = permit_change(context, organization).await?;
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

/// The caller's right to change the organization.
async fn permit_change(
    context: &RequestContext<'_>,
    organization: OrganizationId,
) -> Result<Right, ApiError> {
    let (model, id) = (Model::Organization, organization.0);
    let (_, right) = permit(context, model, id, Viewer::right_to_change).await?;
    Ok(right)
}

/// Whether a team belongs to an organization.
async fn is_here(
    context: &RequestContext<'_>,
    organization: OrganizationId,
    team: i64,
) -> Result<bool, ApiError> {
    let here = belongs_to(organization);
    let look_up = move |repository: &dyn Repository| repository.holds(Model::Team, team, &[here]);
    Ok(context.services.lanes.read(look_up).await?? == [true])
}

fn belongs_to(organization: OrganizationId) -> Condition {
    Condition::related_to(Relation::TeamOrganization, organization.0)
}
