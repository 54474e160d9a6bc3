//! Lists of objects: all that there are, or those that belong to another one.

use std::marker::PhantomData;

use actix_web::http::Method;
use futures_util::FutureExt;
use futures_util::future::{self, LocalBoxFuture};
use profiled_domain::{
    Condition, Membership, Model, OrderBy, OrganizationId, Repository, RepositoryError, Selection,
};
use profiled_rest::error::ApiError;
use profiled_rest::{PageForms, RequestContext, Spec, View, ViewResponse};

use crate::tower::kind::ObjectKind;
use crate::tower::list::{Envelope, asked_page};
use crate::tower::mount::Mount;
use crate::tower::viewer::Caller;
use crate::tower::write::forms;
use crate::tower::{filter, options, order, parent, write};

/// A list.
pub(super) struct List<R> {
    spec: Spec,
    owner: Option<Owner>,
    post: Option<Post>,
    kind: PhantomData<R>,
}

/// What a list belongs to: a model, and which objects are on the list of one of its objects.
pub(super) type Owner = (Model, fn(i64) -> Condition);

/// What POST to a list does.
pub(super) enum Post {
    CreateUser,
    CreateOrganization,
    CreateTeam,
    /// Adds a user to the object that the list belongs to, or removes one.
    Member(fn(i64) -> Membership),
    /// Does the same with teams of an organization.
    TeamOf,
}

impl<R: ObjectKind> List<R> {
    /// Reads; `description` is for people.
    pub(super) fn new(name: &'static str, description: &'static str) -> Self {
        Self {
            spec: Spec {
                name,
                description,
                allow: "GET, HEAD, OPTIONS",
                ..Spec::VIEW
            },
            owner: None,
            post: None,
            kind: PhantomData,
        }
    }

    /// Has only what belongs to the object that the path names.
    pub(super) fn of(mut self, model: Model, contents: fn(i64) -> Condition) -> Self {
        self.owner = Some((model, contents));
        self
    }

    /// Takes POST, too.
    pub(super) fn with(mut self, post: Post) -> Self {
        self.spec.allow = "GET, POST, HEAD, OPTIONS";
        self.post = Some(post);
        self
    }

    async fn read(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let asked = filter::condition(R::MODEL, context.query)?;
        let order = order::asked(R::MODEL, context.query)?;
        let page = asked_page(context)?;
        let caller = Caller::of(context)?;
        let id = context.parameters.id(0);
        let contents = self.owner.map(|(_, contents)| contents(id));
        let work = move |repository: &dyn Repository| {
            let keys = order.as_deref().unwrap_or_default();
            let viewer = caller.reader(repository, R::MODEL, &asked, keys)?;
            let seen_order = |keys: Vec<OrderBy>| {
                let keys = keys.into_iter().map(|key| viewer.seen_order(key));
                keys.collect()
            };
            let conditions = [viewer.may_read(R::MODEL), viewer.seen(asked)];
            let selection = Selection {
                condition: filter::all(contents.into_iter().chain(conditions).collect()),
                order: order.map_or_else(|| order::own(R::MODEL), seen_order),
                page,
            };
            R::select(repository, &selection)
        };
        let found: Result<_, RepositoryError> = context.services.blocking(work).await?;
        let found = found?;
        let mount = Mount::of(context.path);
        let bodies = found.items.iter().map(|object| R::body(object, mount));
        let envelope = Envelope::new(context, page, found.total, bodies.collect())?;
        Ok(context.ok(&envelope))
    }

    async fn post(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let id = context.parameters.id(0);
        match self.post {
            Some(Post::CreateUser) => write::users::create(context).await,
            Some(Post::CreateOrganization) => write::organizations::create(context).await,
            Some(Post::CreateTeam) => write::teams::create(context).await,
            Some(Post::Member(of)) => write::membership::post(context, of(id)).await,
            Some(Post::TeamOf) => write::membership::post_team(context, OrganizationId(id)).await,
            None => context.unknown_method(),
        }
    }

    /// What POST takes is told on a membership list to everybody, elsewhere to some.
    async fn describe(&self, context: &RequestContext<'_>) -> Result<ViewResponse, ApiError> {
        let shows_post = match self.post {
            None => false,
            Some(Post::Member(_) | Post::TeamOf) => true,
            Some(Post::CreateUser | Post::CreateOrganization | Post::CreateTeam) => {
                write::may_create(context, R::MODEL).await?
            }
        };
        let document = options::list(&self.spec, context, R::FIELDS, shows_post);
        Ok(context.ok(&document))
    }

    /// Whether the caller may use the list: of an object, if it may read that; to create, what the model
    /// says.
    async fn may_use(&self, context: &RequestContext<'_>) -> Result<(), ApiError> {
        if let Some((model, _)) = self.owner {
            return parent::permit(context, model, context.parameters.id(0)).await;
        }
        match self.post {
            _ if *context.method != Method::POST => Ok(()),
            Some(Post::CreateUser) => write::users::permit_create(context).await,
            Some(Post::CreateOrganization) => write::organizations::permit_create(context),
            Some(Post::CreateTeam) => write::teams::permit_create(context).await,
            Some(Post::Member(_) | Post::TeamOf) | None => Ok(()),
        }
    }
}

impl<R: ObjectKind> View for List<R> {
    fn spec(&self) -> &Spec {
        &self.spec
    }

    fn permit<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<(), ApiError>> {
        self.may_use(context).boxed_local()
    }

    fn answer<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<ViewResponse, ApiError>> {
        match *context.method {
            Method::GET => self.read(context).boxed_local(),
            Method::POST => self.post(context).boxed_local(),
            _ => self.describe(context).boxed_local(),
        }
    }

    fn forms<'a>(
        &'a self,
        context: &'a RequestContext<'a>,
    ) -> LocalBoxFuture<'a, Result<PageForms, ApiError>> {
        let id = context.parameters.id(0);
        match self.post {
            None => future::ready(Ok(PageForms::default())).boxed_local(),
            Some(Post::Member(of)) => forms::of_members(context, of(id)).boxed_local(),
            Some(Post::TeamOf) => forms::of_teams(context, OrganizationId(id)).boxed_local(),
            Some(Post::CreateUser | Post::CreateOrganization | Post::CreateTeam) => {
                forms::of_list::<R>(context).boxed_local()
            }
        }
    }
}
