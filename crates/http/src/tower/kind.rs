//! The kinds of objects that views show and change.

use profiled_domain::{
    ActivityEvent, Model, Organization, Page, Repository, RepositoryError, Selection, Team, User,
};
use profiled_rest::error::ApiError;
use profiled_rest::{PageForms, RequestContext, ViewResponse};
use serde::Serialize;

use crate::tower::body::{EventBody, OrganizationBody, TeamBody, UserBody};
use crate::tower::fields;

/// A kind of object.
pub(super) trait ObjectKind: Send + Sync + 'static {
    const MODEL: Model;
    /// What OPTIONS documents show of it.
    const SCHEMA: &'static fields::ObjectSchema;
    type Object: Send + 'static;
    type Body<'a>: Serialize;

    fn select(
        repository: &dyn Repository,
        selection: &Selection,
    ) -> Result<Page<Self::Object>, RepositoryError>;

    /// How an object is written under a mount.
    fn body<'a>(object: &'a Self::Object, mount: &'static str) -> Self::Body<'a>;
}

/// A kind of object that clients create, change and delete.
pub(super) trait WritableKind: ObjectKind {
    /// Whether the caller may create the object that the body describes.
    async fn permit_create(context: &RequestContext<'_>) -> Result<(), ApiError>;

    /// Whether the caller is offered to create an object, on pages and in OPTIONS documents (contract `tower.md`,
    /// section 11).
    async fn may_create(context: &RequestContext<'_>) -> Result<bool, ApiError>;

    /// POST to the list of all.
    async fn create(context: &RequestContext<'_>) -> Result<ViewResponse, ApiError>;

    /// PUT or PATCH of one that the query selects.
    async fn update(context: &RequestContext<'_>, id: i64) -> Result<ViewResponse, ApiError>;

    /// DELETE of one that the query selects.
    async fn delete(context: &RequestContext<'_>, id: i64) -> Result<ViewResponse, ApiError>;

    /// What the page of an object lets the caller do.
    async fn forms(context: &RequestContext<'_>, id: i64) -> Result<PageForms, ApiError>;
}

pub(super) struct Users;
pub(super) struct Organizations;
pub(super) struct Teams;
pub(super) struct Events;

impl ObjectKind for Users {
    const MODEL: Model = Model::User;
    const SCHEMA: &'static fields::ObjectSchema = fields::USER;
    type Object = User;
    type Body<'a> = UserBody<'a>;

    fn select(
        repository: &dyn Repository,
        selection: &Selection,
    ) -> Result<Page<User>, RepositoryError> {
        repository.select_users(selection)
    }

    fn body<'a>(user: &'a User, mount: &'static str) -> UserBody<'a> {
        UserBody::new(user, mount)
    }
}

impl ObjectKind for Organizations {
    const MODEL: Model = Model::Organization;
    const SCHEMA: &'static fields::ObjectSchema = fields::ORGANIZATION;
    type Object = Organization;
    type Body<'a> = OrganizationBody<'a>;

    fn select(
        repository: &dyn Repository,
        selection: &Selection,
    ) -> Result<Page<Organization>, RepositoryError> {
        repository.select_organizations(selection)
    }

    fn body<'a>(organization: &'a Organization, mount: &'static str) -> OrganizationBody<'a> {
        OrganizationBody::new(organization, mount)
    }
}

impl ObjectKind for Teams {
    const MODEL: Model = Model::Team;
    const SCHEMA: &'static fields::ObjectSchema = fields::TEAM;
    type Object = Team;
    type Body<'a> = TeamBody<'a>;

    fn select(
        repository: &dyn Repository,
        selection: &Selection,
    ) -> Result<Page<Team>, RepositoryError> {
        repository.select_teams(selection)
    }

    fn body<'a>(team: &'a Team, mount: &'static str) -> TeamBody<'a> {
        TeamBody::new(team, mount)
    }
}

impl ObjectKind for Events {
    const MODEL: Model = Model::ActivityEvent;
    const SCHEMA: &'static fields::ObjectSchema = fields::EVENT;
    type Object = ActivityEvent;
    type Body<'a> = EventBody<'a>;

    fn select(
        repository: &dyn Repository,
        selection: &Selection,
    ) -> Result<Page<ActivityEvent>, RepositoryError> {
        repository.select_events(selection)
    }

    fn body<'a>(event: &'a ActivityEvent, mount: &'static str) -> EventBody<'a> {
        EventBody::new(event, mount)
    }
}
