//! The kinds of objects that views show.

use profiled_domain::{
    ActivityEvent, Model, Organization, Page, Repository, RepositoryError, Selection, Team, User,
};
use serde::Serialize;

use crate::tower::body::{EventBody, OrganizationBody, TeamBody, UserBody};
use crate::tower::fields;
use crate::tower::mount::Mount;

/// A kind of object.
pub(super) trait ObjectKind: Send + Sync + 'static {
    const MODEL: Model;
    /// What OPTIONS documents tell of it.
    const SCHEMA: &'static fields::ObjectSchema;
    type Object: Send + 'static;
    type Body<'a>: Serialize;

    fn select(
        repository: &dyn Repository,
        selection: &Selection,
    ) -> Result<Page<Self::Object>, RepositoryError>;

    /// How an object is written under a mount.
    fn body(object: &Self::Object, mount: Mount) -> Self::Body<'_>;
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

    fn body(user: &User, mount: Mount) -> UserBody<'_> {
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

    fn body(organization: &Organization, mount: Mount) -> OrganizationBody<'_> {
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

    fn body(team: &Team, mount: Mount) -> TeamBody<'_> {
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

    fn body(event: &ActivityEvent, mount: Mount) -> EventBody<'_> {
        EventBody::new(event, mount)
    }
}
