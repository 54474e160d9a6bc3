//! The kinds of objects that views show and change.

use profiled_domain::{
    ActivityEvent, Model, Organization, Page, Repository, RepositoryError, Selection, Team, User,
};
use profiled_rest::error::ApiError;
use profiled_rest::{Filter, FilterKind, PageForms, RequestContext, ViewResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::tower::body::{EventBody, OrganizationBody, TeamBody, UserBody};
use crate::tower::fields;

/// A kind of object.
pub(super) trait ObjectKind: Sized + Send + Sync + 'static {
    const MODEL: Model;
    /// What OPTIONS documents show of it.
    const SCHEMA: &'static fields::ObjectSchema;
    /// What pages offer to narrow a list by.
    const FILTERS: &'static [Filter] = &[SEARCH];
    type Body<'a>: Serialize + ToSchema;

    fn select(repository: &dyn Repository, selection: &Selection) -> Selected<Self>;

    /// How the object is written under a mount.
    fn body<'a>(&'a self, mount: &'a str) -> Self::Body<'a>;
}

const SEARCH: Filter = Filter {
    name: "search",
    label: "Search",
    kind: FilterKind::Search,
};

/// A blank would be no value of this one.
const SUPERUSERS: Filter = Filter {
    name: fields::IS_SUPERUSER.name,
    label: "Superusers only",
    kind: FilterKind::Only,
};

type Selected<T> = Result<Page<T>, RepositoryError>;

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

impl ObjectKind for User {
    const MODEL: Model = Model::User;
    const SCHEMA: &'static fields::ObjectSchema = fields::USER;
    const FILTERS: &'static [Filter] = &[SEARCH, SUPERUSERS];
    type Body<'a> = UserBody<'a>;

    fn select(repository: &dyn Repository, selection: &Selection) -> Selected<Self> {
        repository.select_users(selection)
    }

    fn body<'a>(&'a self, mount: &'a str) -> UserBody<'a> {
        UserBody::new(self, mount)
    }
}

impl ObjectKind for Organization {
    const MODEL: Model = Model::Organization;
    const SCHEMA: &'static fields::ObjectSchema = fields::ORGANIZATION;
    type Body<'a> = OrganizationBody<'a>;

    fn select(repository: &dyn Repository, selection: &Selection) -> Selected<Self> {
        repository.select_organizations(selection)
    }

    fn body<'a>(&'a self, mount: &'a str) -> OrganizationBody<'a> {
        OrganizationBody::new(self, mount)
    }
}

impl ObjectKind for Team {
    const MODEL: Model = Model::Team;
    const SCHEMA: &'static fields::ObjectSchema = fields::TEAM;
    type Body<'a> = TeamBody<'a>;

    fn select(repository: &dyn Repository, selection: &Selection) -> Selected<Self> {
        repository.select_teams(selection)
    }

    fn body<'a>(&'a self, mount: &'a str) -> TeamBody<'a> {
        TeamBody::new(self, mount)
    }
}

impl ObjectKind for ActivityEvent {
    const MODEL: Model = Model::ActivityEvent;
    const SCHEMA: &'static fields::ObjectSchema = fields::EVENT;
    /// No field of events is searched.
    const FILTERS: &'static [Filter] = &[];
    type Body<'a> = EventBody<'a>;

    fn select(repository: &dyn Repository, selection: &Selection) -> Selected<Self> {
        repository.select_events(selection)
    }

    fn body<'a>(&'a self, mount: &'a str) -> EventBody<'a> {
        EventBody::new(self, mount)
    }
}
